"""Finds every place in a repository that declares a concurrency, and contradictions."""

import functools
import itertools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.command.program import DEVELOPMENT
from harness.deployment.command.program import server_words
from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.catalog import with_files_like
from harness.deployment.platforms.instance import Instance
from harness.deployment.platforms.read import instances
from harness.deployment.platforms.read import MOST_CHARACTERS
from harness.deployment.repository.files import is_workflow
from harness.deployment.repository.files import reader_of
from harness.deployment.repository.sendings import is_told
from harness.deployment.repository.sendings import sending
from harness.deployment.repository.started import counted
from harness.deployment.repository.started import ReadPlace
from harness.deployment.repository.waiting import waiting
from harness.deployment.sources.walk import files_in
from harness.records.declares import Place
from harness.records.declares import Places
from harness.records.declares import Unread
from harness.records.errors import UsageError
from harness.records.files import text_if_there
from harness.records.files import unfit

MOST_FILES = 20_000
"""Most files that are looked at; the rest of a larger repository is skipped."""

MOST_PLACES = 100
"""Most places in one file, since each is compared with all others."""

SHOWN = frozenset({".do", ".ebextensions", ".github"})
"""Hidden folders in which platforms look for their files."""

TOP_OF_PROJECT = (
    *("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile"),
    *("Procfile", "uv.lock", "poetry.lock"),
)
"""Files that mark the top folder of a project."""


def find(folder: Path, processors: int, elsewhere: int | None = None) -> Places:
    """What the files of a folder declare.

    ``processors`` are those of this machine; ``elsewhere`` are those of another, if
    their number matters too.

    Raises ``UsageError``.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder; name the one to look through")
    unread: list[Unread] = []
    files = [*_files(folder, unread)]
    places = [*_places(folder, files, processors, elsewhere, unread)]
    by_project = [
        (each, [place for place in places if place.project == project])
        for file in files
        for project in [_project(file.path.parent, folder)]
        for each in file.instances
    ]
    return Places(
        processors=processors,
        elsewhere=elsewhere,
        places=tuple(_compared(each, places) for each in places),
        sendings=tuple(
            sending(each, folder, there, elsewhere)
            for each, there in by_project
            if is_told(each)
        ),
        waiting=tuple(
            waits
            for each, there in by_project
            for waits in waiting(each, folder, there)
        ),
        unread=tuple(unread),
    )


def read_places(folder: Path, processors: int) -> Iterator[ReadPlace]:
    """The places in a folder that start servers, not compared with each other."""
    return _places(folder, _files(folder, []), processors, None, [])


class _ReadFile(NamedTuple):
    """A file that may start servers."""

    path: Path
    instances: list[Instance]
    """What it says about a platform."""
    lines: list[tuple[StartLine, int | None]]
    """What it starts, with the processors of its platform if these are known."""


def _files(folder: Path, unread: list[Unread]) -> Iterator[_ReadFile]:
    """The files that are read, in the order of their names."""
    for number, path in enumerate(files_in(folder, shown=SHOWN)):
        if number == MOST_FILES:
            rest = f"it has more than {MOST_FILES:,} files; the rest was not looked at"
            unread.append(Unread(file=".", reason=rest))
            break
        reader, of_platform = reader_of(path), with_files_like(path.name)
        if not (reader or of_platform):
            continue
        reason = unfit(path)
        text = text_if_there(path)  # what is not text starts nothing
        if len(text) > MOST_CHARACTERS:
            reason = f"has more than {MOST_CHARACTERS:,} characters"
        if reason:
            if reader or any(each.is_in(text) for each in of_platform):
                file = str(path.relative_to(folder))
                unread.append(Unread(file=file, reason=f"it {reason}"))
            continue
        described = instances(path, text)
        lines = [(line, None) for line in (reader(path, text) if reader else ())]
        pairs = [(s, e.counted_processors) for e in described for s in e.starts]
        # Several instances may start the same.
        own = {(s.line, s.text, count): (s, count) for s, count in pairs}
        yield _ReadFile(path, described, [*lines, *own.values()])


def _places(
    folder: Path,
    files: Iterable[_ReadFile],
    processors: int,
    elsewhere: int | None,
    unread: list[Unread],
) -> Iterator[ReadPlace]:
    """The places in files that start servers."""
    for path, _, lines in files:
        several = places_of(path, folder, lines, processors, elsewhere)
        yield from itertools.islice(several, MOST_PLACES)
        if next(several, None):
            reason = f"it starts more than {MOST_PLACES} servers; the rest was not read"
            unread.append(Unread(file=str(path.relative_to(folder)), reason=reason))


def places_of(
    path: Path,
    folder: Path,
    lines: Iterable[tuple[StartLine, int | None]],
    processors: int,
    elsewhere: int | None = None,
) -> Iterator[ReadPlace]:
    """The places of a file in a folder, by what it starts.

    Each line comes with the number of processors of its platform, if that is known.
    """
    project = _project(path.parent, folder)
    folders = tuple(dict.fromkeys((path.parent, project, folder)))
    for started, own in lines:
        here = own or processors
        several = [
            counted(started, folders, number)
            for number in (here, here + (not own), own or elsewhere or here)
        ]
        for position, (now, more, other) in enumerate(zip(*several, strict=True)):
            place = Place(
                file=str(path.relative_to(folder)),
                line=started.line + now.command.line - 1,
                what=started.what,
                command=" ".join(now.command.words),
                known=now.known,
                declared=now.declared,
                because=now.because,
                elsewhere=other.declared if elsewhere else None,
                depends=now.declared != more.declared,
            )
            of_platform = reader_of(path) is None
            yield ReadPlace(
                place, path, project, folders, started, position, now, of_platform
            )


def _project(folder: Path, top: Path) -> Path:
    """The nearest folder above a file that is the top of a project."""
    for each in (folder, *folder.parents):
        if each == top or any((each / name).exists() for name in TOP_OF_PROJECT):
            return each
    return top


def _compared(one: ReadPlace, every: Sequence[ReadPlace]) -> Place:
    """A place, and the places that contradict it."""
    others = [
        other.where
        for other in every
        if _contradict(one, other) and not _is_one_of_several(one, other, every)
    ]
    return msgspec.structs.replace(one.place, contradicts=tuple(others))


@functools.lru_cache(maxsize=MOST_FILES)
def _is_for_development(command: str) -> bool:
    """Whether a command is for development. It is called for every pair."""
    words = command.split()
    return server_words(words)[0] in DEVELOPMENT or "--reload" in words


def _is_one_of_several(
    one: ReadPlace, other: ReadPlace, every: Sequence[ReadPlace]
) -> bool:
    """Whether a file of deployments has several, of which another is the same."""
    for checked, place in ((one, other), (other, one)):
        if checked.is_checked:
            same = [e.place.declared for e in every if e.path == checked.path]
            return place.is_checked or place.place.declared in same
    return False


def _contradict(one: ReadPlace, other: ReadPlace) -> bool:
    """Whether two places declare different numbers for the same app."""
    places = one.place, other.place
    if not all(place.known for place in places) or one.project != other.project:
        return False
    if one.app and other.app and one.app != other.app:
        return False
    if any(_is_for_development(place.command) for place in places):
        return False
    if any(is_workflow(each.path) for each in (one, other)):
        return False  # a job may try what production does not start
    for reader, read in ((one, other), (other, one)):
        if reader.counted.reads == read.path:
            return reader.counted.overrides
    return one.place.declared != other.place.declared
