"""The matrix: configurations by release, and how to read it.

Rows are configurations, columns are releases of Flask; or of the server, where several
of one server were measured under one Flask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.report import several_releases
from harness.records.versions import release_order
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Cell
from harness.report.document import Column
from harness.report.document import Value
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text


class GridRow(NamedTuple):
    """One configuration across all columns."""

    server: str
    """Title of the server, with its release where that is the same in the whole row;
    before it the proxy, if there is one."""
    label: str
    """The configuration, and the Python where there are several."""
    cells: tuple[CellReport | None, ...]
    """By column; ``None`` where the run did not include it."""


class Grid(NamedTuple):
    """The matrix."""

    columns: tuple[str, ...]
    """Releases, oldest first."""
    rows: tuple[GridRow, ...]
    axis: str
    """What the columns are releases of."""
    under: str
    """The one release of Flask, where the columns are not of Flask; else empty."""

    @property
    def has_gaps(self) -> bool:
        """Whether the run did not include some configuration in some column."""
        return any(None in row.cells for row in self.rows)

    def groups(self) -> dict[str, list[GridRow]]:
        """The rows of each server, in order."""
        groups: dict[str, list[GridRow]] = defaultdict(list)
        for row in self.rows:
            groups[row.server].append(row)
        return groups


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
"""Verdicts with which a floor below the ceiling is shown."""


def value(cell: CellReport) -> Value:
    """What is written in a cell of the matrix."""
    mark = words.mark(cell)
    if cell.outcome is not Outcome.MEASURED:
        return Value("", mark)
    if cell.verdict is Verdict.AS_DECLARED:
        return Value(number(cell), None)
    compared = cell.verdict in (Verdict.FEWER, Verdict.MORE)
    declared = "declared" if cell.declared is None else cell.declared
    return Value(number(cell), mark, f"than {declared}" if compared else "")


def open_ended(cell: CellReport) -> bool:
    """Whether there may be room for more; where it fell short there is none."""
    return cell.bounded is False and cell.verdict is not Verdict.FEWER


def number(cell: CellReport) -> str:
    """How many were in the app at once.

    ``8``; ``4–8`` where it is guaranteed that no order of arrival gives less or more;
    ``8 (seen 5)`` where 5 is the least of some rounds; ``≥64`` when open ended.
    """
    if cell.ceiling is None:
        return ""
    most = f"{'≥' if open_ended(cell) else ''}{cell.ceiling}"
    varies = cell.verdict in VARYING
    if varies and cell.floor is not None and cell.floor < cell.ceiling:
        if cell.floor_by is Basis.GUARANTEED:
            return f"{cell.floor}–{most}"
        return f"{most} (seen {cell.floor})"
    return most


# ------------------------------------------------------------------- what a table has


def heading(release: str) -> Text:
    """Where a release has a local part, which is long, that is on a line of its own."""
    public, plus, local = release.partition("+")
    return say("{}\n+{}", public, local) if plus else say("{}", public)


def title(grid: Grid) -> Text:
    under = say(", on {}", grid.under) if grid.under else Text()
    return say("Requests in the app at once{}", under)


def columns(grid: Grid) -> Iterator[Column]:
    """One for the names of rows, and one for each release."""
    yield Column(Text())
    yield from (Column(heading(e), say("{}", grid.axis), True) for e in grid.columns)


def line(row: GridRow) -> tuple[Cell, ...]:
    cells = (value(cell) if cell else Text() for cell in row.cells)
    return (say("{}", Name(row.label)), *cells)


def legend(report: Report, has_gaps: bool) -> Iterator[Text]:
    """How to read the cells, as far as they occur, with numbers that occur."""
    if Verdict.AS_DECLARED in {cell.word for cell in report.cells}:
        yield say(
            "A number alone: what the configuration declares, reached in every round."
        )
    meanings: dict[str, Text] = {}
    for cell in report.cells:
        kind, meaning = _reading(cell)
        meanings.setdefault(kind, meaning)
    yield from (text for text in meanings.values() if text)
    if has_gaps:
        yield say("Empty: not part of this run.")
    for release, source in sources(report).items():
        yield say("{}: from {}.", release, Name(source))


def _reading(cell: CellReport) -> tuple[str, Text]:
    """How to read the number of a cell, and of others of its kind."""
    text, most = number(cell), cell.ceiling or 0
    if "–" in text:
        least = Strong(text), most, cell.floor or 0, Strong("guaranteed")
        return "range", say(
            "{}: of {} offered together at least {} are in the app, {}: no order of "
            "arrival gives less.",
            *least,
        )
    if "seen" in text:
        return "seen", say(
            "{}: up to {}, but as few as {} were {} in some rounds; it may be fewer.",
            *(Strong(text), most, cell.floor or 0, Strong("seen")),
        )
    if "≥" in text:
        return "open", say(
            "{}: at least {}, the most that was offered.", Strong(text), most
        )
    return "", Text()
