"""Knows how changes since a baseline look; must not find any itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.changes import CellChange
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.changes import Difference
from harness.records.changes import Unmatched
from harness.report.escape import code
from harness.report.escape import link
from harness.report.escape import prose
from harness.report.escape import terminal as safe

SHOWN = (
    Change.BROKE,
    Change.FEWER,
    Change.NOT_COMPARABLE,
    Change.GONE,
    Change.RECOVERED,
    Change.MORE,
    Change.NEW,
)
"""In this order; what is the same is only counted."""

BADGES = {
    Change.BROKE: "🔴",
    Change.FEWER: "🔴",
    Change.NOT_COMPARABLE: "🟣",
    Change.GONE: "⚪",
    Change.RECOVERED: "🟢",
    Change.MORE: "🔵",
    Change.NEW: "⚪",
}

MOST = 50
"""Cells that are named for each change."""

FEW, SOME = 4, 12
"""Versions that are named for one cell, and for all of them."""

COLOURS = {
    Change.BROKE: "red",
    Change.FEWER: "red",
    Change.NOT_COMPARABLE: "magenta",
    Change.GONE: "bright_black",
    Change.RECOVERED: "green",
    Change.MORE: "blue",
    Change.NEW: "bright_black",
}

Word = Callable[[str], str]
"""Makes text of others harmless where it is going to stand."""


def tally(changes: Changes) -> str:
    """How many cells there are of each change, as one line."""
    counts = Counter(each.change for each in changes.cells)
    found = [f"{counts[change]} {change}" for change in Change if counts[change]]
    expected = sum(each.expected is not None for each in changes.cells)
    if expected:
        found.append(f"{expected} of these expected")
    before = changes.baseline.measured_at if changes.baseline else "nothing"
    return f"Compared with the run of {safe(before)}: {', '.join(found) or 'no cells'}"


def common(changes: Changes) -> tuple[Difference, ...]:
    """What differs for every cell that is in both runs: told once, and not of each."""
    both = [set(each.versions) for each in changes.cells if each.before and each.now]
    shared = set.intersection(*both) if both else set()
    order = dict.fromkeys(v for each in changes.cells for v in each.versions)
    return (*changes.machine, *(v for v in order if v in shared))


def _surprising(changes: Changes) -> Iterable[tuple[Change, list[CellChange]]]:
    for change in SHOWN:
        cells = [c for c in changes.cells if c.change is change and not c.expected]
        if cells:
            yield change, cells


def _was(cell: CellChange, word: Word) -> str:
    return f" (was {word(cell.previous_id)})" if cell.previous_id else ""


def _with(cell: CellChange, known: Sequence[Difference], word: Word) -> str:
    """The versions that differ here, and not everywhere."""
    own = [each for each in cell.versions if each not in known]
    return f". With {_listed(own, FEW, word)}" if own else ""


def _listed(differences: Sequence[Difference], most: int, word: Word) -> str:
    told = [
        f"{word(d.name)} {word(d.now or 'gone')} (was {word(d.before or 'not there')})"
        for d in differences[:most]
    ]
    more = len(differences) - most
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")


# -------------------------------------------------------------------------- Markdown


def render(changes: Changes) -> str:
    """A section of its own; the counts, then each cell that is not the same."""
    known = common(changes)
    lines = ["### Since the baseline", "", f"{tally(changes)}."]
    if known:
        lines += ["", f"Everywhere differs: {_listed(known, SOME, prose)}."]
    for change, cells in _surprising(changes):
        lines += ["", f"{BADGES[change]} **{change}**", ""]
        lines += _capped([_item(cell, known) for cell in cells])
    if expected := [each for each in changes.cells if each.expected]:
        lines += ["", "⚪ **expected**: acknowledged in advance, so nothing fails", ""]
        lines += _capped([_item(cell, known) for cell in expected])
    if changes.unmatched:
        lines += ["", "🟡 **acknowledged, but nothing of the kind was found**", ""]
        lines += _capped([_left(each) for each in changes.unmatched])
    return "\n".join(lines) + "\n"


def _capped(items: Sequence[str]) -> list[str]:
    more = len(items) - MOST
    rest = [f"- and {more} more: see `changes.json`"] if more > 0 else []
    return [*items[:MOST], *rest]


def _item(cell: CellChange, known: Sequence[Difference]) -> str:
    said = f"- {code(cell.id)}{_was(cell, code)}: "
    if cell.expected:
        why = prose(cell.expected.why)
        said += f"{cell.change}, because {why} ({link('more', cell.expected.link)}): "
    return f"{said}{prose(cell.reason)}{_with(cell, known, prose)}"


def _left(entry: Unmatched) -> str:
    told = f"{code(entry.cell)} from {prose(entry.before)} to {prose(entry.now)}"
    return f"- {told}: {prose(entry.problem)}"


# -------------------------------------------------------------------------- terminal


class Line(NamedTuple):
    """One line for a terminal."""

    colour: str
    head: str
    """What is written in that colour."""
    text: str

    def __str__(self) -> str:
        return f"{self.head}{self.text}"


def lines(changes: Changes) -> list[Line]:
    """The same for a terminal or a log."""
    known = common(changes)
    found = [Line("", "", tally(changes))]
    if known:
        found.append(Line("", "", f"Everywhere differs: {_listed(known, SOME, safe)}"))
    for change, cells in _surprising(changes):
        told = [f"{safe(c.id)}{_text(c, known)}" for c in cells[:MOST]]
        found += [Line(COLOURS[change], f"{change}: ", each) for each in told]
        if len(cells) > MOST:
            found.append(Line("", "", f"and {len(cells) - MOST} more"))
    for cell in changes.cells:
        if cell.expected:
            why = f"{safe(cell.expected.why)} ({safe(cell.expected.link)})"
            told_ = f"{cell.change}: {safe(cell.id)}{_text(cell, known)}; because {why}"
            found.append(Line("bright_black", "expected: ", told_))
    for each in changes.unmatched:
        told_ = f"{safe(each.cell)} from {safe(each.before)} to {safe(each.now)}"
        told_ += f": {safe(each.problem)}"
        found.append(Line("yellow", "acknowledged, not found: ", told_))
    return found


def plain(changes: Changes) -> str:
    """The same as text."""
    return "".join(f"{each}\n" for each in lines(changes))


def _text(cell: CellChange, known: Sequence[Difference]) -> str:
    return f"{_was(cell, safe)}: {safe(cell.reason)}{_with(cell, known, safe)}"
