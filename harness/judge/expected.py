"""Knows the file of changes that somebody has looked at and expects, ``expected.toml``;
must not know how a change was found.

An acknowledgement is a promise about one change: from this number, to that one. It
covers no other, and once it covers none it is told, so that the file stays true.
"""

from __future__ import annotations

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
"""What stands for a side that has no such cell."""

WORDS = (
    *(str(word) for word in Outcome if word is not Outcome.MEASURED),
    "unbounded",
    ABSENT,
)
"""What may be written where there is no number."""

SPELLING = f"write a positive number, 'up to 8', or one of: {', '.join(WORDS)}"

UpTo = Annotated[str, msgspec.Meta(pattern=f"^(up to [1-9][0-9]*|{'|'.join(WORDS)})$")]

Number = PositiveInt | UpTo
"""``8``: that many every time; ``"up to 8"``: at times fewer; or a word."""


class Acknowledgement(Record, frozen=True, kw_only=True):
    """One change that is expected, in as many cells as the glob matches."""

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
    """One sentence, for whoever reads the report."""
    link: Page
    """Where the change was discussed or announced."""


class Expected(Record, frozen=True, kw_only=True):
    """The file ``expected.toml``."""

    change: tuple[Acknowledgement, ...] = ()
    """In any order; the first that fits a change counts."""


# --------------------------------------------------------------------------- applying


def acknowledge(changes: Changes, expected: Expected) -> Changes:
    """The same changes; those that are expected say why, and what is left over is told.

    What is the same, or cannot be compared, is nothing to be acknowledged.
    """
    used: set[int] = set()
    cells = []
    for each in changes.cells:
        number = next(
            (n for n, a in enumerate(expected.change) if _fits(a, each)), None
        )
        if number is not None:
            used.add(number)
            entry = expected.change[number]
            reason = Reason(why=entry.why, link=entry.link)
            each = msgspec.structs.replace(each, expected=reason)
        cells.append(each)
    left = [a for n, a in enumerate(expected.change) if n not in used]
    unmatched = tuple(_unmatched(each, changes.cells) for each in left)
    return msgspec.structs.replace(changes, cells=tuple(cells), unmatched=unmatched)


def spelled(cell: CellChange) -> tuple[str, str]:
    """Both sides of a change, as the file spells them."""
    before = cell.before.said if cell.before else ABSENT
    return before, cell.now.said if cell.now else ABSENT


def _fits(entry: Acknowledgement, cell: CellChange) -> bool:
    if cell.change in (Change.SAME, Change.NOT_COMPARABLE):
        return False
    told = str(entry.before), str(entry.now)
    return fnmatchcase(cell.id, entry.cell) and told == spelled(cell)


def _unmatched(entry: Acknowledgement, cells: tuple[CellChange, ...]) -> Unmatched:
    return Unmatched(
        cell=entry.cell,
        before=str(entry.before),
        now=str(entry.now),
        why=entry.why,
        problem=_problem(entry, [c for c in cells if fnmatchcase(c.id, entry.cell)]),
    )


def _problem(entry: Acknowledgement, cells: list[CellChange]) -> str:
    """What there is instead of the change that was expected."""
    if not cells:
        return "no cell of either run matches it; correct the glob, or remove it"
    changed = [c for c in cells if c.change is not Change.SAME]
    if not changed:
        return f"nothing changed ({_count(cells)} matched); remove it"
    one = changed[0]
    if one.change is Change.NOT_COMPARABLE:
        return f"{one.id} could not be compared"
    return "{} went from {} to {}; correct it, or remove it".format(
        one.id, *spelled(one)
    )


def _count(cells: list[CellChange]) -> str:
    return plural(len(cells), "cell")
