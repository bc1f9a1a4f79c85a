"""Knows how cells make a grid; must not know what the grid is drawn with.

Rows are configurations, columns are releases of Flask; or of the server, where several
of one server were measured under one Flask. All text is as it came: whoever draws it
has to escape it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import release_order
from harness.records.words import NOTEWORTHY
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words as legend
from harness.report.words import Mark


class Row(NamedTuple):
    """One configuration across all columns."""

    server: str
    """Title and, where it is the same in the whole row, release of the server; before
    it the proxy, if there is one."""
    label: str
    """The configuration, and the Python where there are several."""
    cells: tuple[CellReport | None, ...]
    """By column; ``None`` where the cell was no part of the run."""


class Grid(NamedTuple):
    """The matrix."""

    columns: tuple[str, ...]
    """Releases, oldest first."""
    rows: tuple[Row, ...]
    axis: str
    """What the columns are releases of."""
    under: str
    """The one release of Flask, where the columns are not of Flask; else empty."""

    @property
    def has_gaps(self) -> bool:
        """Whether some configuration was not asked for in some column."""
        return any(None in row.cells for row in self.rows)

    def groups(self) -> dict[str, list[Row]]:
        """The rows of each server, in order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.server].append(row)
        return found


class _Key(NamedTuple):
    server: str
    chain: str
    version: str
    configuration: str
    python: str


def grid(report: Report) -> Grid:
    """Lay out a report. A server's release makes a row of its own only if some release
    of Flask was measured with more than one: Flask's own server has another release
    with each Flask, and is one row nevertheless. It makes a column of its own where
    only the server's release differs: that is the server's history.
    """
    history = _is_history(report.cells)

    def column(cell: CellReport) -> str:
        return cell.server_version if history else cell.flask

    columns = sorted(set(map(column, report.cells)), key=release_order)
    split = set() if history else _measured_with_several(report.cells)
    pythons = {cell.python for cell in report.cells}
    rows: dict[_Key, dict[str, CellReport]] = defaultdict(dict)
    for cell in _in_order(report.cells):
        version = cell.server_version if cell.server in split else ""
        python = cell.python if len(pythons) > 1 else ""
        chain = legend.chain(cell)
        key = _Key(cell.server, chain, version, cell.configuration, python)
        rows[key][column(cell)] = cell
    versions = _versions(rows)
    return Grid(
        tuple(columns),
        tuple(
            Row(
                _titled(key, versions[key.server, key.version]),
                f"{key.configuration} · py{key.python}"
                if key.python
                else key.configuration,
                tuple(cells.get(release) for release in columns),
            )
            for key, cells in rows.items()
        ),
        legend.title(report.cells[0]) if history else "Flask",
        f"Flask {report.cells[0].flask}" if history else "",
    )


def _is_history(cells: Sequence[CellReport]) -> bool:
    """Whether nothing but the release of one server differs."""
    servers = {(cell.server, cell.flask) for cell in cells}
    return len(servers) == 1 and len({cell.server_version for cell in cells}) > 1


def _measured_with_several(cells: Iterable[CellReport]) -> set[str]:
    """Servers of which some release of Flask was measured with several releases."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in cells:
        seen[cell.server, cell.flask].add(cell.server_version)
    return {server for (server, _), versions in seen.items() if len(versions) > 1}


def _in_order(cells: Iterable[CellReport]) -> list[CellReport]:
    """Servers as first seen; in each, the environment with most cells goes first, as
    its order is the most complete.
    """
    groups: dict[str, dict[tuple[str, str, str], list[CellReport]]] = {}
    for cell in cells:
        where = (cell.server_version, cell.flask, cell.python)
        groups.setdefault(cell.server, {}).setdefault(where, []).append(cell)
    return [
        cell
        for group in groups.values()
        for environment in sorted(group.values(), key=len, reverse=True)
        for cell in environment
    ]


def _versions(
    rows: dict[_Key, dict[str, CellReport]],
) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, cells in rows.items():
        found[key.server, key.version] |= {c.server_version for c in cells.values()}
    return found


def _titled(key: _Key, versions: set[str]) -> str:
    return f"{key.chain} {next(iter(versions))}" if len(versions) == 1 else key.chain


def sources(report: Report) -> dict[str, str]:
    """What was built for this run, and what each was built from."""
    return {
        release: source
        for environment in report.environments
        for release, source in environment.sources.items()
    }


# ------------------------------------------------------------------------- one cell


VARYING = (Verdict.UNEVEN, Verdict.FEWER)
"""Verdicts with which a floor below the ceiling is worth telling."""


class Text(NamedTuple):
    """What is written in a cell of the grid."""

    number: str
    """Requests at once; empty when nothing was measured."""
    mark: Mark | None
    """``None`` for what is as declared: the number alone says it all."""
    note: str = ""
    """What the mark's word is completed with."""

    def __str__(self) -> str:
        symbol = (self.mark.symbol, self.mark.word) if self.mark else ()
        return " ".join(filter(None, (self.number, *symbol, self.note)))


