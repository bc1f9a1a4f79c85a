"""Knows which server a command starts and what that declares; guesses nothing.

Must not know anything of how it is measured.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import PurePath

from harness.deployment.declared import command_only as others
from harness.deployment.declared import granian
from harness.deployment.declared import gunicorn
from harness.deployment.declared import hypercorn
from harness.deployment.declared import uwsgi
from harness.deployment.declared.promise import CannotDerive as CannotDerive
from harness.deployment.declared.promise import Promise as Promise
from harness.deployment.declared.promise import Refused as Refused
from harness.deployment.environment import Where

Reader = Callable[[Sequence[str], Where], Promise]

READERS: dict[str, Reader] = {
    "gunicorn": gunicorn.promise,
    "waitress-serve": others.waitress,
    "waitress": others.waitress,
    "granian": granian.promise,
    "hypercorn": hypercorn.promise,
    "uvicorn": others.uvicorn,
    "flask": others.flask,
}
"""By the name of the program, and of the module that ``python -m`` runs."""

WHOLE: dict[str, Reader] = {"uwsgi": uwsgi.promise, "pyuwsgi": uwsgi.promise}
"""The same for programs that are asked by running the whole command."""

PACKAGES = {
    "flask": "werkzeug",
    "waitress-serve": "waitress",
    "pyuwsgi": "uwsgi",
    "docker-compose": "docker",
}
"""The name of the server, where its program has another."""

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
"""Programs that start another, and how many words of theirs stand before it."""


SHELLS = frozenset({"sh", "bash", "dash"})
_SHELL_ONLY = re.compile(r"[$`;&|<>*?()\[\]~#\n\\]")


def _plain(text: str) -> list[str]:
    """The words of a line for a shell, if they are words only; else none."""
    return [] if _SHELL_ONLY.search(text) else shlex.split(text)


def server_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The program that serves and its arguments, without what only starts it."""
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
    """What to call the server that a command starts."""
    name, _ = server_words(words)
    return PACKAGES.get(name, name)


def derive(words: Sequence[str], where: Where) -> Promise:
    """What a command declares. Raises ``CannotDerive``, saying why."""
    name, arguments = server_words(words)
    if name in WHOLE:
        return WHOLE[name](words, where)
    reader = READERS.get(name)
    if reader is None:
        said = f"{name} is no server whose options are known here"
        raise CannotDerive(said if name else "a line for a shell is not looked into")
    return reader(arguments, where)
