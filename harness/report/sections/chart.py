"""The chart of the newest release's numbers, and of older ones that differ."""

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from harness.records import text
from harness.records.report import CellReport
from harness.records.text import plural
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import chart_section
from harness.report.document import Section
from harness.report.drawing import Bar
from harness.report.drawing import BarGroup
from harness.report.drawing import Chart
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.sections.matrix_cells import number
from harness.report.sections.matrix_cells import VARYING
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Text

MOST_BARS = 40
"""With more bars, only noteworthy ones and the first of each server are drawn."""

MOST_BEFORE = 3
"""Most numbers of older releases that are drawn for one configuration."""


class Drawn(NamedTuple):
    """A bar, and its server and configuration."""

    server: str
    bar: Bar
    cell: CellReport


def section(grid: Grid) -> Section:
    """A bar for each configuration; none with fewer than two."""
    bars = [drawn for row in grid.rows for drawn in _bars(row, grid)]
    shown = bars if len(bars) <= MOST_BARS else _noteworthy(bars)[:MOST_BARS]
    servers = {each.server for each in shown}
    groups = tuple(
        BarGroup(server if len(servers) > 1 else "", tuple(each.bar for each in group))
        for server, group in groupby(shown, key=lambda each: each.server)
    )
    left_out = len(bars) - len(shown)
    return chart_section(groups, lambda chart: _caption(chart, grid, left_out))


def _noteworthy(bars: Iterable[Drawn]) -> list[Drawn]:
    """The bars that are not as declared, and the first of each server."""
    servers: set[str] = set()
    noteworthy: list[Drawn] = []
    for bar in bars:
        if bar.server not in servers or bar.cell.word is not Verdict.AS_DECLARED:
            noteworthy.append(bar)
        servers.add(bar.server)
    return noteworthy


def _bars(row: GridRow, grid: Grid) -> Iterator[Drawn]:
    """A bar for the newest release, and one for each different number before that."""
    cells = [
        (release, cell)
        for release, cell in zip(grid.columns, row.cells, strict=True)
        if cell and cell.outcome is not Outcome.NOT_SUPPORTED
    ]
    spans = [list(span) for _, span in groupby(cells, key=lambda pair: _value(pair[1]))]
    for span in spans[-MOST_BEFORE - 1 :]:
        (first, _), (last, cell) = span[0], span[-1]
        name = row.label
        if last != grid.columns[-1]:
            name = f"{row.label} · {text.span((first, last))}"
        yield Drawn(row.server, _bar(name, cell), cell)


def _bar(name: str, cell: CellReport) -> Bar:
    ceiling, fewer = cell.ceiling or 0, cell.verdict is Verdict.FEWER
    return Bar(
        name,
        _value(cell),
        always=(cell.floor or 0) if cell.verdict in VARYING else ceiling,
        most=ceiling,
        declared=(cell.declared or 0) if fewer else 0,
        open_end=cell.outcome is Outcome.MEASURED and cell.open_ended,
    )


def _value(cell: CellReport) -> str:
    """The number, with the declared one if it falls short; a word if there is none."""
    if cell.outcome is not Outcome.MEASURED:
        mark = words.mark(cell)
        return f"{mark.symbol} {mark.word}"
    if cell.verdict is Verdict.FEWER and cell.declared is not None:
        return f"{number(cell)} of {cell.declared}"
    return number(cell)


def _caption(chart: Chart, grid: Grid, left_out: int) -> Iterator[Text]:
    under = say_if(grid.under, " ({})")
    release = grid.axis, grid.columns[-1], under
    yield say("Requests in the app at once with {} {}{}.", *release)
    yield from colours(chart)
    if left_out:
        rest = plural(left_out, "more configuration")
        yield say("{} as declared: in the table.", rest)


def colours(chart: Chart) -> Iterator[Text]:
    """A sentence on the colours that occur, and on the length of bars."""
    bars = chart.bars
    yield say("Blue: always.")
    if any(bar.always < bar.most for bar in bars):
        yield say("Orange: at times.")
    if any(bar.declared for bar in bars):
        yield say("Grey: declared, and never reached.")
    if any(bar.open_end for bar in bars):
        yield say("Pale: no limit was found.")
    if not chart.even:
        yield say("Each doubling is as long as the one before.")
