"""Changes that somebody has checked and expects: the file ``expected.toml``.

An acknowledgement is about one change, from one number to another, and covers no other
change. An acknowledgement that covers nothing is reported, so that the file stays true.
"""

from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from harness.records.catalog import Page
from harness.records.catalog import Sentence
from harness.records.changes import CellChange
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.changes import Reason
from harness.records.changes import Unmatched
from harness.records.text import plural
from harness.records.words import Outcome
from harness.records.words import PositiveInt
from harness.records.words import Record

ABSENT = "absent"
"""The word for a side that has no such cell."""

WORDS = (
    *(str(word) for word in Outcome if word is not Outcome.MEASURED),
    "unbounded",
    ABSENT,
)
"""Words that may be written in place of a number."""

SPELLING = f"write a positive number, 'up to 8', or one of: {', '.join(WORDS)}"

UpTo = Annotated[str, msgspec.Meta(pattern=f"^(up to [1-9][0-9]*|{'|'.join(WORDS)})$")]

Number = PositiveInt | UpTo
"""``8``: that many every time; ``"up to 8"``: sometimes fewer; or a word."""


class Acknowledgement(Record, frozen=True, kw_only=True):
    """One expected change, in all cells that the glob matches."""

    remedies = {
        "from": SPELLING,
        "to": SPELLING,
        "link": "write an address that begins with https://",
        "cell": "write a glob on ids of cells",
        "why": "write one sentence",
    }
    cell: Sentence
    """A glob on ids of cells, such as ``flask-*/gunicorn-27.*/gthread-4x2/*``."""
    before: Number = msgspec.field(name="from")
    """What was measured before: a number, ``"up to 8"``, ``"unbounded"``, an outcome
    such as ``"died"``, or ``"absent"``."""
    now: Number = msgspec.field(name="to")
    """What is measured now, in the same words."""
    why: Sentence
    """The reason, in one sentence for whoever reads the report."""
    link: Page
    """Where the change was discussed or announced."""


class Expected(Record, frozen=True, kw_only=True):
    """The file ``expected.toml``."""

    change: tuple[Acknowledgement, ...] = ()
    """Acknowledgements in any order; the first that fits a change counts."""


# --------------------------------------------------------------------------- applying


def acknowledge(changes: Changes, expected: Expected) -> Changes:
    """Mark the changes that are expected, and list the entries that match none.

    A cell that is the same, or cannot be compared, has no change to acknowledge.
    """
    matches = [
        next((n for n, entry in enumerate(expected.change) if _fits(entry, cell)), None)
        for cell in changes.cells
    ]
    reasons = [Reason(why=entry.why, link=entry.link) for entry in expected.change]
    cells = tuple(
        cell if n is None else msgspec.structs.replace(cell, expected=reasons[n])
        for cell, n in zip(changes.cells, matches, strict=True)
    )
    unmatched = tuple(
        _unmatched(entry, changes.cells)
        for n, entry in enumerate(expected.change)
        if n not in matches
    )
    return msgspec.structs.replace(changes, cells=cells, unmatched=unmatched)


def spelled(cell: CellChange) -> tuple[str, str]:
    """Both sides of a change, spelled as in the file."""
    before = cell.before.said if cell.before else ABSENT
    return before, cell.now.said if cell.now else ABSENT


def _fits(entry: Acknowledgement, cell: CellChange) -> bool:
    if cell.change in (Change.SAME, Change.NOT_COMPARABLE):
        return False
    change = str(entry.before), str(entry.now)
    return fnmatchcase(cell.id, entry.cell) and change == spelled(cell)


def _unmatched(entry: Acknowledgement, cells: tuple[CellChange, ...]) -> Unmatched:
    return Unmatched(
        cell=entry.cell,
        before=str(entry.before),
        now=str(entry.now),
        why=entry.why,
        problem=_problem([c for c in cells if fnmatchcase(c.id, entry.cell)]),
    )


def _problem(cells: list[CellChange]) -> str:
    """What was found instead of the expected change."""
    if not cells:
        return "no cell of either run matches it; correct the glob, or remove it"
    changed = [c for c in cells if c.change is not Change.SAME]
    if not changed:
        return f"nothing changed ({plural(len(cells), 'cell')} matched); remove it"
    one = changed[0]
    if one.change is Change.NOT_COMPARABLE:
        return f"{one.id} could not be compared"
    return "{} went from {} to {}; correct it, or remove it".format(
        one.id, *spelled(one)
    )
