"""The matrix of a page, without columns that are empty in most rows."""

from collections.abc import Sequence

from harness.records.groups import grouped
from harness.records.report import Report
from harness.report.document import Legend
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.sections.matrix_cells import legend
from harness.report.sections.matrix_cells import table
from harness.report.sections.matrix_cells import title
from harness.report.sections.matrix_cells import value
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Strong
from harness.report.text import Text

FEW = 8
"""With more configurations than this on one release, each server is one row."""


def section(report: Report, grid: Grid) -> Section:
    """A table of the configurations measured on several releases, and further ones.

    There is one for each release on which other configurations were measured.
    """
    parts = split(grid)
    has_gaps = any(part.has_gaps for part in parts)
    return Section.of(
        "the matrix",
        title(grid),
        *map(_table, parts),
        Legend(tuple(legend(report, has_gaps))),
        worth=Worth.TABLE,
    )


def split(grid: Grid) -> list[Grid]:
    """Split a grid into parts that have few empty cells.

    One part has the rows with several cells. There is another for each column that is
    the only one of some rows. Each has just the columns that its rows need.
    """
    return [
        _only(grid, rows)
        for _, rows in sorted(grouped(grid.rows, _only_column).items())
    ]


def _only_column(row: GridRow) -> tuple[int, ...]:
    """The one column that a row has a cell in; empty if there are several."""
    at = tuple(n for n, cell in enumerate(row.cells) if cell)
    return at if len(at) == 1 else ()


def _only(grid: Grid, rows: Sequence[GridRow]) -> Grid:
    """Some rows of a grid, and the columns that they need."""
    at = [n for n in range(len(grid.columns)) if any(row.cells[n] for row in rows)]
    return grid._replace(
        columns=tuple(grid.columns[n] for n in at),
        rows=tuple(row._replace(cells=tuple(row.cells[n] for n in at)) for row in rows),
    )


def _table(grid: Grid) -> Table:
    """A part of the matrix; with one column and many rows, a row for each server."""
    if len(grid.columns) > 1 or len(grid.rows) <= FEW:
        return table(grid)
    rows = (
        (server, joined(" · ", map(_entry, rows)))
        for server, rows in grid.groups().items()
    )
    return Table.of(("", say("{} {}", grid.axis, grid.columns[0])), rows)


def _entry(row: GridRow) -> Text:
    """A configuration and its number, which stay on one line together."""
    cell = row.cells[0]
    assert cell is not None
    shown = value(cell)
    together = shown.number.replace("–", "–\u2060")  # no line breaks after the dash
    number = say_if(together and Strong(together), "{}")
    mark = say_if(shown.mark or "", "{}")
    parts = (say("{}", Name(row.label)), number, mark, say("{}", shown.note))
    return joined("\u00a0", filter(None, parts))
