"""Every place in a repository that declares a concurrency, and contradictions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declares.count import CommandContext
from harness.deployment.declares.count import count
from harness.deployment.declares.count import SERVERS
from harness.deployment.declares.files import reader_of
from harness.deployment.declares.files import StartLine
from harness.deployment.declares.script import commands
from harness.deployment.declares.script import SimpleCommand
from harness.records.declares import Place
from harness.records.declares import Places
from harness.records.errors import UsageError
from harness.records.files import read_text

DEEPEST = 6
"""Folders within each other that are looked into."""

MOST_FILES = 20_000
"""Names that are looked at: a repository with more is not read to its end."""

SKIPPED = frozenset(
    {"node_modules", "venv", "env", "site-packages", "__pycache__", "results", "build"}
)

PROJECT = (
    *("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile"),
    *("Procfile", "uv.lock", "poetry.lock"),
)
"""Files that a project of its own has at its top."""

_APP = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(.*\))?")

DEVELOPMENT = frozenset({"flask"})
"""Programs that nobody means to serve with: they contradict nothing."""


class ReadPlace(NamedTuple):
    """A place, with what it is compared by."""

    place: Place
    path: Path
    project: Path
    app: str
    """The app that it serves; empty where a file leaves that to a command."""
    reads: Path | None
    overrides: bool


def find(folder: Path, processors: int, elsewhere: int | None = None) -> Places:
    """What the files of a folder declare.

    ``processors`` are those of this machine; ``elsewhere`` are those of another, if
    their number matters too.

    Raises ``UsageError``.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; name the one to look through")
    unmatched = [
        each
        for path in _files(folder)
        for each in _in_file(path, folder, processors, elsewhere)
    ]
    places = tuple(_compared(each, unmatched) for each in unmatched)
    return Places(processors=processors, elsewhere=elsewhere, places=places)


def _files(folder: Path) -> Iterator[Path]:
    seen = 0
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        folders[:] = sorted(
            each
            for each in folders
            if not each.startswith(".") and each not in SKIPPED and depth < DEEPEST
        )
        seen += len(names)
        if seen > MOST_FILES:
            return
        yield from (Path(root, name) for name in sorted(names) if reader_of(name))


def _in_file(
    path: Path, folder: Path, processors: int, elsewhere: int | None
) -> Iterator[ReadPlace]:
    reader = reader_of(path.name)
    try:
        text = read_text(path)
    except UsageError:
        return  # what is no text starts nothing
    project = _project(path.parent, folder)
    folders = tuple(dict.fromkeys((path.parent, project, folder)))
    file = str(path.relative_to(folder))
    for started in reader(path, text) if reader else ():
        counted = [
            _counted(started, folders, count)
            for count in (processors, processors + 1, elsewhere or processors)
        ]
        for now, more, other in zip(*counted, strict=True):
            place = Place(
                file=file,
                line=started.line + now.command.line - 1,
                what=started.what,
                command=" ".join(now.command.words),
                known=now.known,
                declared=now.declared,
                because=now.because,
                elsewhere=other.declared if elsewhere else None,
                depends=now.declared != more.declared,
            )
            app = _app(now.command.words)
            yield ReadPlace(place, path, project, app, now.reads, now.overrides)


class _Counted(NamedTuple):
    """A command, and what it declares."""

    command: SimpleCommand
    known: bool
    declared: int | None
    because: str
    reads: Path | None = None
    overrides: bool = False


def _counted(
    started: StartLine, folders: tuple[Path, ...], processors: int
) -> list[_Counted]:
    """The servers that a text starts."""
    return [
        _count(each, CommandContext(folders, each.variables, processors), started.times)
        for each in commands(started.text, started.variables, processors)
        if server_words(each.words)[0] in SERVERS
    ]


def _count(command: SimpleCommand, context: CommandContext, times: int) -> _Counted:
    try:
        number = count(command.words, context)
    except CannotDerive as problem:
        return _Counted(command, False, None, str(problem))
    declared, because, reads, overrides = number
    if times > 1:
        declared = declared and declared * times
        because = f"{times} of {because}"
    return _Counted(command, True, declared, because, reads, overrides)


def _project(folder: Path, top: Path) -> Path:
    """The nearest folder above that is the top of a project."""
    for each in (folder, *folder.parents):
        if each == top or any((each / name).exists() for name in PROJECT):
            return each
    return top


def _app(words: Sequence[str]) -> str:
    return next((word for word in words[1:] if _APP.fullmatch(word)), "")


def _compared(one: ReadPlace, every: Sequence[ReadPlace]) -> Place:
    """The place with the places that contradict it."""
    others = [
        f"{other.place.file}:{other.place.line}"
        for other in every
        if _contradict(one, other)
    ]
    return msgspec.structs.replace(one.place, contradicts=tuple(others))


def _contradict(one: ReadPlace, other: ReadPlace) -> bool:
    """Whether two places say different things of the same app."""
    places = one.place, other.place
    if not all(each.known for each in places) or one.project != other.project:
        return False
    if one.app and other.app and one.app != other.app:
        return False
    if any(server_words(p.command.split())[0] in DEVELOPMENT for p in places):
        return False
    if one.reads == other.path or other.reads == one.path:
        return (one if one.reads == other.path else other).overrides
    return one.place.declared != other.place.declared
