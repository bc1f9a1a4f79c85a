"""The section with the answer in a few sentences, and cells counted by verdict.

The sentences fit any selection of servers and releases.
"""

from collections.abc import Sequence
from itertools import groupby
from itertools import pairwise

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.text import bound
from harness.records.text import plural
from harness.records.words import Basis
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Alert
from harness.report.document import Block
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.grid import Grid
from harness.report.grid import GridRow
from harness.report.text import first_few
from harness.report.text import joined
from harness.report.text import listed
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Strong
from harness.report.text import Text

MOST_SERVERS = 5
"""With more servers than this, only those with the least and the most are named."""

MOST_SHORT = 3
"""Most configurations named that fall short; more are counted."""


def section(report: Report, grid: Grid) -> Section:
    """The answer, the counts, and that the instrument failed if it did."""
    cells = say(
        "{}. A cell is one configuration under one release of Flask.",
        counts(report.cells),
    )
    blocks: list[Block] = [Paragraph(answer(grid))]
    failed = sum(cell.outcome in INSTRUMENT for cell in report.cells)
    if failed:
        text = (
            "The instrument failed in {} of {} cells. These have no numbers, and the "
            "reasons are below."
        )
        blocks.append(Alert("caution", say(text, failed, len(report.cells))))
    if short := falls_short(grid):
        blocks.append(Alert("warning", short))
    blocks.append(Paragraph(cells))
    title = "How many requests at the same time?"
    return Section.of("the answer", title, *blocks, top=True)


def interrupted(missing: int) -> Section:
    """A sentence that the run ended early, with how many cells it did not reach."""
    text = "The run was interrupted: {} not measured and not in this report."
    were = plural(missing, "cell") + (" was" if missing == 1 else " were")
    alert = Alert("warning", say(text, were))
    return Section("the interruption", Text(), (alert,))


def counts(cells: Sequence[CellReport]) -> Text:
    """The number of cells of each kind."""
    kinds = [say("{}\u00a0{}", count, mark) for count, mark in words.tally(cells)]
    number = Strong(plural(len(cells), "cell"))
    return say("{}: {}", number, joined(", ", kinds))


def answer(grid: Grid) -> Text:
    """One or two sentences: how many requests at once."""
    servers = [rows for rows in map(_measured, grid.groups().values()) if rows]
    if not servers:
        return say("Nothing could be measured.")
    first, *others = servers
    if grid.under:
        first = sorted(first, key=_changes, reverse=True)
    sentences = [say("{}.", _across(first[0], grid))]
    with_range = others
    if len(first) > 1 and _is_one_server(servers):
        with_range = [first, *others]
    ranges = [text for rows in with_range if (text := _range(rows))]
    if len(ranges) > MOST_SERVERS:
        ranges = [_all(others)]
    if ranges:
        newest = grid.axis, grid.columns[-1]
        sentences.append(say("On {} {}, {}.", *newest, listed(ranges)))
    return joined(" ", sentences)


def _is_one_server(groups: Sequence[Sequence[GridRow]]) -> bool:
    """Whether all rows are of one server, in several releases or behind proxies."""
    cells = (cell for rows in groups for row in rows for cell in row.cells if cell)
    return len({cell.server for cell in cells}) == 1


def _measured(rows: Sequence[GridRow]) -> list[GridRow]:
    """The rows with measured cells, without their other cells."""
    measured = (
        row._replace(
            cells=tuple(
                cell if cell and cell.outcome is Outcome.MEASURED else None
                for cell in row.cells
            )
        )
        for row in rows
    )
    return [row for row in measured if any(row.cells)]


def _changes(row: GridRow) -> int:
    """How often a configuration's number differs from the column before."""
    numbers = [(cell.verdict, cell.ceiling) for cell in row.cells if cell]
    return sum(one != other for one, other in pairwise(numbers))


# ------------------------------------------------------------------- what falls short


