"""The pen that writes GitHub-flavoured Markdown.

GitHub drops a whole job summary if it is too large, so sections are left out until it
fits.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.report import document
from harness.report import mermaid
from harness.report import trace
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.escape import code
from harness.report.escape import fence
from harness.report.escape import link
from harness.report.escape import prose
from harness.report.text import Foreign
from harness.report.text import Name
from harness.report.text import Part
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.text import WebLink
from harness.report.words import Mark

MAX_BYTES = 1024 * 1024
"""The most bytes that GitHub takes as the summary of one step."""


def write(
    sections: Sequence[document.Section],
    *,
    max_bytes: int = MAX_BYTES,
    complete: str = "report.json",
) -> str:
    """Sections as Markdown of at most ``max_bytes`` (UTF-8).

    Sections that had to be left out are named; ``complete`` is the file that has them.
    """
    pieces = [
        _Piece(section.name, text, section.worth)
        for section in sections
        if (text := "\n\n".join(_section(section)))
    ]
    return _fit(pieces, max_bytes, complete)


# ------------------------------------------------------------------------------ size


class _Piece(NamedTuple):
    """A section as it is written."""

    name: str
    text: str
    worth: document.Worth


def _fit(pieces: list[_Piece], max_bytes: int, complete: str) -> str:
    """Leave out pieces until the rest fits: the least important and largest first."""
    out: list[str] = []
    while True:
        text = "\n\n".join([*(p.text for p in pieces), *_left_out(out, complete)])
        if _size(text) < max_bytes:
            return text + "\n"
        loose = [
            piece for piece in pieces if piece.worth is not document.Worth.ESSENTIAL
        ]
        if not loose:
            return _cut(pieces, out, max_bytes, complete)
        least = min(loose, key=lambda piece: (piece.worth, -_size(piece.text)))
        pieces.remove(least)
        out.append(least.name)


def _cut(pieces: list[_Piece], out: list[str], max_bytes: int, complete: str) -> str:
    """Keep whole lines from the top, because each is an item of its own."""
    note = "\n\n" + _left_out([*out, "the last of the findings"], complete)[0] + "\n"
    room = max_bytes - _size(note)
    top: list[str] = []
    for line in "\n\n".join(piece.text for piece in pieces).splitlines(keepends=True):
        room -= _size(line)
        if room < 0:
            break
        top.append(line)
    return "".join(top).rstrip("\n") + note


def _left_out(out: Sequence[str], complete: str) -> list[str]:
    if not out:
        return []
    names = ", ".join(out)
    return [f"_Left out, to stay within the limit: {names}. See {code(complete)}._"]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


# ---------------------------------------------------------------------------- blocks


def _section(section: document.Section) -> Iterator[str]:
    if not (section.blocks or section.top):
        return
    title = inline(section.title)
    if section.folded:
        yield f"<details>\n<summary>{title}</summary>"
    elif title:
        yield f"{'##' if section.top else '###'} {title}"
    yield from map(_block, section.blocks)
    if section.folded:
        yield "</details>"


def _block(block: document.Block) -> str:
    match block:
        case document.Paragraph(text):
            return inline(text)
        case document.Alert(level, text, items):
            # Some viewers break a list inside a quotation, so it goes below.
            below = ["", *map(_item, items)] if items else []
            return "\n".join([f"> [!{level.upper()}]", f"> {inline(text)}", *below])
        case document.Items():
            return "\n".join(_items(block))
        case document.Table():
            return "\n".join(_table(block))
        case document.Legend(entries):
            return " ".join(map(inline, entries))
        case document.Code(text, language, most):
            return fence(text, language, characters=most)
        case Chart():
            return f"{mermaid.draw(block)}\n\n{inline(block.caption)}"
        case Traces():
            return fence("\n".join(trace.lines(block)))


def _items(block: document.Items) -> Iterator[str]:
    if isinstance(block.head, Mark):
        yield f"{block.head.badge} **{block.head.word}**{block.head.explained}\n"
    elif block.head:
        yield f"{block.head}:\n"
    for item in block.items:
        yield _item(item.text, item.mark)
        yield from (f"  {_item(text)}" for text in item.below)


def _item(text: Text, mark: Mark | None = None) -> str:
    return f"- {f'{mark.badge} ' if mark else ''}{inline(text)}"


def _table(table: document.Table) -> Iterator[str]:
    yield _row(inline(column.title) for column in table.columns)
    yield _row("--:" if column.right else ":--" for column in table.columns)
    for group in table.groups:
        if group.title:
            empty = [""] * (len(table.columns) - 1)
            yield _row([f"**{inline(group.title)}**", *empty])
        yield from (_row(map(_cell, row)) for row in group.rows)


def _row(cells: Iterator[str] | Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: document.Cell) -> str:
    if isinstance(cell, Text):
        return inline(cell)
    if cell.mark is None:
        return cell.number
    number = f"**{cell.number}**<br>" if cell.number else ""
    return number + " ".join(filter(None, (_part(cell.mark), cell.note)))


# ------------------------------------------------------------------------------ text


def inline(text: Text) -> str:
    """A text as Markdown on one line; everything foreign in it is escaped."""
    return "".join(map(_part, text.parts))


def _part(part: Part) -> str:
    match part:
        case str():
            return part.replace("\u00a0", "&nbsp;").replace("\n", "<br>")
        case Foreign(text, most):
            return prose(text, characters=most)
        case Name(text, most):
            return code(text, characters=most)
        case WebLink(words, url):
            return link(words, url)
        case Strong(text):
            return f"**{text}**"
        case Mark():
            return f"{part.badge}&nbsp;{part.word}"
