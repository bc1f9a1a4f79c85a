"""Events by which a measuring process reports its progress.

Each is one line of standard output, with a mark that no other line there begins with.
"""

from __future__ import annotations

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.numbers import sum_up
from harness.records.words import Outcome
from harness.records.words import Result

MARK = "\x1eflask-concurrency "


class Event(Result, frozen=True, kw_only=True):
    """A cell was begun (there is no outcome yet) or finished."""

    id: str
    outcome: Outcome | None = None
    reason: str = ""
    most: int = 0
    """The most that were in the app at once."""
    bounded: bool = False
    seconds: float = 0.0


def done(cell: CellEvidence) -> Event:
    """The event that a cell is finished, measured or not."""
    return Event(
        id=cell.id,
        outcome=cell.outcome,
        reason=cell.reason,
        most=sum_up(cell.rounds, 1, cell.steered).ceiling or 0,
        bounded=bool(sum_up(cell.rounds, 1, cell.steered).bounded),
        seconds=cell.start_seconds + cell.measure_seconds + cell.stop_seconds,
    )


def emit(event: Event) -> None:
    """Print an event for the parent process."""
    print(MARK + msgspec.json.encode(event).decode(), flush=True)


def parse(line: str) -> Event | None:
    """The event in a line; ``None`` for any other line."""
    if not line.startswith(MARK):
        return None
    try:
        return msgspec.json.decode(line[len(MARK) :], type=Event)
    except msgspec.MsgspecError:
        return None
