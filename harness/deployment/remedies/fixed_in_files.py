"""Finds fixed ports in files that start a server, and what to write instead.

Each kind of file reads a variable in its own way. A remedy is given only for kinds
whose way is known.
"""

import os
import re
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath
from typing import NamedTuple

from harness.deployment.command.shell import split_loosely
from harness.deployment.sources.python_source import with_os
from harness.records.files import begin_of

_BY_DEFAULT = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "honcho": ("Procfile",),
    "foreman": ("Procfile",),
}
"""Files that programs read by default."""

_SETTINGS = (".env", ".flaskenv")
"""Files of variables that apps read however they are started."""

_IS_DEFAULT = re.compile(
    r"""(?:\.get|getenv|env|config)\(\s*["'](?P<python>\w+)["']\s*,"""
    r"""\s*(?:int\()?["']?(?P<port>\d+)"""
    r"""|\$\{(?P<shell>\w+):?[-=](?P<other>\d+)\}"""
)
"""A port as the default of a variable, in Python or for a shell."""

_IS_SET = re.compile(r"""\s*(?:export\s+)?(\w+)\s*=\s*["']?(\d+)["']?\s*$""")
"""A line of a file of variables."""


class PortLine(NamedTuple):
    """A line of a file with a port in it."""

    path: Path
    name: str
    """The name of the file in the command, or in the file that includes it."""
    number: int
    line: str


def in_files(words: Sequence[str], port: str, folder: Path) -> str:
    """What to change in the files that a command reads; empty if nothing is found.

    The files that the command names are searched, and those that they name.
    """
    for place in _places(words, port, folder):
        if remedy := _remedy(place, port):
            return remedy
    return ""


def variable_of(words: Sequence[str], port: str, folder: Path) -> str:
    """The variable whose default is this port; setting it changes no file.

    Empty if it is the default of none.
    """
    for place in _places((*words, *_SETTINGS), port, folder):
        if place.name in _SETTINGS and (match := _IS_SET.match(place.line)):
            return match[1]
        for match in _IS_DEFAULT.finditer(place.line):
            if port in (match["port"], match["other"]):
                return match["python"] or match["shell"]
    return ""


def _places(words: Sequence[str], port: str, folder: Path) -> Iterator[PortLine]:
    program = PurePath("".join(words[:1])).name
    names = [*words, *_BY_DEFAULT.get(program, ()), *_vassals(words, folder)]
    texts = [(name, text) for name in names if (text := begin_of(folder / name))]
    named = [
        (name, text)
        for _, outer in texts
        for name in dict.fromkeys(split_loosely(outer))
        if name not in names and (text := begin_of(folder / name))
    ]
    alone = re.compile(rf"(?<![\w.]){port}(?!\w)")
    for name, text in (*texts, *named):
        for number, line in enumerate(text.splitlines(), start=1):
            if alone.search(line.partition("#")[0]):
                yield PortLine(folder / name, name, number, line)


def _vassals(words: Sequence[str], folder: Path) -> list[str]:
    """The files in the folders that a command names, such as an emperor's vassals."""
    places = [folder / word for word in words if not word.startswith(("-", "/", "."))]
    folders = filter(os.path.isdir, places)
    files = [each for path in folders for each in path.glob("*.ini")]
    return sorted(str(file.relative_to(folder)) for file in files)


def _remedy(place: PortLine, port: str) -> str:
    """What to write in place of a port, in the language of its file."""
    text = begin_of(place.path)
    where = f"in {place.name}, line {place.number}"
    plain = f"in place of `{port}` {where}"
    first = text.partition("\n")[0]
    if place.path.suffix == ".py" or re.match("#!.*python", first):
        return _in_python(place, port, text)
    if place.path.name.lower() in ("makefile", "gnumakefile"):
        return f"write `$(or $(PORT),{port})` {plain}"
    if "[program:" in text:
        return (
            f"write `%(ENV_PORT)s` {plain}; production then has to set PORT={port} too"
        )
    if "[uwsgi]" in text:
        return f"write `$(PORT)` {plain}; production then has to set PORT={port} too"
    if place.path.suffix in _NO_VARIABLES:
        return ""
    return f"write `${{PORT:-{port}}}` {plain}"


_NO_VARIABLES = (".toml", ".yaml", ".yml", ".json", ".xml", ".ini", ".cfg", ".conf")
"""Extensions of files without variables, or with remedies of their own."""


def _in_python(place: PortLine, port: str, text: str) -> str:
    where = f"in {place.name}, line {place.number}"
    also = with_os(text)
    quoted = re.search(rf"(['\"])([^'\"{{}}]*)\b{port}\1", place.line)
    if quoted is None:
        return (
            f'write `int(os.environ.get("PORT", {port}))` in place of `{port}` {where}'
            f"{also}"
        )
    before = f'"{quoted[2]}" + ' if quoted[2] else ""
    return (
        f'write `{before}os.environ.get("PORT", "{port}")` in place of '
        f"`{quoted[0]}` {where}{also}"
    )
