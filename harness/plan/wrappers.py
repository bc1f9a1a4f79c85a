"""Finds the command in the arguments of a program that starts another one."""

import re
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import dropwhile
from pathlib import PurePath
from typing import NamedTuple

from harness.plan.server_options import known_server
from harness.plan.server_options import rules

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})

IS_PYTHON = re.compile(r"^(python|pypy)[0-9.]*$")

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
"""The beginning of a word that sets a variable."""

_OF_A_WRAPPER = re.compile(r"-|\w+=|(?:run|run-program|exec)$")
"""Words that belong to the wrapper itself: options, variables, and its verb."""


class ServerCommand(NamedTuple):
    """The server that a command starts, perhaps through other programs."""

    program: str
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    """Variables that the command itself sets, such as ``env NAME=value`` does."""


def is_wrapper(name: str) -> bool:
    """Whether a program starts another one."""
    return name in rules().wrappers


def unwrapped(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The command that wrappers start, and the variables that they give it."""
    rest, variables = list(words), dict[str, str]()
    while rest and is_wrapper(PurePath(rest[0]).name):
        own = 1 + _words_of_wrapper(rest[1:])
        variables |= _assigned(rest[1:own])
        rest = rest[own:]
    return rest, variables


def after_assignments(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """A command without the assignments before it in a shell, and these variables."""
    rest = list(dropwhile(ASSIGNMENT.match, words))
    return rest, _assigned(words[: len(words) - len(rest)])


def _assigned(words: Sequence[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words if ASSIGNMENT.match(word))


def run_by_python(rest: list[str]) -> list[str]:
    """The server that Python runs as a module or a script; nothing for other code.

    ``rest`` are the arguments of Python.
    """
    for index, word in enumerate(rest):
        if word == "-m":
            return _of_a_module(rest[index + 1 :])
        if not word.startswith("-") and rest[index - 1 : index] not in (["-X"], ["-W"]):
            return rest[index:] if known_server(PurePath(word).name) else []
    return []


def _of_a_module(rest: list[str]) -> list[str]:
    """The server that a module is or, as profilers do, starts as a module."""
    if rest[:1] and not known_server(rest[0]):
        for index, word in enumerate(rest[:-1]):
            if word == "-m" and known_server(rest[index + 1]):
                return rest[index + 1 :]
    return rest


def _words_of_wrapper(rest: Sequence[str]) -> int:
    """How many words in the arguments of a wrapper are its own.

    The command begins at the first word that is known: options may have values of their
    own.
    """
    known = (at for at, word in enumerate(rest) if _is_known(PurePath(word).name))
    others = (at for at, word in enumerate(rest) if not _OF_A_WRAPPER.match(word))
    return next(known, next(others, len(rest)))


def _is_known(name: str) -> bool:
    runs_others = is_wrapper(name) or name in SHELLS or IS_PYTHON.match(name)
    return bool(runs_others or known_server(name))
