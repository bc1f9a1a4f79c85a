"""The matrix as a page shows it: configurations by release, each cell a link."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.versions import release_order
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.grid import lay_out
from harness.report.words import Mark
from harness.report.words import MARKS
from harness.site import address
from harness.site.atlas import Atlas
from harness.site.atlas_cell import age
from harness.site.atlas_cell import configuration_of
from harness.site.rendering import size_of

ROOM_OF_INDEX = 95_000
"""Most bytes of the matrix on the index, which has other content too."""

MOST_IN_PART = 400
"""Most cells of one of several matrices on a page about a server."""


class MatrixGroup(NamedTuple):
    """The rows of one server, under one title."""

    server: str
    title: str
    anchor: str
    rows: tuple[GridRow, ...]


class MatrixView(NamedTuple):
    """A matrix, ready for a template."""

    columns: tuple[str, ...]
    groups: tuple[MatrixGroup, ...]
    marks: tuple[Mark, ...]
    """The marks that occur."""
    axis: str
    caption: str
    left_out: str = ""
    """What the matrix leaves out, as a sentence."""
    id: str = "matrix"
    """The id of the HTML element."""


def current(cells: Iterable[CellReport]) -> list[CellReport]:
    """The cell with the newest server, for each configuration under each Flask.

    Older releases of a server are on its own page.
    """
    same = grouped(
        cells, lambda cell: (cell.flask, configuration_of(cell), cell.python)
    )
    return [max(each, key=age) for each in same.values()]


def views(atlas: Atlas, cells: Sequence[CellReport]) -> list[MatrixView]:
    """Matrices of all these cells: several if the cells are many, newest first."""
    made: list[MatrixView] = []
    rest = list(cells)
    while rest:
        columns = newest_columns(rest)
        shown = view(atlas, [cell for cell in rest if cell.flask in columns])
        made.append(_numbered(shown, len(made)))
        rest = [cell for cell in rest if cell.flask not in columns]
    return made


def _numbered(view: MatrixView, number: int) -> MatrixView:
    """The view with an id of its own, since several may be on one page."""
    if not number:
        return view
    end = f"-{number + 1}"
    groups = tuple(group._replace(anchor=group.anchor + end) for group in view.groups)
    span = f"{view.columns[0]} to {view.columns[-1]}"
    caption = f"{view.caption}: {span}"
    return view._replace(groups=groups, id=f"matrix{end}", caption=caption)


FULL = 3
"""Number of configurations that makes a release of Flask a column of its own."""


def newest_columns(cells: Sequence[CellReport]) -> set[str]:
    """The newest releases of Flask, as many as fit in a part; at least one."""
    newest: set[str] = set()
    count = 0
    for release in sorted({cell.flask for cell in cells}, key=release_order)[::-1]:
        count += sum(cell.flask == release for cell in cells)
        if newest and count > MOST_IN_PART:
            break
        newest.add(release)
    return newest


def usual_python(cells: Iterable[CellReport]) -> str:
    """The Python that most cells were measured with: no row needs to name it."""
    counts = Counter(cell.python for cell in cells)
    return max(
        counts, key=lambda python: (counts[python], release_order(python)), default=""
    )


def view(atlas: Atlas, cells: Sequence[CellReport]) -> MatrixView:
    """Lay out some cells of an atlas."""
    ordered = tuple(atlas.in_order(cells))
    laid = lay_out(msgspec.structs.replace(atlas.report, cells=ordered))
    occurring = {cell.word for cell in cells}
    under = f", on {laid.under}" if laid.under else ""
    python = usual_python(cells)
    others = len({cell.python for cell in cells}) > 1
    unless = ", where a row names no other" if others else ""
    return MatrixView(
        laid.columns[::-1],
        tuple(_groups(laid, python)),
        tuple(mark for word, mark in MARKS.items() if word in occurring),
        laid.axis,
        f"Requests in the app at once, by release of {laid.axis}{under}, with Python "
        f"{python}{unless}",
    )


def overview(atlas: Atlas) -> MatrixView:
    """The matrix of the index."""
    cells = current(atlas.report.cells)
    newest = {cell.flask for cell in _of_full_columns(cells)}
    columns = sorted(newest, key=release_order)
    while True:
        shown = view(atlas, [cell for cell in cells if cell.flask in columns])
        if len(columns) == 1 or size_of("matrix", shown, "") <= ROOM_OF_INDEX:
            break
        del columns[0]
    others = {cell.flask for cell in cells}.difference(columns)
    if not others:
        return shown
    names = ", ".join(sorted(others, key=release_order))
    return shown._replace(
        left_out=f"Other releases of Flask are on the pages of the servers: {names}."
    )


def _of_full_columns(cells: Sequence[CellReport]) -> Sequence[CellReport]:
    """The cells of releases of Flask under which several configurations were measured.

    All cells, if there is no such release. A history follows one or two configurations
    through all releases, whose columns would be nearly empty.
    """
    counts = Counter(cell.flask for cell in cells)
    full = [cell for cell in cells if counts[cell.flask] >= FULL]
    return full or cells


def _groups(grid: Grid, python: str) -> Iterable[MatrixGroup]:
    """The rows of each server.

    In a row the newest release comes first. The usual Python is not named.
    """
    used: set[str] = set()
    for title, several in grid.groups().items():
        group = tuple(
            GridRow(
                row.server,
                row.label.removesuffix(f" · py{python}"),
                row.cells[::-1],
            )
            for row in several
        )
        server = next(cell.server for row in group for cell in row.cells if cell)
        name = address.anchor(title.replace(" ", "-").replace("→", "to"))
        yield MatrixGroup(server, title, address.unused(name, used), group)
