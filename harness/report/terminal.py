"""The pen that draws in a terminal, with tables and colours.

Where there is no terminal, ``plain`` writes the same sections as lines.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import assert_never

from rich import box
from rich.console import Console
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from harness.report import document
from harness.report import plain
from harness.report import trace
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.escape import printable_lines
from harness.report.text import Part
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.words import Mark

_ASCII = str.maketrans(
    dict(zip("▁▂▃▄▅▆▇█", "12345678", strict=True))
    | {"≥": ">=", "·": "-", "–": "-", "≈": "~"}
    | dict.fromkeys("✓↓↑✗", "")
    | {"…": "."}
)
"""Replacements for outputs that can show only ASCII."""


def show(sections: Sequence[document.Section], console: Console | None = None) -> None:
    """Print sections on standard output."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console.file.write(encodable(plain.write(sections), console))
        return
    for section in sections:
        _draw(section, console)


def say(text: str, console: Console | None = None) -> None:
    """Print text made for a terminal on standard output."""
    console = console or Console(highlight=False)
    console.print(encodable(text, console), markup=False, soft_wrap=True)


def encodable(text: str, console: Console) -> str:
    """The text in ASCII, if the output cannot show more."""
    if console.encoding.lower().startswith("utf"):
        return text
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode()


# ---------------------------------------------------------------------------- blocks


def _draw(section: document.Section, console: Console) -> None:
    blocks = [each for each in section.blocks if not isinstance(each, Chart)]
    if not (blocks or section.top):
        return
    console.print()
    if section.title:
        console.print(_text(section.title, "bold"))
    for number, block in enumerate(blocks, start=1):
        for each in _block(block, console):
            # Without this rich would wrap a line that somebody wants to copy.
            on_one_line = isinstance(each, RichText) and bool(each.no_wrap)
            console.print(each, soft_wrap=on_one_line)
        if isinstance(block, document.Table) and number < len(blocks):
            console.print()


def _block(block: document.Block, console: Console) -> Iterator[RenderableType]:
    match block:
        case document.Paragraph(text, mark):
            style = f"bold {mark.colour}" if mark else ""
            symbol = f"{mark.symbol} " if mark else ""
            yield RichText(symbol, style).append_text(_text(text, style))
        case document.Alert(level, text, items):
            yield _text(text, "bold red" if level == "caution" else "bold yellow")
            yield from (_indented(text) for text in items)
        case document.Items():
            yield from _items(block)
        case document.Table():
            yield from _tables(block, console)
        case document.Legend(entries):
            yield from map(_text, entries)
        case document.Code(text, _, most):
            yield _unbroken(RichText(printable_lines(text, characters=most)))
        case Traces():
            yield from map(_unbroken, map(RichText, trace.lines(block)))
        case Chart():
            pass
        case _:
            assert_never(block)


def _items(block: document.Items) -> Iterator[RenderableType]:
    if isinstance(block.head, Mark):
        symbol, colour = block.head.symbol, block.head.colour
        head = RichText(f"{symbol} {block.head.named}", style=f"bold {colour}")
        meaning = f": {block.head.meaning}" if block.head.meaning else ""
        yield head.append(meaning, style="not bold default")
    elif block.head:
        yield RichText(f"{block.head}:")
    for item in block.items:
        yield _indented(item.text, item.mark.colour if item.mark else "")
        for text in item.below:
            yield _unbroken(RichText("    ").append_text(_text(text, "bright_black")))


def _unbroken(text: RichText) -> RichText:
    """Text to be copied, without line breaks of ours."""
    text.no_wrap = True
    return text


def _indented(text: Text, style: str = "") -> Padding:
    return Padding(_text(text, style), (0, 0, 0, 2), expand=False)


# ---------------------------------------------------------------------------- tables


def _tables(table: document.Table, console: Console) -> Iterator[RenderableType]:
    """A whole table or, if it is too wide, several with as many columns as fit.

    No word is ever broken.
    """
    first, columns = 1, len(table.columns)
    while first < columns:
        last = first + 1
        while last < columns and _fits(_table(table, first, last + 1), console):
            last += 1
        if first > 1:
            yield ""
        yield _table(table, first, last)
        first = last


def _fits(table: RichTable, console: Console) -> bool:
    return console.measure(table).maximum < console.width


def _table(table: document.Table, first: int, last: int) -> RichTable:
    """A table of the first column and a range of the others."""
    drawn = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in (table.columns[0], *table.columns[first:last]):
        heads = map(_text, filter(None, (column.above, column.head)))
        drawn.add_column(
            RichText("\n").join(heads),
            justify="right" if column.right else "left",
            overflow="fold",
        )
    for group in table.groups:
        if group.title:
            drawn.add_row(_text(group.title, "bold"))
        for row in group.rows:
            label = RichText(" " if group.title else "").append_text(_cell(row[0]))
            drawn.add_row(label, *map(_cell, row[first:last]))
        drawn.add_section()
    return drawn


def _cell(cell: document.Cell) -> RichText:
    if isinstance(cell, Text):
        return _text(cell)
    text = RichText(cell.number)
    if cell.mark is not None:
        # The note gets a line of its own: a narrow cell leaves room for more columns.
        mark = f"{cell.mark.symbol} {cell.mark.word}"
        text.append("\n" if cell.number else "")
        text.append("\n".join(filter(None, (mark, cell.note))), cell.mark.colour)
    return text


# ------------------------------------------------------------------------------ text


def _text(text: Text, style: str = "") -> RichText:
    drawn = RichText(style=style)
    for part in text.parts:
        drawn.append(*_part(part))
    return drawn


def _part(part: Part) -> tuple[str, str]:
    """The text of a part, and its style."""
    match part:
        case str():
            return part, ""
        case Strong(words):
            return words, "bold"
        case Mark():
            return part.word, part.colour
    return plain.inline(Text((part,))), ""
