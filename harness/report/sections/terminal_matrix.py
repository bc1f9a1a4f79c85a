"""The whole matrix as one table, with answers to other questions beside the numbers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import Report
from harness.report.document import Cell
from harness.report.document import Column
from harness.report.document import Legend
from harness.report.document import PlainLine
from harness.report.document import RowGroup
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.grid import Grid
from harness.report.sections.matrix_cells import columns
from harness.report.sections.matrix_cells import legend
from harness.report.sections.matrix_cells import line
from harness.report.sections.matrix_cells import title
from harness.report.sections.matrix_cells import value
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text


class Beside(NamedTuple):
    """A column to the right of the numbers, with something else."""

    head: Text
    meaning: Text
    """The column's line of the legend."""
    rows: tuple[Text, ...]
    """The text for each row of the grid."""


def section(report: Report, grid: Grid, beside: Sequence[Beside] = ()) -> Section:
    """The grid as a table, grouped by server."""
    groups: dict[str, list[tuple[Cell, ...]]] = defaultdict(list)
    more: dict[str, Text] = {}
    for number, row in enumerate(grid.rows):
        texts = [each.rows[number] for each in beside]
        groups[row.server].append((*line(row), *texts))
        for cell in filter(None, row.cells):
            more[cell.id] = _named(beside, texts)
    lines = (
        PlainLine(say("{}", Name(c.id)), value(c), more[c.id]) for c in report.cells
    )
    others = (Column(each.head) for each in beside)
    readings = legend(report, grid.has_gaps)
    meanings = (each.meaning for each in beside)
    return Section.of(
        "the matrix",
        title(grid),
        Table(
            (*columns(grid), *others),
            tuple(
                RowGroup(tuple(g), say("{}", server)) for server, g in groups.items()
            ),
            tuple(lines),
        ),
        Legend((*readings, *meanings)),
        worth=Worth.TABLE,
    )


def _named(beside: Sequence[Beside], texts: Sequence[Text]) -> Text:
    """The texts beside a row, each with the head of its column."""
    pairs = zip(beside, texts, strict=True)
    return joined(
        "; ", (say("{}: {}", each.head, text) for each, text in pairs if text)
    )
