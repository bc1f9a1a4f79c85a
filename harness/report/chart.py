"""Knows how to draw ceilings as a Mermaid chart; must not show what the table lacks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.records.report import CellReport
from harness.report.escape import code
from harness.report.escape import mermaid
from harness.report.escape import prose
from harness.report.sections.matrix import Grid
from harness.report.sections.matrix import number
from harness.report.sections.matrix import Row
from harness.report.sections.matrix import VARYING

MOST = 32
"""Larger ceilings are left to the table: beside 2000, nobody could tell 4 from 8."""

COLOURS = "#e8833a, #3b82d6"
"""Can be told apart in light and dark, and without seeing red or green."""

Bar = tuple[Row, CellReport]

AT_MOST = 24
"""More bars than that cannot be read."""


def ceilings(laid_out: Grid) -> str:
    """The configurations under the newest Flask, as bars; empty with fewer than two.

    A bar has two parts: up to the floor in one colour, up to the ceiling in another.
    """
    found = [(row, cell) for row in laid_out.rows if (cell := row.cells[-1])]
    shown = [(row, cell) for row, cell in found if _fits(cell)][:AT_MOST]
    if len(shown) < 2:
        return ""
    heading = f"### {prose(laid_out.axis)} {prose(laid_out.columns[-1])} as a chart"
    lines = "\n".join(_lines(shown))
    return f"{heading}\n\n```mermaid\n{lines}\n```\n\n{_caption(found, shown)}".strip()


def _labels(shown: Sequence[Bar]) -> list[str]:
    """As short as can be, for narrow screens, but no two alike: these would be one."""
    for names in (
        [f"{cell.server} {row.label}" for row, cell in shown],
        [f"{row.server} {row.label}" for row, _ in shown],
        [f"{n} {row.label}" for n, (row, _) in enumerate(shown, start=1)],
    ):
        labels = list(map(mermaid, names))
        if len(set(labels)) == len(labels):
            break
    return labels


def _lines(shown: Sequence[Bar]) -> list[str]:
    labels = _labels(shown)
    most = ", ".join(str(cell.ceiling) for _, cell in shown)
    always = ", ".join(str(_always(cell)) for _, cell in shown)
    # One more than is needed: Mermaid cuts a number off that stands at the very end.
    top = max(cell.ceiling or 0 for _, cell in shown) + 1
    return [
        f"%%{{init: {msgspec.json.encode(_look(labels)).decode()}}}%%",
        "xychart-beta horizontal",
        f"    x-axis [{', '.join(labels)}]",
        f'    y-axis "requests in the app at once" 0 --> {top}',
        f"    bar [{most}]",
        f"    bar [{always}]",
    ]


def _look(labels: Sequence[str]) -> object:
    """As narrow as it can be read: on a narrower screen Mermaid cuts labels off, and
    it leaves out all of them where one would take half of the width.
    """
    width = max(500, 16 * max(map(len, labels)))
    size = {"width": width, "height": 110 + 24 * len(labels)}
    colours = {"backgroundColor": "transparent", "plotColorPalette": COLOURS}
    return {"xyChart": size, "themeVariables": {"xyChart": colours}}


def _always(cell: CellReport) -> int | None:
    """How many there were in every round that offered enough."""
    return cell.floor if cell.verdict in VARYING else cell.ceiling


def _fits(cell: CellReport) -> bool:
    return bool(cell.bounded) and cell.floor is not None and (cell.ceiling or 0) <= MOST


def _caption(found: Sequence[Bar], shown: Sequence[Bar]) -> str:
    said = []
    if any(_always(cell) != cell.ceiling for _, cell in shown):
        said.append("Orange: in some rounds only.")
    others = [
        f"{prose(row.server)} {code(row.label)} {number(cell)}"
        for row, cell in found
        if cell.ceiling is not None and (row, cell) not in shown
    ]
    if others:
        said.append(f"Not drawn: {', '.join(others)}.")
    return " ".join(said)
