"""The pen that writes plain lines: for logs, without tables, and easy to search."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import assert_never

from harness.report import document
from harness.report import trace
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.escape import printable
from harness.report.escape import printable_lines
from harness.report.text import Foreign
from harness.report.text import Name
from harness.report.text import Part
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.text import WebLink
from harness.report.words import Mark

WIDEST = 72
"""The widest name, in columns, after which numbers are aligned."""


def write(sections: Sequence[document.Section]) -> str:
    """Sections as lines, with an empty line between two sections."""
    texts = ("".join(f"{line}\n" for line in _section(section)) for section in sections)
    return "\n".join(filter(None, texts))


def _section(section: document.Section) -> Iterator[str]:
    if section.title and (section.blocks or section.top) and not _is_named(section):
        yield f"{inline(section.title)}{':' if section.blocks else ''}"
    for block in section.blocks:
        yield from _block(block)


def _is_named(section: document.Section) -> bool:
    """Whether a section's first lines have names, so that it needs no title."""
    first = section.blocks[0] if section.blocks else None
    return isinstance(first, document.Table) and any(line.name for line in first.lines)


def _block(block: document.Block) -> Iterator[str]:
    match block:
        case document.Paragraph(text):
            yield inline(text)
        case document.Alert(level, text, items):
            yield f"{level}: {inline(text)}"
            yield from map(inline, items)
        case document.Items():
            yield from _items(block)
        case document.Table(_, groups, lines):
            names = [inline(line.name) for line in lines]
            width = min(max(map(len, names), default=0), WIDEST)
            for name, line in zip(names, lines, strict=True):
                words = "  ".join(filter(None, (cell(line.cell), inline(line.more))))
                yield f"{name:<{width}}  {words}" if name else words
            for group in groups if not lines else ():
                yield from ("  ".join(map(cell, row)) for row in group.rows)
        case document.Code(text, _, most):
            yield from printable_lines(text, characters=most).splitlines()
        case Traces():
            yield from trace.lines(block)
        case document.Legend() | Chart():
            pass
        case _:
            assert_never(block)


def _items(block: document.Items) -> Iterator[str]:
    head = block.head.named if isinstance(block.head, Mark) else block.head
    for item in block.items:
        yield f"{f'{head}: ' if head else '- '}{inline(item.text)}"
        yield from (f"  {inline(text)}" for text in item.below)


def cell(text: document.Cell) -> str:
    """The content of a table's cell on one line."""
    return inline(text) if isinstance(text, Text) else str(text)


def inline(text: Text) -> str:
    """A text on one line; everything foreign in it is made harmless."""
    return "".join(map(_part, text.parts))


def _part(part: Part) -> str:
    match part:
        case str():
            return part.replace("\u00a0", " ").replace("\n", " ")
        case Foreign(text, most):
            return printable(text, characters=most)
        case Name(text):
            return printable(text)
        case WebLink(_, url):
            return printable(url)
        case Strong(text):
            return text
        case Mark():
            return part.word