def text(cell: CellReport) -> Text:
    """What is written in a cell of the grid."""
    mark = legend.mark(cell)
    if cell.outcome is not Outcome.MEASURED:
        return Text("", mark)
    if cell.verdict is Verdict.AS_DECLARED:
        return Text(number(cell), None)
    compared = cell.verdict in (Verdict.FEWER, Verdict.MORE)
    declared = "declared" if cell.declared is None else cell.declared
    return Text(number(cell), mark, f"than {declared}" if compared else "")


def open_ended(cell: CellReport) -> bool:
    """Whether there may be room for more; where it fell short there is none."""
    return cell.bounded is False and cell.verdict is not Verdict.FEWER


def number(cell: CellReport) -> str:
    """``8``, ``8 (≥2)`` when it was as few as 2 at times, ``≥64`` when open ended."""
    if cell.ceiling is None:
        return ""
    most = f"{'≥' if open_ended(cell) else ''}{cell.ceiling}"
    varies = cell.verdict in VARYING
    if varies and cell.floor is not None and cell.floor < cell.ceiling:
        return f"{most} (≥{cell.floor})"
    return most


# ------------------------------------------------------------------------- findings


class Note(NamedTuple):
    """One reason, and all cells of one server that it is true of."""

    server: str
    """As in its rows, with the releases where these are the columns."""
    labels: tuple[str, ...]
    """Of the rows."""
    releases: tuple[str, ...]
    """Of Flask."""
    reason: str
    cells: tuple[CellReport, ...]

    @property
    def where(self) -> str:
        """The rows, and the releases of Flask."""
        rows, releases = ", ".join(self.labels), ", ".join(self.releases)
        return f"{self.server} · {rows} on Flask {releases}"


def notes(laid_out: Grid) -> dict[Outcome | Verdict, list[Note]]:
    """All that is not simply as declared, by what it is, worst first.

    What is said of several rows of a server in the same words is said once.
    """
    found: dict[Outcome | Verdict, list[Note]] = {key: [] for key in NOTEWORTHY}
    for (key, *_), said in _alike(laid_out).items():
        if key in found:
            found[key].append(_merged(said))
    return {key: several for key, several in found.items() if several}


def _alike(
    laid_out: Grid,
) -> dict[tuple[Outcome | Verdict, str, str, tuple[str, ...]], list[Note]]:
    """Notes of single rows, together where they differ in nothing but the row."""
    found = defaultdict(list)
    for row in laid_out.rows:
        same: dict[tuple[Outcome | Verdict, str], list[CellReport]] = defaultdict(list)
        for cell in filter(None, row.cells):
            same[cell.word, cell.reason].append(cell)
        for (key, reason), cells in same.items():
            releases = tuple(dict.fromkeys(cell.flask for cell in cells))
            server = row.server
            if laid_out.under:
                server += f" {', '.join(cell.server_version for cell in cells)}"
            note = Note(server, (row.label,), releases, reason, tuple(cells))
            found[key, reason, server, releases].append(note)
    return found


def _merged(said: list[Note]) -> Note:
    return said[0]._replace(
        labels=tuple(label for note in said for label in note.labels),
        cells=tuple(cell for note in said for cell in note.cells),
    )
