"""Lays out the matrix: configurations in rows, releases in columns.

Columns are releases of Flask, or of the server if several releases of one server were
measured under a single Flask.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.report import several_releases
from harness.records.versions import release_order
from harness.report import words


class GridRow(NamedTuple):
    """One configuration across all columns."""

    server: str
    """Title of the server, with its release if that is the same in the whole row, and
    preceded by the proxy, if there is one."""
    label: str
    """The configuration, and the Python if there are several."""
    cells: tuple[CellReport | None, ...]
    """Cells by column; ``None`` if the run did not include one."""


class Grid(NamedTuple):
    """The matrix."""

    columns: tuple[str, ...]
    """Releases, oldest first."""
    rows: tuple[GridRow, ...]
    axis: str
    """The package whose releases are the columns."""
    under: str
    """The one release of Flask, if the columns are of another package; else empty."""

    @property
    def has_gaps(self) -> bool:
        """Whether the run did not include some configuration in some column."""
        return any(None in row.cells for row in self.rows)

    def groups(self) -> dict[str, list[GridRow]]:
        """The rows of each server, in order."""
        return grouped(self.rows, lambda row: row.server)


class _Key(NamedTuple):
    server: str
    chain: str
    version: str
    configuration: str
    python: str


def lay_out(report: Report) -> Grid:
    """Lay out the cells of a report in rows and columns.

    The releases of a server are separate rows only if some release of Flask was
    measured with several of them: Flask's own server has another release with each
    Flask, and is still one row. They are columns if nothing but the server's release
    differs: the matrix is then that server's history.
    """
    history = _is_history(report.cells)

    def column(cell: CellReport) -> str:
        return cell.server_version if history else cell.flask

    columns = sorted(set(map(column, report.cells)), key=release_order)
    split = set() if history else several_releases(report.cells)
    pythons = {cell.python for cell in report.cells}
    rows: dict[_Key, dict[str, CellReport]] = defaultdict(dict)
    versions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in _in_order(report.cells):
        version = cell.server_version if cell.server in split else ""
        python = cell.python if len(pythons) > 1 else ""
        chain = words.chain(cell)
        key = _Key(cell.server, chain, version, cell.configuration, python)
        rows[key][column(cell)] = cell
        versions[cell.server, version].add(cell.server_version)
    return Grid(
        tuple(columns),
        tuple(
            GridRow(
                _titled(key, versions[key.server, key.version]),
                f"{key.configuration} · py{key.python}"
                if key.python
                else key.configuration,
                tuple(cells.get(release) for release in columns),
            )
            for key, cells in rows.items()
        ),
        words.title(report.cells[0]) if history else "Flask",
        f"Flask {report.cells[0].flask}" if history else "",
    )


def _is_history(cells: Sequence[CellReport]) -> bool:
    """Whether nothing but the release of one server differs."""
    servers = {(cell.server, cell.flask) for cell in cells}
    return len(servers) == 1 and len({cell.server_version for cell in cells}) > 1


def _in_order(cells: Sequence[CellReport]) -> list[CellReport]:
    """Cells by server, in the order of the report.

    Within a server, the environment with the most cells comes first, since its order is
    the most complete.
    """
    environments = list(grouped(cells, lambda cell: cell.environment).values())
    servers = list(dict.fromkeys(cell.server for cell in cells))
    environments.sort(key=lambda some: (servers.index(some[0].server), -len(some)))
    return list(chain.from_iterable(environments))


def _titled(key: _Key, versions: set[str]) -> str:
    return f"{key.chain} {next(iter(versions))}" if len(versions) == 1 else key.chain
