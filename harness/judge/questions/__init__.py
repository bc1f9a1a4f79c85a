"""Answers to the other questions, concluded from what was seen when they were asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.judge.questions import abandoned
from harness.judge.questions import breaks
from harness.judge.questions import http2
from harness.judge.questions import life
from harness.judge.questions import memory
from harness.judge.questions import overflow
from harness.judge.questions import parallel
from harness.judge.questions import places
from harness.judge.questions import probes
from harness.judge.questions import recovery
from harness.judge.questions import self_call
from harness.judge.questions import slow_clients
from harness.judge.questions import staying
from harness.judge.questions import waits
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.health import HealthNumbers
from harness.records.health import ProbesSeen
from harness.records.life import LifeSeen
from harness.records.life import Tape
from harness.records.places import Narrow
from harness.records.places import PlacesSeen
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.seen import AnySeen
from harness.records.words import Outcome

ANSWERING: dict[Question, Callable[[Any, CellEvidence], Answer]] = {
    Question.WAITS: waits.answer,
    Question.PARALLEL: parallel.answer,
    Question.SELF_CALL: self_call.answer,
    Question.OVERFLOW: overflow.answer,
    Question.SILENT: slow_clients.answer,
    Question.ABANDONED: abandoned.answer,
    Question.RECOVERY: recovery.answer,
    Question.PROBES: probes.answer,
    Question.LIFE: life.answer,
    Question.MEMORY: memory.answer,
    Question.BREAKS: breaks.answer,
    Question.UPLOADS: staying.answer,
    Question.EVENTS: staying.answer,
    Question.SOCKETS: staying.answer,
    Question.POLLS: staying.answer,
    Question.HTTP2: http2.answer,
    Question.PLACES: places.answer,
}
"""The function that answers each question, from what was seen when it was asked and all
other evidence of the cell.
"""


def answers(cell: CellEvidence, fault: str = "") -> tuple[Answer, ...]:
    """Answers to every question that a cell was asked, in the order of the questions.

    ``fault`` is why the evidence of the cell cannot be trusted, if it cannot.
    """
    order = list(Question)
    seen = sorted(cell.asked, key=lambda each: order.index(each.question))
    return tuple(_answer(each, cell, fault) for each in seen)


def tapes(cell: CellEvidence, fault: str = "") -> tuple[Tape, ...]:
    """The tapes of a cell whose life was watched; none if they cannot be trusted."""
    watched = (each for each in cell.asked if isinstance(each, LifeSeen))
    return (
        () if fault else tuple(t for each in watched for t in life.tapes_of(each, cell))
    )


def _answer(seen: AnySeen, cell: CellEvidence, fault: str) -> Answer:
    if fault:
        return seen.unknown(fault)
    if seen.outcome is not Outcome.MEASURED:
        why = seen.reason or seen.outcome
        return seen.answer(UNKNOWN, f"It could not be asked ({seen.outcome}): {why}.")
    return ANSWERING[seen.question](seen, cell)


def health_of(cell: CellEvidence) -> HealthNumbers | None:
    """The result of a cell's health checks; ``None`` if unknown."""
    seen = (each for each in cell.asked if isinstance(each, ProbesSeen))
    return next(map(probes.numbers, seen), None)


def narrow_places(cell: CellEvidence) -> tuple[Narrow, ...]:
    """Places inside a cell's app that fewer requests reach than are in the app."""
    seen = (each for each in cell.asked if isinstance(each, PlacesSeen))
    return tuple(
        narrow
        for each in seen
        if each.outcome is Outcome.MEASURED
        for narrow in places.narrow(each)
    )
