"""The README's matrix, made from the report of a run of the default selection.

The data of its picture is stored in ``docs/matrix.json``.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from harness.records import files
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.words import Verdict
from harness.report import markdown
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.grid import lay_out
from harness.report.sections.matrix_cells import value
from harness.report.sections.matrix_cells import VARYING
from harness.report.sections.terminal_matrix import section

from .blocks import block
from .blocks import README

SHOWN = Path(__file__).parents[1] / "matrix.json"

Shape = list[tuple[str, str, tuple[bool, ...]]]
"""The server, the configuration and the filled cells of each row."""


def shape(report: Report) -> Shape:
    """Return the rows of a report's matrix."""
    return [
        (row.server, f"`{row.label}`", tuple(cell is not None for cell in row.cells))
        for row in lay_out(report).rows
    ]


def shape_in_readme() -> Shape:
    """Return the rows of the README's matrix."""
    rows, server = [], ""
    for line in block(README, "matrix").splitlines()[2:]:
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if label.startswith("**"):
            server = label.strip("*")
        else:
            rows.append((server, label, tuple(map(bool, cells))))
    return rows


def table(report: Report) -> str:
    """Return the matrix of a report as a Markdown table."""
    found = re.search(
        r"(?m)^\|  \| .*\n(?:\|.*\n)+",
        markdown.write([section(report, lay_out(report))]),
    )
    assert found, "the report has no matrix"
    return found[0]


# ------------------------------------------------------------------------ its picture


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One configuration, in successive releases that have the same number."""

    server: str
    label: str
    releases: str
    """The first and the last release; empty if the configuration has one number."""
    number: str
    """As in the matrix; empty if there is none."""
    word: str
    """The verdict or the outcome; empty if it is as declared."""
    least: int | None
    """The number that was always in the app; null if that is all of them."""
    most: int | None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a run that the picture shows."""

    where: str
    """The releases of Flask and Python, and the machine."""
    rows: tuple[Row, ...]


def shown(report: Report) -> Shown:
    """Take the data of the picture from a report."""
    laid, host = lay_out(report), report.host
    newest = f"{laid.axis} {laid.columns[-1]}"
    python = f"Python {report.cells[0].python}"
    where = f"{newest}, {python}, {host.system}, {host.processors} processors"
    rows = (row for each in laid.rows for row in _rows(each, laid))
    return Shown(where=where, rows=tuple(rows))


def save(report: Report) -> None:
    """Store the data of the picture."""
    files.write(SHOWN, shown(report))


def read() -> Shown:
    """Read the stored data of the picture."""
    return files.read(SHOWN, Shown)


def _rows(row: GridRow, laid: Grid) -> Iterator[Row]:
    pairs = zip(laid.columns, row.cells, strict=True)
    measured = [(release, cell) for release, cell in pairs if cell]
    spans = [list(span) for _, span in groupby(measured, lambda each: _says(each[1]))]
    for span in spans:
        first, last, cell = span[0][0], span[-1][0], span[-1][1]
        releases = first if first == last else f"{first} – {last}"
        number, word = _says(cell)
        varies = cell.verdict in VARYING and cell.floor != cell.ceiling
        yield Row(
            server=row.server,
            label=row.label,
            releases=f"{laid.axis} {releases}" if len(spans) > 1 else "",
            number=number,
            word=word,
            least=cell.floor if varies else None,
            most=cell.ceiling,
        )


def _says(cell: CellReport) -> tuple[str, str]:
    """Return the number and the word of a cell."""
    word = "" if cell.word is Verdict.AS_DECLARED else str(cell.word)
    return value(cell).number, word
