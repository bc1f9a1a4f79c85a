"""Knows how to say the answer in a few sentences of Markdown; must not say why.

The numbers are those of the grid; the sentences hold whatever servers and releases
were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from itertools import pairwise

from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.text import listed
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words as legend
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.sections.matrix import Grid
from harness.report.sections.matrix import open_ended
from harness.report.sections.matrix import Row

SERVERS_TOLD = 5
"""Of more servers not each is told, but those with the least and the most."""

SHORT_TOLD = 3
"""Configurations that fall short, by name; of more only how many."""


def answer(report: Report, laid_out: Grid) -> str:
    """Two or three sentences: the numbers that were asked for, and whether they are
    what was declared.
    """
    servers = [
        rows
        for rows in map(_measured, laid_out.groups().values())
        if any(filter(None, (cell for row in rows for cell in row.cells)))
    ]
    if not servers:
        return "Nothing could be measured."
    first, *others = servers
    if laid_out.under:
        first = sorted(first, key=_changes, reverse=True)
    said = [f"{_across(first[0], laid_out)}."]
    ranges = [words for rows in others if (words := _range(rows))]
    if not others and len(first) > 1:
        ranges = [words] if (words := _range(first)) else []
    if len(ranges) > SERVERS_TOLD:
        ranges = [_all(others)]
    if ranges:
        newest = f"{prose(laid_out.axis)} {prose(laid_out.columns[-1])}"
        said.append(f"On {newest}, {listed(ranges)}.")
    rows = [row for server in servers for row in server if row != first[0]]
    return " ".join([*said, *_short(rows)])


def _short(rows: Sequence[Row]) -> list[str]:
    """A sentence on what is less than it declares, at times or always."""
    found = [
        f"{code(row.label)} ({words})"
        for row in rows
        for cell in row.cells[-1:]
        if cell and (words := _falls_short(cell))
    ]
    if not found:
        return []
    told, more = found[:SHORT_TOLD], len(found) - SHORT_TOLD
    if more > 0:
        told.append(f"{more} more")
    they = "it declares" if len(found) == 1 else "they declare"
    return [f"Not always what {they}: {listed(told)}."]


def _falls_short(cell: CellReport) -> str:
    """How far below its declaration a cell is; empty where it is not."""
    declared = "no bound" if cell.declared is None else str(cell.declared)
    if cell.verdict is Verdict.FEWER:
        return f"declares {declared}, handled {cell.ceiling}"
    if cell.verdict is Verdict.UNEVEN:
        return f"{declared}, at times {cell.floor}"
    return ""


def _changes(row: Row) -> int:
    """How often a configuration came out otherwise than in the column before."""
    found = [(cell.verdict, cell.ceiling) for cell in row.cells if cell]
    return sum(one != other for one, other in pairwise(found))


def counts(report: Report) -> str:
    """How many cells were what, as one sentence."""
    found = [
        f"{count}&nbsp;{mark.badge}&nbsp;{mark.word}"
        for count, mark in legend.tally(report.cells)
    ]
    cells = legend.how_many(report.cells)
    return (
        f"**{cells}** (one configuration under one release of Flask each): "
        f"{listed(found)}."
    )


def _measured(rows: Sequence[Row]) -> list[Row]:
    """The rows with something measured, and of their cells only those."""
    kept = []
    for row in rows:
        cells = tuple(
            cell if cell and cell.outcome is Outcome.MEASURED else None
            for cell in row.cells
        )
        if any(cells):
            kept.append(row._replace(cells=cells))
    return kept


def _across(row: Row, laid_out: Grid) -> str:
    """One row from the oldest to the newest release."""
    numbered = [(n, cell) for n, cell in enumerate(row.cells) if cell]
    spans = []
    for words, found in groupby(numbered, key=lambda pair: at_once(pair[1])):
        at = [n for n, _ in found]
        spans.append(f"{words} on {_releases(at, laid_out)}")
    who = f"{prose(row.server)} ({code(row.label)})"
    under = f"On {prose(laid_out.under)}, " if laid_out.under else ""
    return f"{under}{who} handled {listed(spans)}"


def _releases(at: Sequence[int], laid_out: Grid) -> str:
    columns, axis = laid_out.columns, prose(laid_out.axis)
    first, last = prose(columns[at[0]]), prose(columns[at[-1]])
    if len(at) == 1:
        return f"{axis} {first}"
    if at[-1] == len(columns) - 1:
        return f"{axis} {first} and later"
    return f"{axis} {first} to {last}"


def at_once(cell: CellReport) -> str:
    """The number of one measured cell in words."""
    if cell.ceiling == 1 and not open_ended(cell):
        return "1 request at a time"
    if cell.verdict is Verdict.UNEVEN:
        return f"up to {cell.ceiling} at once, but at times only {cell.floor},"
    return f"{_few(cell)} at once"


def _range(rows: Sequence[Row]) -> str:
    """From which to which number the configurations of one server go, newest Flask."""
    cells = [(cell, row) for row in rows if (cell := row.cells[-1])]
    if not cells:
        return ""
    least, _ = min(cells, key=lambda pair: pair[0].ceiling or 0)
    most, _ = max(cells, key=lambda pair: pair[0].ceiling or 0)
    server = prose(cells[0][1].server)
    if least.ceiling == most.ceiling:
        return f"{server} handled {_few(most)} ({code(most.configuration)})"
    return (
        f"{server} handled from {least.ceiling} ({code(least.configuration)}) "
        f"to {_few(most)} ({code(most.configuration)})"
    )


def _all(servers: Sequence[Sequence[Row]]) -> str:
    """The least and the most of many servers together."""
    cells = [(cell, row) for rows in servers for row in rows if (cell := row.cells[-1])]
    least, of_least = min(cells, key=lambda pair: pair[0].ceiling or 0)
    most, of_most = max(cells, key=lambda pair: pair[0].ceiling or 0)
    return (
        f"{len(servers)} other servers handled from {least.ceiling} (such as "
        f"{prose(of_least.server)} {code(least.configuration)}) to {_few(most)} "
        f"({prose(of_most.server)} {code(most.configuration)})"
    )


def _few(cell: CellReport) -> str:
    return f"{'at least ' if open_ended(cell) else ''}{cell.ceiling}"
