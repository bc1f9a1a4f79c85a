"""The matrix as a page shows it: configurations by release, each cell a link."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import release_order
from harness.report.sections.matrix import grid
from harness.report.sections.matrix import GridRow
from harness.report.words import Mark
from harness.report.words import MARKS
from harness.site import address

MOST_CELLS = 1000
"""With more of them a first view of the index would weigh too much."""


class MatrixGroup(NamedTuple):
    """The rows of one server, under one title."""

    server: str
    title: str
    anchor: str
    rows: tuple[GridRow, ...]


class MatrixView(NamedTuple):
    """A matrix that a template can write down."""

    columns: tuple[str, ...]
    groups: tuple[MatrixGroup, ...]
    marks: tuple[Mark, ...]
    """Words that occur."""
    axis: str
    caption: str
    left_out: str = ""
    """What is not in it, as a sentence."""


def current(cells: Iterable[CellReport]) -> list[CellReport]:
    """Of each configuration under each Flask, the cell with the newest server.

    What older releases of a server did is its own page's to tell.
    """
    newest: dict[tuple[str, ...], CellReport] = {}
    for cell in cells:
        key = cell.flask, cell.server, cell.configuration, cell.python
        known = newest.get(key)
        if known is None or release_order(known.server_version) < release_order(
            cell.server_version
        ):
            newest[key] = cell
    return list(newest.values())


def newest_columns(cells: Sequence[CellReport], most: int = MOST_CELLS) -> set[str]:
    """The newest releases of Flask, as many as fit; at least one."""
    kept: set[str] = set()
    count = 0
    for release in sorted({cell.flask for cell in cells}, key=release_order)[::-1]:
        count += sum(cell.flask == release for cell in cells)
        if kept and count > most:
            break
        kept.add(release)
    return kept


def view(report: Report, cells: Sequence[CellReport]) -> MatrixView:
    """Lay out some cells of a report."""
    laid = grid(msgspec.structs.replace(report, cells=tuple(cells)))
    occurring = {cell.word for cell in cells}
    under = f", on {laid.under}" if laid.under else ""
    return MatrixView(
        laid.columns,
        tuple(_groups(laid.rows)),
        tuple(mark for word, mark in MARKS.items() if word in occurring),
        laid.axis,
        f"Requests in the app at once, by release of {laid.axis}{under}",
    )


def overview(report: Report) -> MatrixView:
    """The matrix of the index."""
    cells = current(report.cells)
    columns = newest_columns(cells)
    shown = view(report, [cell for cell in cells if cell.flask in columns])
    older = {cell.flask for cell in cells} - columns
    if not older:
        return shown
    names = ", ".join(sorted(older, key=release_order))
    return shown._replace(
        left_out=f"Older releases of Flask are on the pages of the servers: {names}."
    )


def _groups(rows: Iterable[GridRow]) -> Iterable[MatrixGroup]:
    used: set[str] = set()
    for title, several in groupby(rows, key=lambda row: row.server):
        group = tuple(several)
        server = next(cell.server for row in group for cell in row.cells if cell)
        name = address.anchor(title.replace(" ", "-").replace("→", "to"))
        while name in used:
            name += "-more"
        used.add(name)
        yield MatrixGroup(server, title, name, group)
