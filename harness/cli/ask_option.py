"""Knows the option ``--ask`` and what its words mean; must not know how any question is
asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from harness.records.questions import DEFAULT_ASK
from harness.records.questions import Question

ALL = "all"


def add_ask(verb: argparse.ArgumentParser) -> None:
    """Add the option; what was asked for is told by ``asked``."""
    verb.add_argument(
        "--ask",
        action="append",
        default=[],
        type=named,
        metavar="WHAT,...",
        help=f"questions to ask: {', '.join((*Question, ALL))} "
        f"(default: {','.join(DEFAULT_ASK)}; overlap is always asked)",
    )


def named(text: str) -> tuple[Question, ...]:
    """The questions that some words name, such as ``waits,self-call``.

    Raises ``argparse.ArgumentTypeError`` for a word that names none.
    """
    words = [word.strip() for word in text.split(",")]
    if ALL in words:
        return tuple(Question)
    for word in words:
        if word not in tuple(Question):
            known = ", ".join((*Question, ALL))
            raise argparse.ArgumentTypeError(f"{word!r} is none of: {known}")
    return tuple(map(Question, words))


def asked(given: Iterable[tuple[Question, ...]]) -> tuple[Question, ...]:
    """Everything that was asked for, each once and in the order of the questions."""
    wanted = {question for several in given for question in several}
    wanted = wanted | {Question.OVERLAP} if wanted else set(DEFAULT_ASK)
    return tuple(each for each in Question if each in wanted)
