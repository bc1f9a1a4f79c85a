"""Knows how many requests compute at the same time, by what was seen; must not know how
that was seen.

What the threads of the server ran and waited for a processor, by how long it took, is
how many of them had something to compute. That is one of each process where the lock of
the interpreter lets no more, or all of them; or at least a whole number. Where it is
near none of these, it is not known.
"""

from __future__ import annotations

from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import ComputeRound
from harness.records.questions import ParallelAsked

NEAR = 0.2
"""So far from a number is still that number: besides those that compute, threads of the
server now and then have a little to do."""

SHARE = 0.1
"""So much of the number more: who waits for a processor when it ends is not counted."""


def found(asked: ParallelAsked, cell: CellEvidence) -> Found:
    """How many compute at once, were there a processor for each; that is the number."""
    seen = [each for each in asked.rounds if each.computing and each.seconds]
    if not seen:
        return Found(UNKNOWN, "It is not known: no request was seen to compute.")
    best = max(seen, key=_ready)
    number = _number(best)
    if not number:
        return Found(UNKNOWN, "It is not known: how many compute was not the same.")
    open_ended = number == best.computing and _ceiling(cell) > number
    few = asked.processors < number
    here = f"; here {asked.processors}" if few else ""
    text = f"{'≥' if open_ended else ''}{number}{here}"
    return Found(text, _said(best, number, few), number)


def _ready(each: ComputeRound) -> float:
    """Threads that ran, or were ready to run, on average."""
    return (each.used + each.waited) / each.seconds


def _number(best: ComputeRound) -> int:
    """How many computed; zero where that is not known."""
    ready = _ready(best)
    for number in (best.processes, best.computing, round(ready)):
        if abs(ready - number) <= NEAR + SHARE * number:
            return number
    return 0


def _ceiling(cell: CellEvidence) -> int:
    return max((each.peak for each in cell.rounds), default=0)


def _said(best: ComputeRound, number: int, few: bool) -> str:
    if best.computing == 1:
        return "One request computes at a time: no more are in the app."
    if number == 1:
        return (
            "One request computes at a time, however many are in the app: in a process "
            "of Python one thread computes at a time, and there is one process."
        )
    beyond = ", as far as there are processors for them" if few else ""
    if number > best.processes:
        said = "Requests compute at the same time, also those that share a process"
    elif number == best.processes:
        said = "One request of each process computes at the same time"
    else:
        said = "Fewer requests compute at the same time than there are processes"
    return f"{said}{beyond}."
