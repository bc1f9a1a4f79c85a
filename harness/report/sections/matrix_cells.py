"""The cells and headings of the matrix, and the legend."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Cell
from harness.report.document import Column
from harness.report.document import PlainLine
from harness.report.document import RowGroup
from harness.report.document import Table
from harness.report.document import Value
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Strong
from harness.report.text import Text

VARYING = (Verdict.UNEVEN, Verdict.FEWER)
"""Verdicts with which a floor below the ceiling is shown."""


def value(cell: CellReport) -> Value:
    """The value in a cell of the matrix."""
    mark = words.mark(cell)
    if cell.outcome is not Outcome.MEASURED:
        return Value("", mark)
    if cell.verdict is Verdict.AS_DECLARED:
        return Value(number(cell), None)
    compared = cell.verdict in (Verdict.FEWER, Verdict.MORE)
    declared = "declared" if cell.declared is None else cell.declared
    return Value(number(cell), mark, f"than {declared}" if compared else "")


def shown_floor(cell: CellReport) -> Basis | None:
    """How sure the floor is that is shown beside the ceiling; ``None`` if none is."""
    if cell.verdict not in VARYING or cell.floor is None or cell.ceiling is None:
        return None
    by_chance = cell.verdict is Verdict.UNEVEN and cell.floor_by is Basis.SEEN
    return cell.floor_by if cell.floor < cell.ceiling or by_chance else None


def number(cell: CellReport) -> str:
    """The number of requests in the app at once, as text.

    ``8``; ``4–8`` if it is guaranteed that no order of arrival gives less or more; ``8
    (seen 5)`` if 5 is only the least of several rounds; ``≥64`` if it is open ended.
    """
    if cell.ceiling is None:
        return ""
    most = f"{'≥' if cell.open_ended else ''}{cell.ceiling}"
    match shown_floor(cell):
        case Basis.GUARANTEED:
            return f"{cell.floor}–{most}"
        case Basis.SEEN:
            return f"{most} (seen {cell.floor})"
    return most


# ------------------------------------------------------------------- what a table has


def heading(release: str) -> Text:
    """A release as a heading, with a long local part on a line of its own."""
    public, plus, local = release.partition("+")
    return say("{}\n+{}", public, local) if plus else say("{}", public)


def title(grid: Grid) -> Text:
    under = say_if(grid.under, ", on {}")
    return say("Requests in the app at once{}", under)


class Beside(NamedTuple):
    """A column to the right of the numbers, with something else."""

    head: Text
    meaning: Text
    """The column's line of the legend."""
    of: Callable[[GridRow], Text]
    """Makes the text for a row of the grid."""


def table(
    grid: Grid, beside: Sequence[Beside] = (), lines: Iterable[PlainLine] = ()
) -> Table:
    """The grid: a column for each release, rows grouped by server."""
    releases = (Column(heading(e), say("{}", grid.axis), True) for e in grid.columns)
    groups = (
        RowGroup(tuple(_line(row, beside) for row in rows), say("{}", server))
        for server, rows in grid.groups().items()
    )
    columns = (Column(Text()), *releases, *(Column(each.head) for each in beside))
    return Table(columns, tuple(groups), tuple(lines))


def _line(row: GridRow, beside: Sequence[Beside]) -> tuple[Cell, ...]:
    cells = (value(cell) if cell else Text() for cell in row.cells)
    return (say("{}", Name(row.label)), *cells, *(each.of(row) for each in beside))


def legend(report: Report, has_gaps: bool) -> Iterator[Text]:
    """How to read the kinds of cells that occur.

    The examples are numbers from the matrix.
    """
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


def sources(report: Report) -> dict[str, str]:
    """The packages that were built for this run, and their sources."""
    return {
        release: source
        for environment in report.environments
        for release, source in environment.sources.items()
    }


def _reading(cell: CellReport) -> tuple[str, Text]:
    """How to read the number of a cell and of others like it."""
    text, most = Strong(number(cell)), cell.ceiling or 0
    match basis := shown_floor(cell):
        case Basis.GUARANTEED:
            words = (
                "{}: of {} offered together at least {} are in the app, {}: no order "
                "of arrival gives less."
            )
        case Basis.SEEN:
            words = (
                "{}: up to {}, but as few as {} were {} in some rounds; it may be "
                "fewer."
            )
        case None if cell.open_ended and cell.ceiling is not None:
            words = "{}: at least {}, the most that was offered."
            return "open", say(words, text, most)
        case None:
            return "", Text()
    return basis, say(words, text, most, cell.floor or 0, Strong(basis))
