"""Knows what uWSGI's options promise, from its command line, variables and ini files.

Must not guess: what is read from a program, a loop or another format is not derived.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.declared.promise import CannotDerive
from harness.declared.promise import listed
from harness.declared.promise import number
from harness.declared.promise import Promise
from harness.declared.promise import Setting
from harness.surroundings import Surroundings

PAGE = "https://uwsgi-docs.readthedocs.io/en/latest/Options.html"

NAMES = {
    "p": "processes",
    "workers": "processes",
    "processes": "processes",
    "threads": "threads",
    "gevent": "gevent",
    "loop": "loop",
    "async": "async",
    "ini": "ini",
    "include": "ini",
    "inherit": "ini",
    "set-placeholder": "set",
    "set": "set",
}
"""Options that matter here, by every name that they have."""

OTHER_FORMATS = frozenset(
    {"xml", "x", "yaml", "yml", "y", "json", "j", "emperor", "sqlite3", "ldap", "zerg"}
)
UNKNOWN = frozenset({"for", "if-env", "if-exists", "if-opt", "for-times"})
MOST_FILES = 20


def promise(arguments: Sequence[str], where: Surroundings) -> Promise:
    """What a uWSGI command line declares. Raises ``CannotDerive``."""
    found: dict[str, Setting] = {}
    for name, setting in _options(arguments, where):
        found[name] = setting
    if "async" in found or found.get("loop", Setting("gevent", "")).value != "gevent":
        raise CannotDerive("what its async modes run at once depends on the app")
    processes = number(found.get("processes"), 1, "processes")
    lane = "gevent" if "gevent" in found else "threads"
    lanes = number(found.get(lane), 1, lane)
    settings = {"processes": processes, lane: lanes}
    return Promise(
        "uwsgi",
        int(processes.value) * int(lanes.value),
        f"{processes.value} processes × {lanes.value} "
        f"{'greenlets' if lane == 'gevent' else 'threads'} ({listed(settings)})",
        PAGE,
        settings,
    )


def _options(
    arguments: Sequence[str], where: Surroundings
) -> Iterator[tuple[str, Setting]]:
    """All options that matter, in the order in which they take effect."""
    for name, value in where.variables.items():
        if name.startswith("UWSGI_"):
            short = name.removeprefix("UWSGI_").lower().replace("_", "-")
            yield from _one(short, value, Setting(value, f"the variable {name}"), where)
    for name, value in _words(arguments):
        yield from _one(name, value, Setting(value, "the command line"), where)


def _words(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options and their values on a command line; a bare file is one as well."""
    index = 0
    while index < len(arguments):
        word = arguments[index]
        index += 1
        following = arguments[index] if index < len(arguments) else ""
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("--"):
            if not equals and NAMES.get(name):
                value, index = following, index + 1
            yield name, value
        elif word.startswith("-"):
            if name[:1] == "p":
                value = name[1:] or following
                index += not name[1:]
                name = "p"
            yield name, value
        elif re.search(r"\.ini(:\w+)?$", word):
            yield "ini", word


def _one(
    name: str, value: str, setting: Setting, where: Surroundings, depth: int = 0
) -> Iterator[tuple[str, Setting]]:
    if name in OTHER_FORMATS or name in UNKNOWN:
        raise CannotDerive(f"the option {name} is not understood here")
    known = NAMES.get(name)
    if known == "ini":
        yield from _file(value, where, depth + 1)
    elif known is not None and known != "set":
        yield known, setting


def _file(name: str, where: Surroundings, depth: int) -> Iterator[tuple[str, Setting]]:
    """The options of one ini file, and of those that it includes."""
    plain, _, section = name.partition(":")
    path = where.folder / plain
    if depth > MOST_FILES:
        raise CannotDerive(f"{plain} includes itself")
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError as problem:
        raise CannotDerive(f"{path} cannot be read: {problem.strerror}") from None
    placeholders: dict[str, str] = {}
    for line, key, raw in _section(lines, section or "uwsgi"):
        value = _filled(raw, where.variables, placeholders, path)
        if key not in NAMES and key not in OTHER_FORMATS | UNKNOWN:
            placeholders[key] = value
            continue
        if NAMES.get(key) == "set":
            left, _, right = value.partition("=")
            placeholders[left.strip()] = right.strip()
        setting = Setting(value, path.name, path, line)
        yield from _one(key, value, setting, where, depth)


def _section(lines: Sequence[str], wanted: str) -> Iterator[tuple[int, str, str]]:
    inside = ""
    for line, text in enumerate(lines, start=1):
        text = text.strip()
        if text.startswith("["):
            inside = text.strip("[] ")
        elif inside == wanted and text and text[0] not in ";#":
            key, _, value = text.partition("=")
            yield line, key.strip(), value.split(" ;")[0].strip()


def _filled(
    value: str, variables: Mapping[str, str], known: Mapping[str, str], path: Path
) -> str:
    """A value with placeholders, variables and magic letters replaced."""
    value = re.sub(r"\$\((\w+)\)", lambda m: variables.get(m[1], ""), value)
    value = re.sub(r"%\(([\w-]+)\)", lambda m: known.get(m[1], m[0]), value)
    processors = str(os.cpu_count() or 1)
    return value.replace("%k", processors).replace("%d", f"{path.parent}/")
