"""Knows how a report looks in a terminal; must not know where its numbers come from.

A table where there is a terminal to draw it in, and otherwise plain lines, one for each
cell, that are easy to search.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.records.changes import Changes
from harness.records.questions import Question
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words as legend
from harness.report.escape import terminal as safe
from harness.report.sections import changes as rendering
from harness.report.sections import claims
from harness.report.sections import matrix
from harness.report.sections import questions
from harness.report.sections import releases
from harness.report.sections.matrix import Grid

_ASCII = str.maketrans(
    {"≥": ">=", "·": "-", "–": "-", "≈": "~"} | dict.fromkeys("✓↓↑✗", "") | {"…": "."}
)
"""For outputs that know no other characters."""


def show(
    report: Report, changes: Changes, results: Path, console: Console | None = None
) -> None:
    """Print a report, and where its files are, on standard output."""
    console = console or Console(highlight=False)
    if console.is_terminal:
        _draw(report, changes, console)
        console.print(_files(results), markup=False, soft_wrap=True)
        return
    text = f"{plain(report, changes)}{_files(results)}\n"
    console.file.write(_encodable(text, console))


def show_changes(found: Changes, console: Console | None = None) -> None:
    """Print what changed since the baseline, on standard output."""
    console = console or Console(highlight=False)
    for each in rendering.lines(found):
        line = Text(_encodable(each.head, console), style=each.colour)
        line.append(_encodable(each.text, console), style="default")
        console.print(line, soft_wrap=True)


def say(text: str, console: Console | None = None) -> None:
    """Print text that is made for a terminal, on standard output."""
    console = console or Console(highlight=False)
    console.print(_encodable(text, console), markup=False, soft_wrap=True)


def _encodable(text: str, console: Console) -> str:
    """The same text where the output knows no more than ASCII."""
    if console.encoding.lower().startswith("utf"):
        return text
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()


def _files(results: Path) -> str:
    folder = safe(str(results))
    return f"Files: {folder}/report.md, {folder}/report.json, {folder}/evidence/"


def _again(note: matrix.Note) -> str:
    """How to measure the first cell of a note again."""
    return f"again: {safe(note.cells[0].reproduce)}"


# ----------------------------------------------------------------------- plain lines


def plain(report: Report, changes: Changes) -> str:
    """A report as lines: each cell with its number, then all that is worth a reason."""
    widest = max((len(safe(cell.id)) for cell in report.cells), default=0)
    width = min(widest, 72)
    lines = [f"{safe(cell.id):<{width}}  {matrix.text(cell)}" for cell in report.cells]
    lines.append("")
    for key, notes in matrix.notes(matrix.grid(report)).items():
        word = legend.MARKS[key].word
        for note in notes:
            lines.append(f"{word}: {safe(note.where)}: {safe(note.reason)}")
            if key is not Outcome.NOT_SUPPORTED:
                lines.append(f"  {_again(note)}")
    if told := releases.plain(changes.releases):
        lines += ["", *told]
    if told := claims.plain(report.cells):
        lines += ["", f"{claims.TITLE}:", *told]
    if answers := _plain_answers(report):
        lines += ["", *answers]
    lines += ["", tally(report)]
    return "\n".join(lines) + "\n"


def _plain_answers(report: Report) -> list[str]:
    """A line for each question that was asked of a cell."""
    return [
        f"{safe(cell.id)}  {answer.question}: {safe(answer.answer)}"
        for cell in report.cells
        for answer in cell.answers
    ]


def tally(report: Report) -> str:
    """How many cells there are of each kind, as one line."""
    counts = [f"{count} {mark.word}" for count, mark in legend.tally(report.cells)]
    return f"{legend.how_many(report.cells)}: {', '.join(counts)}"


# ------------------------------------------------------------------------- the table


def _draw(report: Report, changes: Changes, console: Console) -> None:
    laid_out = matrix.grid(report)
    console.print()
    under = f", on {safe(laid_out.under)}" if laid_out.under else ""
    console.print(Text(f"Requests in the app at the same time{under}", style="bold"))
    for table in _tables(partial(_table, laid_out), len(laid_out.columns), console):
        console.print(table)
    console.print(_legend(report, laid_out))
    for key, notes in matrix.notes(laid_out).items():
        mark = legend.MARKS[key]
        console.print()
        console.print(Text(f"{mark.symbol} {mark.word}", style=f"bold {mark.colour}"))
        for note in notes:
            console.print(Padding(_note(note), (0, 0, 0, 2)))
            if key is not Outcome.NOT_SUPPORTED:
                again = Text(f"  {_again(note)}", style="bright_black")
                console.print(again, soft_wrap=True)
    if told := releases.plain(changes.releases):
        console.print()
        console.print(Text("From release to release", style="bold"))
        for each in told:
            console.print(Padding(Text(each), (0, 0, 0, 2)))
    if told := claims.plain(report.cells):
        console.print()
        console.print(Text(claims.TITLE, style="bold"))
        for each in told:
            console.print(Padding(Text(each), (0, 0, 0, 2)))
    _draw_questions(report, laid_out, console)
    console.print()
    console.print(Text(tally(report), style="bold"))


def _draw_questions(report: Report, laid_out: Grid, console: Console) -> None:
    """The answers to what was asked beside the overlap, and what they mean."""
    asked = questions.asked(report.cells)
    if not asked:
        return
    console.print()
    console.print(Text(questions.TITLE, style="bold"))
    rows = questions.table(laid_out, asked)
    for table in _tables(partial(_answers, rows, asked), len(asked), console):
        console.print(table)
    for question in asked:
        words = questions.WORDS[question]
        text = Text(f"{question}: {words.question} ", style="bold")
        text.append(words.meaning, style="not bold")
        console.print(Padding(text, (0, 0, 0, 2)))
        for told in questions.told(laid_out, question)[: questions.MOST_TOLD]:
            text = Text(f"- {_places(told)}: {safe(told.sentence)}")
            console.print(Padding(text, (0, 0, 0, 4)))


def _answers(
    rows: Sequence[questions.Answered],
    asked: Sequence[Question],
    first: int,
    last: int,
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("", *asked[first:last]):
        table.add_column(head, overflow="fold")
    server = ""
    for each in rows:
        if each.row.server != server:
            server = each.row.server
            table.add_row(Text(safe(server), style="bold"))
        answers = [Text(safe(answer)) for answer in each.answers[first:last]]
        table.add_row(Text(f" {safe(each.row.label)}"), *answers)
    return table


def _places(told: questions.Told) -> str:
    """Some of the rows that a sentence is true of, by server."""
    servers, more = told.by_server()
    said = []
    for server, places in servers.items():
        labels = [
            f"{place.label} on {place.releases}" if place.releases else place.label
            for place in places
        ]
        said.append(f"{server} {', '.join(labels)}")
    return safe("; ".join(said) + (f" and {more} more" if more else ""))


def _note(note: matrix.Note) -> Text:
    text = Text(safe(note.where), style="bold")
    return text.append(f": {safe(note.reason)}", style="not bold")


def _tables(
    table: Callable[[int, int], Table], columns: int, console: Console
) -> Iterator[Table]:
    """A table whole or, where that is too wide, as many columns at a time as there is
    room for: no word is broken for want of room. ``table`` has those from one to before
    another.
    """
    first = 0
    while first < columns:
        last = first + 1
        while last < columns and _fits(table(first, last + 1), console):
            last += 1
        yield table(first, last)
        first = last


def _fits(table: Table, console: Console) -> bool:
    return console.measure(table).maximum < console.width


def _table(laid_out: Grid, first: int, last: int) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", overflow="fold")
    for release in laid_out.columns[first:last]:
        head = "\n".join(map(safe, _head(laid_out, release)))
        table.add_column(head, justify="right", overflow="fold")
    for server, rows in laid_out.groups().items():
        table.add_row(Text(safe(server), style="bold"))
        for row in rows:
            cells = map(_cell, row.cells[first:last])
            table.add_row(Text(f" {safe(row.label)}"), *cells)
        table.add_section()
    return table


def _head(laid_out: Grid, release: str) -> list[str]:
    """A line for each word; what the columns are of, unless all rows are of that."""
    public, _, local = release.partition("+")
    axis = "" if laid_out.under else laid_out.axis
    return list(filter(None, (axis, public, *local.split("."))))


def _cell(cell: CellReport | None) -> Text:
    if cell is None:
        return Text("")
    shown = matrix.text(cell)
    text = Text(shown.number)
    if shown.mark is not None:
        # A line for the note: what is narrow leaves room for more columns.
        said = [f"{shown.mark.symbol} {shown.mark.word}", shown.note]
        text.append("\n" if shown.number else "")
        text.append("\n".join(filter(None, said)), style=shown.mark.colour)
    return text


def _legend(report: Report, laid_out: Grid) -> Text:
    """Only of what occurs."""
    keys = {cell.word for cell in report.cells}
    text = Text("A number alone: as declared")
    if any(map(matrix.open_ended, report.cells)):
        text.append("\n≥64: at least 64, the limit of what was tried")
    if keys & {Verdict.UNEVEN, Verdict.FEWER}:
        text.append("\n8 (≥2): up to 8, but at times no more than 2")
    if laid_out.has_gaps:
        text.append("\nempty: not part of this run")
    for release, source in matrix.sources(report).items():
        text.append(f"\n{safe(release)}: from {safe(source)}")
    for key, mark in legend.MARKS.items():
        if key in keys and key is not Verdict.AS_DECLARED:
            text.append(f"\n{mark.symbol} {mark.word}", style=mark.colour)
            text.append(f": {mark.meaning}")
    return text
