"""Knows how changes since a baseline look as Markdown; must not find any itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harness.compare import CellChange
from harness.compare import Change
from harness.report.escape import code
from harness.report.escape import prose

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


def tally(changes: Sequence[CellChange]) -> str:
    """How many cells there are of each change, as one line."""
    counts = Counter(each.change for each in changes)
    found = (f"{counts[change]} {change}" for change in Change if counts[change])
    return f"Compared with the baseline: {', '.join(found)}"


def render(changes: Sequence[CellChange]) -> str:
    """A section of its own; the counts, then each cell that is not the same."""
    lines = ["### Since the baseline", "", f"{tally(changes)}."]
    for change in SHOWN:
        cells = [each for each in changes if each.change is change]
        if cells:
            lines += ["", f"{BADGES[change]} **{change}**", ""]
            lines += [f"- {code(c.id)}: {prose(c.reason)}" for c in cells[:MOST]]
        if len(cells) > MOST:
            lines.append(f"- and {len(cells) - MOST} more: see `changes.json`")
    return "\n".join(lines) + "\n"
