"""Answers to the questions other than the overlap, from what was seen."""

from collections.abc import Callable
from itertools import chain
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
from harness.records.health import ProbesSeen
from harness.records.http2 import Http2Seen
from harness.records.life import LifeSeen
from harness.records.life import Tape
from harness.records.memory import MemorySeen
from harness.records.places import PlacesSeen
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.seen import AnySeen
from harness.records.staying import StayingSeen
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
other evidence of the cell."""


def answers(cell: CellEvidence, fault: str = "") -> tuple[Answer, ...]:
    """Answers to every question that a cell was asked, in the order of the questions.

    ``fault`` is why the evidence of the cell cannot be trusted, if it cannot.
    """
    order = list(Question)
    seen = sorted(cell.asked, key=lambda each: order.index(each.question))
    return tuple(_answer(each, cell, fault) for each in seen)


def tapes(cell: CellEvidence, fault: str = "") -> tuple[Tape, ...]:
    """The tapes of a cell whose life was watched; none if nothing can be trusted."""
    watched = () if fault else cell.measured(LifeSeen)
    return tuple(tape for each in watched for tape in life.tapes_of(each, cell))


def numbers_of(cell: CellEvidence) -> dict[str, Any]:
    """The results of a cell for questions that have numbers of their own.

    By the name of their field of ``CellReport``; empty if unknown.
    """
    stays = (staying.numbers(each, cell) for each in cell.measured(StayingSeen))
    one_connection = (http2.numbers(each, cell) for each in cell.measured(Http2Seen))
    return {
        "health": next(map(probes.numbers, cell.measured(ProbesSeen)), None),
        "memory": next(map(memory.numbers, cell.measured(MemorySeen)), None),
        "staying": tuple(each for each in stays if each is not None),
        "http2": next(one_connection, None),
        "narrow": tuple(chain(*map(places.narrow, cell.measured(PlacesSeen)))),
    }


def _answer(seen: AnySeen, cell: CellEvidence, fault: str) -> Answer:
    if fault:
        return seen.unknown(fault)
    if seen.outcome is not Outcome.MEASURED:
        why = seen.reason or seen.outcome
        return seen.answer(UNKNOWN, f"It could not be asked ({seen.outcome}): {why}.")
    return ANSWERING[seen.question](seen, cell)
