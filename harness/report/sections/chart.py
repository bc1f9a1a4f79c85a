"""The numbers of the newest release as a chart."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.report import CellReport
from harness.report.document import Bar
from harness.report.document import Chart
from harness.report.document import joined
from harness.report.document import Name
from harness.report.document import Paragraph
from harness.report.document import say
from harness.report.document import Section
from harness.report.document import Text
from harness.report.document import Worth
from harness.report.sections.matrix import Grid
from harness.report.sections.matrix import GridRow
from harness.report.sections.matrix import number
from harness.report.sections.matrix import VARYING

HIGHEST = 32
"""Larger ceilings are left to the table: beside 2000, nobody could tell 4 from 8."""

MOST_BARS = 24
"""More bars than that cannot be read."""

Drawn = tuple[GridRow, CellReport]


def section(grid: Grid) -> Section:
    """The configurations under the newest release as bars; none with fewer than two."""
    newest = [(row, cell) for row in grid.rows if (cell := row.cells[-1])]
    drawn = [(row, cell) for row, cell in newest if _fits(cell)][:MOST_BARS]
    title = say("{} {} as a chart", grid.axis, grid.columns[-1])
    chart = Chart("requests in the app at once", tuple(map(_bar, drawn)))
    caption = Paragraph(joined(" ", _caption(newest, drawn)))
    blocks = (chart, caption) if len(drawn) > 1 else ()
    return Section.of("the chart", title, *blocks, worth=Worth.CHART)


def _fits(cell: CellReport) -> bool:
    ceiling = cell.ceiling or 0
    return bool(cell.bounded) and cell.floor is not None and ceiling <= HIGHEST


def _bar(drawn: Drawn) -> Bar:
    row, cell = drawn
    names = f"{cell.server} {row.label}", f"{row.server} {row.label}", row.label
    return Bar(names, _always(cell), cell.ceiling)


def _always(cell: CellReport) -> int | None:
    """How many there were in every round that offered enough."""
    return cell.floor if cell.verdict in VARYING else cell.ceiling


def _caption(newest: Sequence[Drawn], drawn: Sequence[Drawn]) -> Iterator[Text]:
    if any(_always(cell) != cell.ceiling for _, cell in drawn):
        yield say("Orange: in some rounds only.")
    others = [
        say("{} {} {}", row.server, Name(row.label), number(cell))
        for row, cell in newest
        if cell.ceiling is not None and (row, cell) not in drawn
    ]
    if others:
        yield say("Not drawn: {}.", joined(", ", others))
