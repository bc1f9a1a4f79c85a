"""Finds the command in the arguments of a program that starts another one."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from harness.plan.server_options import known_server
from harness.plan.server_options import rules

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh"})

IS_PYTHON = re.compile(r"^(python|pypy)[0-9.]*$")

_OF_A_WRAPPER = re.compile(r"-|\w+=|(?:run|run-program|exec)$")
"""Words that belong to the wrapper itself: options, variables, and its verb."""


def is_wrapper(name: str) -> bool:
    """Whether a program starts another one."""
    return name in rules().wrappers


def words_of_wrapper(rest: Sequence[str]) -> int:
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
