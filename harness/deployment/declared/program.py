"""Finds the server program in a command that may start it through others."""

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
"""Packages of servers, by programs whose names differ."""


SERVERS = frozenset(
    {
        *("gunicorn", "waitress-serve", "waitress", "granian", "hypercorn", "uvicorn"),
        *("flask", "uwsgi", "pyuwsgi"),
    }
)
"""Programs, and modules that ``python -m`` runs, whose options are known."""

DEVELOPMENT = frozenset({"flask"})
"""Programs for development only: they never count as a contradiction."""

WRAPPERS = frozenset(
    {
        *("env", "exec", "nice", "ionice", "timeout", "stdbuf", "setsid", "nohup"),
        *("taskset", "chrt", "time", "setpriv", "prlimit", "catchsegv", "unbuffer"),
        *("ddtrace-run", "opentelemetry-instrument", "newrelic-admin", "scout-apm"),
        *("dumb-init", "tini", "docker-init", "catatonit", "s6-setuidgid", "gosu"),
        *("su-exec", "chpst", "poetry", "pipenv", "uv", "uvx", "pdm", "hatch", "rye"),
        *("sudo", "doas", "runuser"),
        *("pixi", "conda", "mamba", "micromamba", "dotenv", "chamber", "doppler"),
        *("envdir", "xvfb-run", "aws-vault", "op", "wait-for-it", "dockerize"),
    }
)
"""Programs that start another one, which is named in their arguments."""


SHELLS = frozenset({"sh", "bash", "dash"})


_SHELL_ONLY = re.compile(r"[$`;&|<>*?()\[\]~#\n\\]")


def _plain(text: str) -> list[str]:
    """The words of a shell line; none if only a shell can read it."""
    return [] if _SHELL_ONLY.search(text) else shlex.split(text)


IS_PYTHON = re.compile(r"^(python|pypy)[0-9.]*$")


def server_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The server program and its arguments."""
    rest = list(words)
    while rest:
        name = PurePath(rest[0]).name
        if name in SHELLS and rest[1:2] == ["-c"] and len(rest) == 3:
            rest = _plain(rest[2])
        elif name in WRAPPERS:
            rest = _wrapped(rest[1:])
        elif IS_PYTHON.match(name):
            rest, last = _run_by_python(rest[1:]), rest
            if not rest:
                return name, tuple(last[1:])
        else:
            return name, tuple(rest[1:])
    return "", ()


def is_direct(words: Sequence[str]) -> bool:
    """Whether a command starts its server itself, by no program but Python."""
    name = PurePath("".join(words[:1])).name
    return name in SERVERS or bool(IS_PYTHON.match(name))


_OF_A_WRAPPER = re.compile(r"-|\w+=|(?:run|run-program|exec)$")
"""Words that belong to the wrapper itself: options, variables, and its verb."""


def _wrapped(rest: list[str]) -> list[str]:
    """The command in the arguments of a wrapper.

    It begins at the first word that is known: options may have values of their own.
    """
    for index, word in enumerate(rest):
        name = PurePath(word).name
        if name in SERVERS | WRAPPERS | SHELLS or IS_PYTHON.match(name):
            return rest[index:]
    while rest and _OF_A_WRAPPER.match(rest[0]):
        rest = rest[1:]
    return rest


def _run_by_python(rest: list[str]) -> list[str]:
    """The server that Python runs as a module or a script; nothing for other code."""
    for index, word in enumerate(rest):
        if word == "-m":
            return _of_a_module(rest[index + 1 :])
        if not word.startswith("-") and rest[index - 1 : index] not in (["-X"], ["-W"]):
            return rest[index:] if PurePath(word).name in SERVERS else []
    return []


def _of_a_module(rest: list[str]) -> list[str]:
    """The server that a module is or, as profilers do, starts as a module."""
    if rest[:1] and rest[0] not in SERVERS:
        for index, word in enumerate(rest[:-1]):
            if word == "-m" and rest[index + 1] in SERVERS:
                return rest[index + 1 :]
    return rest


def server_name(words: Sequence[str]) -> str:
    """The name of the server that a command starts."""
    name, _ = server_words(words)
    return PACKAGES.get(name, name)
