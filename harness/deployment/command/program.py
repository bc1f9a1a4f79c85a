"""Finds the server program in a command that may start it through others."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath

from harness.plan.wrappers import after_assignments
from harness.plan.wrappers import IS_PYTHON
from harness.plan.wrappers import run_by_python
from harness.plan.wrappers import ServerCommand
from harness.plan.wrappers import SHELLS
from harness.plan.wrappers import unwrapped
from harness.records import toml
from harness.records.catalog import Sentence
from harness.records.health import Seconds
from harness.records.words import Record

FILE = Path(__file__).with_name("programs.toml")


class KnownServer(Record, frozen=True, kw_only=True):
    """A server whose options are known."""

    package: Sentence
    programs: tuple[Sentence, ...] = ()
    """Its programs, and modules that ``python -m`` runs; by default the package."""
    address: tuple[Sentence, ...]
    """Options that tell it its address."""
    instead: tuple[Sentence, ...]
    """Options that these replace, each with a value."""
    usual: tuple[Sentence, ...] = ()
    """The shortest command of a server for production, with ``{app}``."""
    counted: bool = True
    """Whether its options say how many requests it takes."""
    idle_option: str = ""
    """The option that says how long it keeps idle connections."""
    idle_seconds: Seconds | None = None
    """How long it keeps them by default, in seconds."""


class Programs(Record, frozen=True, kw_only=True):
    """The file ``programs.toml``."""

    server: tuple[KnownServer, ...]


KNOWN = {
    name: server
    for server in toml.read(FILE, Programs, "restore the file").server
    for name in server.programs or (server.package,)
}
"""Servers, by the program or the module that ``python -m`` runs."""

SERVERS = frozenset(name for name, server in KNOWN.items() if server.counted)
"""Programs, and modules, that say how many requests they take."""

DEVELOPMENT = frozenset({"flask"})
"""Programs for development only: they never count as a contradiction."""

_SHELL_ONLY = re.compile(r"[$`;&|<>*?()\[\]~#\n\\]")


def _plain(text: str) -> list[str]:
    """The words of a shell line; none if only a shell can read it."""
    return [] if _SHELL_ONLY.search(text) else shlex.split(text)


def server_command(words: Sequence[str]) -> ServerCommand:
    """The server that a command starts; its program is empty if that is unknown."""
    rest, variables = unwrapped(words)
    while rest:
        name = PurePath(rest[0]).name
        given: dict[str, str] = {}
        if name in SHELLS and rest[1:2] == ["-c"] and len(rest) == 3:
            rest, given = after_assignments(_plain(rest[2]))
        elif IS_PYTHON.match(name):
            rest, last = run_by_python(rest[1:]), rest
            if not rest:
                return ServerCommand(name, tuple(last[1:]), variables)
        else:
            return ServerCommand(name, tuple(rest[1:]), variables)
        rest, more = unwrapped(rest)
        variables |= given | more
    return ServerCommand("", (), variables)


def server_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The server program and its arguments."""
    return server_command(words)[:2]


def is_direct(words: Sequence[str]) -> bool:
    """Whether a command starts its server directly, through no program but Python."""
    name = PurePath("".join(words[:1])).name
    return name in SERVERS or bool(IS_PYTHON.match(name))


def server_name(words: Sequence[str]) -> str:
    """The name of the server that a command starts."""
    return package_of(server_words(words)[0])


def package_of(program: str) -> str:
    """The package of a server's program; of another program, its own name."""
    if program in KNOWN:
        return KNOWN[program].package
    return "docker" if program == "docker-compose" else program
