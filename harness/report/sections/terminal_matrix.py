"""The whole matrix as one table, with answers to other questions beside the numbers."""

from collections.abc import Sequence

from harness.records.report import Report
from harness.report.document import Legend
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Worth
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.sections.matrix_cells import Beside
from harness.report.sections.matrix_cells import legend
from harness.report.sections.matrix_cells import table
from harness.report.sections.matrix_cells import title
from harness.report.sections.matrix_cells import value
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text


def section(report: Report, grid: Grid, beside: Sequence[Beside] = ()) -> Section:
    """The grid as a table, grouped by server."""
    named = ((row, _named(beside, row)) for row in grid.rows)
    more = {cell.id: text for row, text in named for cell in row.cells if cell}
    lines = (
        PlainLine(say("{}", Name(c.id)), value(c), more[c.id]) for c in report.cells
    )
    readings = legend(report, grid.has_gaps)
    meanings = (each.meaning for each in beside)
    return Section.of(
        "the matrix",
        title(grid),
        table(grid, beside, lines),
        Legend((*readings, *meanings)),
        worth=Worth.TABLE,
    )


def _named(beside: Sequence[Beside], row: GridRow) -> Text:
    """The texts beside a row, each with the head of its column."""
    pairs = ((each.head, each.of(row)) for each in beside)
    return joined("; ", (say("{}: {}", *pair) for pair in pairs if pair[1]))
