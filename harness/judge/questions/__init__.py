"""What the other questions came to: from what was seen to answers. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.judge.questions import abandoned
from harness.judge.questions import overflow
from harness.judge.questions import parallel
from harness.judge.questions import recovery
from harness.judge.questions import self_call
from harness.judge.questions import slow_clients as silent
from harness.judge.questions import waits
from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.questions import AnyAsked
from harness.records.questions import Question
from harness.records.words import Outcome

ANSWERING: dict[Question, Callable[[Any, CellEvidence], Found]] = {
    Question.WAITS: waits.found,
    Question.PARALLEL: parallel.found,
    Question.SELF_CALL: self_call.found,
    Question.OVERFLOW: overflow.found,
    Question.SILENT: silent.found,
    Question.ABANDONED: abandoned.found,
    Question.RECOVERY: recovery.found,
}
"""From what was seen when a question was asked, and all else that was seen of the cell,
to what is found."""


def answers(cell: CellEvidence, fault: str = "") -> tuple[Answer, ...]:
    """To every question that was asked of a cell, in the order of the questions.

    ``fault`` is why nothing that was seen of it can be trusted, if that is so.
    """
    asked = sorted(cell.asked, key=lambda each: list(Question).index(each.question))
    return tuple(_answer(each, cell, fault) for each in asked)


def _answer(asked: AnyAsked, cell: CellEvidence, fault: str) -> Answer:
    found = Found(UNKNOWN, f"It is not known: {fault}.") if fault else _not_asked(asked)
    if found is None:
        found = ANSWERING[asked.question](asked, cell)
    return Answer(
        question=asked.question,
        answer=found.answer,
        sentence=found.sentence,
        number=found.number,
        seconds=asked.seconds,
    )


def _not_asked(asked: AnyAsked) -> Found | None:
    """That a question could not be asked, if it could not."""
    if asked.outcome is Outcome.MEASURED:
        return None
    because = asked.reason or asked.outcome
    return Found(UNKNOWN, f"It could not be asked ({asked.outcome}): {because}.")
