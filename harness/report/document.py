"""The parts of a report, in any format.

Each module of ``sections`` makes sections of the records in this module, and each pen
(``markdown``, ``terminal``, ``plain``) can write any section.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from enum import IntEnum
from typing import Literal
from typing import NamedTuple

from harness.report.drawing import BarGroup
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.text import joined
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import Words
from harness.report.words import Mark


class Paragraph(NamedTuple):
    """A paragraph of one or several sentences."""

    text: Text
    mark: Mark | None = None
    """The word that the paragraph contains and is about. Its symbol and colour are
    added if there is room for one line only."""


class Alert(NamedTuple):
    """A paragraph that must not be overlooked, and a list below it."""

    level: Literal["caution", "warning"]
    text: Text
    items: tuple[Text, ...] = ()


class Item(NamedTuple):
    """One item of a list, and the details below it."""

    text: Text
    below: tuple[Text, ...] = ()
    mark: Mark | None = None
    """The mark whose colour it has; the text contains its word."""


class Items(NamedTuple):
    """A list; ``head`` says what its items are."""

    items: tuple[Item, ...]
    head: Mark | str = ""


class Value(NamedTuple):
    """A measured value in a cell of the matrix."""

    number: str
    """Requests at once; empty when nothing was measured."""
    mark: Mark | None
    """The mark; ``None`` if the number is as declared, since it then needs no
    comment."""
    note: str = ""
    """Text that completes the word of the mark."""

    def __str__(self) -> str:
        mark = (self.mark.symbol, self.mark.word) if self.mark else ()
        return " ".join(filter(None, (self.number, *mark, self.note)))


Cell = Text | Value


class Column(NamedTuple):
    """The head of a column."""

    head: Text
    above: Text = Text()
    """Text before the heading; on a line of its own if columns should be narrow."""
    right: bool = False
    """Whether its cells are aligned to the right, as numbers are."""

    @property
    def title(self) -> Text:
        """The whole heading on one line."""
        return joined(" ", filter(None, (self.above, self.head)))


class RowGroup(NamedTuple):
    """Rows of a table that belong together."""

    rows: tuple[tuple[Cell, ...], ...]
    title: Text = Text()


class PlainLine(NamedTuple):
    """A cell of a table as a line of its own, for pens without tables."""

    name: Text
    """The name of the line; may be empty."""
    cell: Cell
    more: Text = Text()
    """The rest of the row, after the cell."""


class Table(NamedTuple):
    """Columns and rows."""

    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    lines: tuple[PlainLine, ...] = ()
    """The table as lines that are easy to search; if empty, each row is a line."""

    @classmethod
    def of(
        cls,
        heads: Iterable[Words],
        rows: Iterable[Iterable[Words]],
        numbers: Container[int] = (),
        lines: Iterable[Text | PlainLine] = (),
    ) -> Table:
        """Make a table of texts; ``numbers`` are the columns of numbers."""
        columns = (
            Column(say("{}", h), right=n in numbers) for n, h in enumerate(heads)
        )
        texts = tuple(tuple(say("{}", cell) for cell in row) for row in rows)
        groups = (RowGroup(texts),) if texts else ()
        named = (PlainLine(Text(), t) if isinstance(t, Text) else t for t in lines)
        return cls(tuple(columns), groups, tuple(named))


class Legend(NamedTuple):
    """An explanation of the table above it; a pen without tables leaves it out."""

    entries: tuple[Text, ...]


class Code(NamedTuple):
    """Foreign lines, such as commands or the output of a server."""

    text: str
    language: str = "text"
    most: int = 4000
    """Most characters that are shown, from the end."""


Block = Paragraph | Alert | Items | Table | Legend | Code | Chart | Traces


class Worth(IntEnum):
    """The importance of a section.

    If room is short, the least important is left out first.
    """

    FOLDED = 0
    CHART = 1
    TABLE = 2
    ESSENTIAL = 3


class Section(NamedTuple):
    """A part of a report with a title of its own."""

    name: str
    """The section's name, for a note if it had to be left out."""
    title: Text
    blocks: tuple[Block, ...]
    worth: Worth = Worth.ESSENTIAL
    top: bool = False
    """Whether its title is that of the whole report."""

    @classmethod
    def of(
        cls,
        name: str,
        title: str | Text,
        *blocks: Block,
        worth: Worth = Worth.ESSENTIAL,
        top: bool = False,
    ) -> Section:
        """Make a section of all non-empty blocks.

        A title that is a string is our own words.
        """
        text = say(title) if isinstance(title, str) else title
        return cls(name, text, tuple(filter(_is_filled, blocks)), worth, top)

    @property
    def folded(self) -> bool:
        """Whether the section is folded until clicked."""
        return self.worth is Worth.FOLDED


def _is_filled(block: Block) -> bool:
    match block:
        case Paragraph(Text(())) | Items(()) | Legend(()):
            return False
        case Table(groups=()) | Chart(groups=()) | Traces(()):
            return False
    return True


def chart_section(
    groups: Iterable[BarGroup], caption: Callable[[Chart], Iterable[Text]]
) -> Section:
    """A section with a chart; empty if there would be fewer than two bars."""
    chart = Chart(tuple(groups), Text())
    blocks: tuple[Chart, ...] = ()
    if sum(bool(bar.highest) for bar in chart.bars) > 1:
        blocks = (chart._replace(caption=joined(" ", caption(chart))),)
    return Section.of("the picture", "", *blocks, worth=Worth.CHART)
