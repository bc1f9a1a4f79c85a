"""The pen that writes HTML: the body of a page, without the page around it."""

import re
from collections.abc import Iterator
from collections.abc import Sequence
from html import escape
from typing import assert_never

from harness.report import document
from harness.report import trace
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.escape import is_link
from harness.report.escape import line
from harness.report.escape import printable_lines
from harness.report.text import Foreign
from harness.report.text import Name
from harness.report.text import Part
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.text import WebLink
from harness.report.words import Mark


def write(sections: Sequence[document.Section]) -> str:
    """Sections as HTML; everything foreign in them is escaped."""
    return "\n".join(text for section in sections for text in _section(section))


def css_class(mark: Mark) -> str:
    """The CSS class of a mark, such as ``is-as-declared``."""
    return f"is-{mark.word.replace(' ', '-')}"


def _section(section: document.Section) -> Iterator[str]:
    drawn = any(isinstance(block, Chart) for block in section.blocks)
    if drawn or not (section.blocks or section.top):
        return  # a chart's numbers are in the matrix, and curves are drawn as pictures
    title = inline(section.title)
    if section.folded:
        yield f"<details><summary>{title}</summary>"
    elif title:
        yield f"<h2>{title}</h2>"
    tables = 0
    for block in section.blocks:
        tables += isinstance(block, document.Table)
        # Screen readers tell regions apart by name alone.
        again = f" ({tables})" if tables > 1 else ""
        yield from _block(block, f"{section.title}{again}")
    if section.folded:
        yield "</details>"


def _block(block: document.Block, title: str) -> Iterator[str]:
    match block:
        case document.Paragraph(text):
            yield f"<p>{inline(text)}</p>"
        case document.Alert(_, text, items):
            yield f'<div class="note"><p>{inline(text)}</p>'
            yield from _list(map(inline, items))
            yield "</div>"
        case document.Items():
            yield from _items(block)
        case document.Table():
            name = escape(line(title), quote=True)
            yield f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">'
            yield from _table(block)
            yield "</div>"
        case document.Legend(entries):
            yield f'<p class="soft">{" ".join(map(inline, entries))}</p>'
        case document.Code(text, _, most):
            shown = escape(printable_lines(text, characters=most))
            yield f'<pre tabindex="0"><code>{shown}</code></pre>'
        case Chart():
            return
        case Traces(tapes):
            yield from map(trace.picture, tapes)
            yield f'<p class="soft">{escape(trace.PICTURES)}</p>'
        case _:
            assert_never(block)


def _items(block: document.Items) -> Iterator[str]:
    if isinstance(block.head, Mark):
        yield f"<p>{_part(block.head)}{escape(block.head.explained)}</p>"
    elif block.head:
        yield f"<p>{escape(block.head)}:</p>"
    yield "<ul>"
    for item in block.items:
        mark = f"{_part(item.mark)} " if item.mark else ""
        yield f"<li>{mark}{inline(item.text)}"
        yield from _list(map(inline, item.below))
        yield "</li>"
    yield "</ul>"


def _list(items: Iterator[str]) -> Iterator[str]:
    lines = [f"<li>{item}</li>" for item in items]
    if lines:
        yield from ("<ul>", *lines, "</ul>")


def _table(table: document.Table) -> Iterator[str]:
    yield "<table><thead><tr>"
    for column in table.columns:
        head = inline(column.title)
        kind = ' class="n"' if column.right else ""
        yield f'<th scope="col"{kind}>{head}</th>' if head else "<td></td>"
    yield "</tr></thead>"
    for group in table.groups:
        yield "<tbody>"
        if group.title:
            span = len(table.columns)
            title = inline(group.title)
            yield f'<tr><th scope="rowgroup" colspan="{span}">{title}</th></tr>'
        for row in group.rows:
            yield f"<tr>{''.join(map(_cell, row))}</tr>"
        yield "</tbody>"
    yield "</table>"


def _cell(cell: document.Cell) -> str:
    if isinstance(cell, Text):
        return f"<td>{inline(cell)}</td>"
    number = escape(cell.number)
    if cell.mark is None:
        return f'<td class="n is-as-declared">{number}</td>'
    words = filter(None, (number, f"{cell.mark.symbol} {cell.mark.word}", cell.note))
    return f'<td class="n {css_class(cell.mark)}">{" ".join(map(str, words))}</td>'


# ------------------------------------------------------------------------------ text


def inline(text: Text) -> str:
    """A text as HTML within a paragraph."""
    return "".join(map(_part, text.parts))


def _part(part: Part) -> str:
    match part:
        case str():
            return escape(part).replace("\n", "<br>")
        case Foreign(text, most):
            return escape(line(text, characters=most))
        case Name(text, most):
            return code(text, most)
        case WebLink(words, url):
            return _link(words, url)
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case Mark():
            words = f"{part.symbol} {escape(part.word)}"
            return f'<span class="tag {css_class(part)}">{words}</span>'


def code(text: str, most: int = 160) -> str:
    """Foreign text as code in which no line ends inside the name of an option."""
    shown = escape(line(text, characters=most))
    return f"<code>{_OPTION.sub(_UNBROKEN, shown)}</code>"


_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][\w-]{0,40}")
_UNBROKEN = r'<span class="w">\g<0></span>'


def _link(words: str, url: str) -> str:
    """Our own words as a link; an address that is not plain becomes text."""
    if not is_link(url):
        return code(url, 400)
    return f'<a href="{escape(url, quote=True)}" rel="noreferrer">{escape(words)}</a>'