def falls_short(grid: Grid) -> Text:
    """A sentence on configurations that handle less than they declare, if any do."""
    short: list[Text] = [
        say("{} ({})", Name(row.label), reason)
        for row in grid.rows
        for cell in row.cells[-1:]
        if cell and (reason := _falls_short(cell))
    ]
    if not short:
        return Text()
    they = "it declares" if len(short) == 1 else "they declare"
    return say(
        "Not always what {}: {}.", they, listed(first_few(short, MOST_SHORT, "{} more"))
    )


def _falls_short(cell: CellReport) -> str:
    """How far a cell is below its declaration, in words; empty if it is not."""
    if cell.outcome is not Outcome.MEASURED:
        return ""
    declared = bound(cell.declared)
    if cell.verdict is Verdict.FEWER:
        return f"declares {declared}, handled {cell.ceiling}"
    if cell.verdict is Verdict.UNEVEN:
        return f"{declared}, {_least(cell)}"
    return ""


def _least(cell: CellReport) -> str:
    """The floor of an uneven cell, and how sure it is."""
    if cell.floor_by is Basis.GUARANTEED:
        return f"only {cell.floor} guaranteed"
    return f"{cell.floor} at times"


# ------------------------------------------------------------- from release to release


def _across(row: GridRow, grid: Grid) -> Text:
    """A sentence on one row, from the oldest to the newest release."""
    numbered = [(n, cell) for n, cell in enumerate(row.cells) if cell]
    spans = []
    for number, cells in groupby(numbered, key=lambda pair: at_once(pair[1])):
        at = [n for n, _ in cells]
        spans.append(say("{} on {}", number, _releases(at, grid)))
    under = say_if(grid.under, "On {}, ")
    who = row.server, Name(row.label)
    return say("{}{} ({}) handled {}", under, *who, listed(spans))


def _releases(at: Sequence[int], grid: Grid) -> str:
    first, last = grid.columns[at[0]], grid.columns[at[-1]]
    if len(at) == 1:
        return f"{grid.axis} {first}"
    if at[-1] == len(grid.columns) - 1:
        return f"{grid.axis} {first} and later"
    return f"{grid.axis} {first} to {last}"


def at_once(cell: CellReport) -> str:
    """The number of one measured cell in words."""
    if cell.ceiling == 1 and not cell.open_ended:
        return "1 request at a time"
    if cell.verdict is Verdict.UNEVEN:
        return f"up to {cell.ceiling} at once, but {_least(cell)},"
    return f"{_most(cell)} at once"


# -------------------------------------------------------------- with the newest release


def _extremes(rows: Sequence[GridRow]) -> list[tuple[str, CellReport]]:
    """The cells of the newest release with the least and the most requests.

    Each comes with its server. Empty if there are none.
    """
    newest = [(row.server, cell) for row in rows if (cell := row.cells[-1])]
    return [min(newest, key=_ceiling), max(newest, key=_ceiling)] if newest else []


def _ceiling(server_and_cell: tuple[str, CellReport]) -> int:
    return server_and_cell[1].ceiling or 0


def _range(rows: Sequence[GridRow]) -> Text:
    """The range of the numbers of one server's configurations."""
    if not (extremes := _extremes(rows)):
        return Text()
    (server, least), (_, most) = extremes
    highest = _most(most), Name(most.configuration)
    if least.ceiling == most.ceiling:
        return say("{} handled {} ({})", server, *highest)
    lowest = least.ceiling or 0, Name(least.configuration)
    return say("{} handled from {} ({}) to {} ({})", server, *lowest, *highest)


def _all(servers: Sequence[Sequence[GridRow]]) -> Text:
    """A sentence on the least and the most of many servers."""
    (low, least), (high, most) = _extremes([row for rows in servers for row in rows])
    return say(
        "{} other servers handled from {} (such as {} {}) to {} ({} {})",
        *(len(servers), least.ceiling or 0, low, Name(least.configuration)),
        *(_most(most), high, Name(most.configuration)),
    )


def _most(cell: CellReport) -> str:
    return f"{'at least ' if cell.open_ended else ''}{cell.ceiling}"
