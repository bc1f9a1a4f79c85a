"""The program that serves, in a command that may start it by way of others."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import PurePath

PACKAGES = {
    "flask": "werkzeug",
    "waitress-serve": "waitress",
    "pyuwsgi": "uwsgi",
    "docker-compose": "docker",
}
"""Names of servers whose program has another name."""


PREFIXES: dict[str, int] = {
    "env": 0,
    "exec": 0,
    "nice": 0,
    "ddtrace-run": 0,
    "opentelemetry-instrument": 0,
    "dumb-init": 0,
    "tini": 0,
    "poetry": 1,
    "pipenv": 1,
    "uv": 1,
    "pdm": 1,
    "newrelic-admin": 1,
}
"""Programs that start another one, and how many words of their own precede it."""


SHELLS = frozenset({"sh", "bash", "dash"})


_SHELL_ONLY = re.compile(r"[$`;&|<>*?()\[\]~#\n\\]")


def _plain(text: str) -> list[str]:
    """The words of a line for a shell; none when it takes a shell to read it."""
    return [] if _SHELL_ONLY.search(text) else shlex.split(text)


def server_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The program that serves, and its arguments."""
    rest = list(words)
    while rest:
        name = PurePath(rest[0]).name
        if name in SHELLS and rest[1:2] == ["-c"] and len(rest) == 3:
            rest = _plain(rest[2])
        elif name in PREFIXES:
            rest = rest[1 + PREFIXES[name] :]
            while rest and (rest[0].startswith("-") or re.match(r"\w+=", rest[0])):
                rest = rest[1:]
        elif re.match(r"^(python|pypy)[0-9.]*$", name) and "-m" in rest[:4]:
            rest = rest[rest.index("-m") + 1 :]
        else:
            return name, tuple(rest[1:])
    return "", ()


def server_name(words: Sequence[str]) -> str:
    """The name of the server that a command starts."""
    name, _ = server_words(words)
    return PACKAGES.get(name, name)
