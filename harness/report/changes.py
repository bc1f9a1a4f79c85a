"""Knows how changes since a baseline look; must not find any itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from harness.model import CellChange
from harness.model import Change
from harness.model import Changes
from harness.model import Difference
from harness.model import Unmatched
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

FEW = 4
"""Versions that are named for each cell."""

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


# -------------------------------------------------------------------------- Markdown


def render(changes: Changes) -> str:
    """A section of its own; the counts, then each cell that is not the same."""
    lines = ["### Since the baseline", "", f"{tally(changes)}."]
    if changes.machine:
        lines += ["", f"The runs differ in {_and_all(changes.machine, prose)}."]
    for change, cells in _surprising(changes):
        lines += ["", f"{BADGES[change]} **{change}**", ""]
        lines += _capped([_item(cell) for cell in cells])
    if expected := [each for each in changes.cells if each.expected]:
        lines += ["", "⚪ **expected**: acknowledged in advance, so nothing fails", ""]
        lines += _capped([_item(cell) for cell in expected])
    if changes.unmatched:
        lines += ["", "🟡 **acknowledged, but nothing of the kind was found**", ""]
        lines += _capped([_left(each) for each in changes.unmatched])
    return "\n".join(lines) + "\n"


def _surprising(changes: Changes) -> Iterable[tuple[Change, list[CellChange]]]:
    for change in SHOWN:
        cells = [c for c in changes.cells if c.change is change and not c.expected]
        if cells:
            yield change, cells


def _capped(items: Sequence[str]) -> list[str]:
    more = len(items) - MOST
    rest = [f"- and {more} more: see `changes.json`"] if more > 0 else []
    return [*items[:MOST], *rest]


def _item(cell: CellChange) -> str:
    said = f"- {code(cell.id)}{_was(cell, code)}: "
    if cell.expected:
        why = prose(cell.expected.why)
        said += f"{cell.change}, because {why} ({link('more', cell.expected.link)}): "
    return f"{said}{prose(cell.reason)}{_with(cell, prose)}"


def _left(entry: Unmatched) -> str:
    told = f"{code(entry.cell)} from {prose(entry.before)} to {prose(entry.now)}"
    return f"- {told}: {prose(entry.problem)}"


def _was(cell: CellChange, word: Word) -> str:
    return f" (was {word(cell.previous_id)})" if cell.previous_id else ""


def _with(cell: CellChange, word: Word) -> str:
    """The versions that differ, where that may be the reason."""
    return f". With {_and_all(cell.versions, word)}" if cell.versions else ""


def _and_all(differences: Sequence[Difference], word: Word) -> str:
    told = [
        f"{word(d.name)} {word(d.now or 'gone')} (was {word(d.before or 'not there')})"
        for d in differences[:FEW]
    ]
    if len(differences) > FEW:
        told.append(f"{len(differences) - FEW} other versions")
    return ", ".join(told)


# -------------------------------------------------------------------------- terminal


def plain(changes: Changes) -> str:
    """The same as lines for a terminal or a log."""
    lines = [f"{tally(changes)}"]
    if changes.machine:
        lines.append(f"The runs differ in {_and_all(changes.machine, safe)}")
    for change, cells in _surprising(changes):
        lines += _cut([f"{change}: {_line(cell)}" for cell in cells])
    for cell in changes.cells:
        if cell.expected:
            why = f"{safe(cell.expected.why)} ({safe(cell.expected.link)})"
            lines.append(f"expected: {cell.change}: {_line(cell)}; because {why}")
    for each in changes.unmatched:
        told = f"{safe(each.cell)} from {safe(each.before)} to {safe(each.now)}"
        lines.append(f"acknowledged, not found: {told}: {safe(each.problem)}")
    return "\n".join(lines) + "\n"


def _line(cell: CellChange) -> str:
    return f"{safe(cell.id)}{_was(cell, safe)}: {safe(cell.reason)}{_with(cell, safe)}"


def _cut(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST
    return [*lines[:MOST], *([f"and {more} more"] if more > 0 else [])]
