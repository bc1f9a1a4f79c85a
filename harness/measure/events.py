"""Events by which a measuring process reports its progress.

Each is one line of standard output, with a mark that no other line there begins with.
"""

import sys

import msgspec

from harness.records.evidence import CellEvidence
from harness.records.words import Outcome
from harness.records.words import Result

MARK = "\x1eflask-concurrency "


class Event(Result, frozen=True, kw_only=True):
    """A cell has begun (without an outcome yet) or is finished."""

    id: str
    outcome: Outcome | None = None
    reason: str = ""


def cell_done(cell: CellEvidence) -> Event:
    """Make the event that a cell is finished and its evidence written."""
    return Event(id=cell.id, outcome=cell.outcome, reason=cell.reason)


def emit(event: Event) -> None:
    """Print an event for the parent process, as UTF-8 whatever the locale is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(MARK.encode() + msgspec.json.encode(event) + b"\n")
    sys.stdout.buffer.flush()


def parse(line: str) -> Event | None:
    """The event in a line; ``None`` for any other line."""
    if not line.startswith(MARK):
        return None
    try:
        return msgspec.json.decode(line[len(MARK) :], type=Event)
    except msgspec.MsgspecError:
        return None
