"""What reports are made of, whatever they are shown with.

Each module of ``sections`` makes sections of the records in this module, and each pen
(``markdown``, ``terminal``, ``plain``) can write any section. Text of others is marked
as such: a pen escapes it when it writes it, and nothing else does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Sequence
from enum import IntEnum
from typing import Literal
from typing import NamedTuple

from harness.report.words import Mark

# ------------------------------------------------------------------------------ text


class Foreign(NamedTuple):
    """Text that this project did not write, such as a reason or a release."""

    text: str
    most: int = 400
    """Characters that are shown."""


class Name(NamedTuple):
    """A foreign name or command, in the look of code where there is one."""

    text: str
    most: int = 160


class WebLink(NamedTuple):
    """Our own words as a link; the address is foreign."""

    words: str
    url: str


class Strong(NamedTuple):
    """Our own words, emphasized."""

    text: str


Part = str | Foreign | Name | WebLink | Strong | Mark
"""A string is our own words: it holds no markup of any pen, and is not escaped. A line
break in it is one in the cell of a table."""


class Text(NamedTuple):
    """A phrase or a sentence."""

    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __str__(self) -> str:
        """The text as it came, not escaped."""
        return "".join(map(_raw, self.parts))


Words = int | Text | Part


def say(template: str, *values: Words) -> Text:
    """Our own words, with values in place of each ``{}``. A string among the values is
    taken for text of others.
    """
    parts: list[Part] = []
    for own, value in zip(template.split("{}"), (*values, ""), strict=True):
        parts += [each for each in (own, *_parts(value)) if each != ""]
    return Text(tuple(parts))


def quoted(text: str, most: int = 1000) -> Text:
    """Text of others; what stands between back-quotes in it has the look of code."""
    cut = f"{text[:most]}[…]" if len(text) > most else text
    parts: list[Part] = []
    *pairs, rest = re.split(r"`([^`]+)`", cut)
    for between, code in zip(pairs[::2], pairs[1::2], strict=True):
        parts += [*_spaced(between), Name(code)]
    return Text((*parts, *_spaced(rest)))


def _spaced(text: str) -> list[Part]:
    """Text of others; the spaces around it are ours, since pens leave such out."""
    if not text.strip():
        return [" "] if text else []
    start = [" "] if text[0].isspace() else []
    end = [" "] if text[-1].isspace() else []
    return [*start, Foreign(text.strip(), len(text)), *end]


def joined(separator: str, texts: Iterable[Words]) -> Text:
    """Several texts as one, with our own separator between them."""
    parts: list[Part] = []
    for text in texts:
        parts += [separator, *_parts(text)] if parts else _parts(text)
    return Text(tuple(parts))


def listed(texts: Sequence[Words]) -> Text:
    """Several texts as one: ``this, that and the other``."""
    *head, last = texts
    return say("{} and {}", joined(", ", head), last) if head else say("{}", last)


def some(texts: Sequence[Text], most: int, rest: str, *values: Words) -> list[Text]:
    """Some of several texts; ``rest`` says how many more there are: ``and {} more``."""
    more = len(texts) - most
    return [*texts[:most], *([say(rest, more, *values)] if more > 0 else [])]


def _parts(value: Words) -> tuple[Part, ...]:
    match value:
        case Text(parts):
            return parts
        case str():
            return (Foreign(value),) if value else ()
        case int():
            return (str(value),)
    return (value,)


def _raw(part: Part) -> str:
    match part:
        case str():
            return part
        case Foreign(text) | Name(text) | Strong(text):
            return text
        case WebLink(_, url):
            return url
        case Mark():
            return part.word


# ---------------------------------------------------------------------------- blocks


class Paragraph(NamedTuple):
    """One or several sentences."""

    text: Text
    mark: Mark | None = None
    """What all of it stands for, and says itself: its symbol and its colour are added
    where there is room for no more than a line."""


class Alert(NamedTuple):
    """A paragraph that nobody may overlook, and a list below it."""

    level: Literal["caution", "warning"]
    text: Text
    items: tuple[Text, ...] = ()


class Item(NamedTuple):
    """One item of a list, and what belongs below it."""

    text: Text
    below: tuple[Text, ...] = ()
    mark: Mark | None = None
    """What its colour stands for, where it says so itself."""


class Items(NamedTuple):
    """A list; ``head`` is what all its items are."""

    items: tuple[Item, ...]
    head: Mark | str = ""
    meaning: str = ""
    """What the head means."""


class Value(NamedTuple):
    """What was measured, in a cell of the matrix."""

    number: str
    """Requests at once; empty when nothing was measured."""
    mark: Mark | None
    """``None`` for what is as declared: the number alone says it all."""
    note: str = ""
    """What completes the word of the mark."""

    def __str__(self) -> str:
        mark = (self.mark.symbol, self.mark.word) if self.mark else ()
        return " ".join(filter(None, (self.number, *mark, self.note)))


Cell = Text | Value


class Column(NamedTuple):
    """The head of a column."""

    head: Text
    above: Text = Text()
    """What comes before it, in a line of its own where columns should be narrow."""
    right: bool = False
    """Whether its cells are aligned to the right, as numbers are."""


class RowGroup(NamedTuple):
    """Rows of a table that belong together."""

    rows: tuple[tuple[Cell, ...], ...]
    title: Text = Text()


class PlainLine(NamedTuple):
    """What a cell says where no table can be drawn."""

    name: Text
    """What it says that of; may be empty."""
    cell: Cell
    more: Text = Text()
    """What else the row has, behind the cell."""


class Table(NamedTuple):
    """Columns and rows."""

    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    lines: tuple[PlainLine, ...] = ()
    """The same as lines, easy to search; where there are none, its rows are."""

    @classmethod
    def of(
        cls,
        heads: Iterable[Words],
        rows: Iterable[Iterable[Words]],
        numbers: Container[int] = (),
        lines: Iterable[Text | PlainLine] = (),
    ) -> Table:
        """A table of texts; ``numbers`` are the columns of numbers."""
        columns = (
            Column(say("{}", h), right=n in numbers) for n, h in enumerate(heads)
        )
        texts = tuple(tuple(say("{}", cell) for cell in row) for row in rows)
        groups = (RowGroup(texts),) if texts else ()
        named = (PlainLine(Text(), t) if isinstance(t, Text) else t for t in lines)
        return cls(tuple(columns), groups, tuple(named))


class Legend(NamedTuple):
    """How to read the table above it; a pen without tables leaves it out."""

    entries: tuple[Text, ...]


class Code(NamedTuple):
    """Foreign lines, such as commands or the output of a server."""

    text: str
    language: str = "text"
    most: int = 4000
    """Characters that are shown: the last ones."""


EVEN = 32
"""Up to this number the bars of a chart can be in proportion: beside 2000 nobody could
tell 4 from 8."""


class Bar(NamedTuple):
    """One bar of a chart: from zero to each of its numbers."""

    name: str
    """Foreign."""
    value: str
    """What is written beside its name: the number, or the word of an outcome."""
    always: int = 0
    """Requests at once in every round that offered enough."""
    most: int = 0
    declared: int = 0
    open_end: bool = False
    """Whether there may be room for more than the most."""

    @property
    def highest(self) -> int:
        """The largest of its numbers."""
        return max(self.always, self.most, self.declared)


class BarGroup(NamedTuple):
    """Bars that belong together; the title is foreign."""

    title: str
    bars: tuple[Bar, ...]


class Chart(NamedTuple):
    """Bars, one above the other; a pen that cannot draw leaves it out."""

    groups: tuple[BarGroup, ...]
    caption: Text
    """What is drawn, and what its colours mean."""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Those of all groups."""
        return tuple(bar for group in self.groups for bar in group.bars)

    @property
    def even(self) -> bool:
        """Whether lengths are in proportion to numbers, else to their logarithms."""
        bars = self.bars
        highest = max((bar.highest for bar in bars), default=0)
        return highest <= EVEN and not any(bar.open_end for bar in bars)


def chart_section(
    groups: Iterable[BarGroup], caption: Callable[[Chart], Iterable[Text]]
) -> Section:
    """A section with a chart; an empty one with fewer than two bars to see."""
    chart = Chart(tuple(groups), Text())
    chart = chart._replace(caption=joined(" ", caption(chart)))
    drawn = sum(bool(bar.highest) for bar in chart.bars) > 1
    blocks = (chart,) if drawn else ()
    return Section.of("the picture", "", *blocks, worth=Worth.CHART)


class TracePoint(NamedTuple):
    """Two numbers, the second on top of the first, from a moment on."""

    at: float
    old: int
    new: int


class Trace(NamedTuple):
    """How many places there were at every moment."""

    name: str
    """Foreign: what was done."""
    points: tuple[TracePoint, ...]
    until: float
    """Seconds after the act; it is at zero."""
    lost: tuple[float, ...] = ()
    """When requests were lost."""

    @property
    def most(self) -> int:
        """The most places at any moment."""
        return max((point.old + point.new for point in self.points), default=0)

    def number(self, begin: float, end: float) -> int:
        """The least places between two moments."""
        edges = [*(point.at for point in self.points[1:]), self.until]
        edges = edges[: len(self.points)]
        return min(
            (
                point.old + point.new
                for point, edge in zip(self.points, edges, strict=True)
                if point.at < end and edge > begin
            ),
            default=0,
        )


class Traces(NamedTuple):
    """Several of these, one below the other: as pictures, or each as a line."""

    traces: tuple[Trace, ...]


Block = Paragraph | Alert | Items | Table | Legend | Code | Chart | Traces


class Worth(IntEnum):
    """What is left out first where there is not enough room: the lowest."""

    FOLDED = 0
    CHART = 1
    TABLE = 2
    ESSENTIAL = 3


class Section(NamedTuple):
    """A part of a report with a title of its own."""

    name: str
    """What it is called where it had to be left out."""
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
        """A section of those blocks that are not empty; a string is our own words."""
        text = say(title) if isinstance(title, str) else title
        return cls(name, text, tuple(filter(_is_filled, blocks)), worth, top)

    @property
    def folded(self) -> bool:
        """Whether it opens on a click only."""
        return self.worth is Worth.FOLDED


def _is_filled(block: Block) -> bool:
    match block:
        case Paragraph(Text(())) | Items(()) | Legend(()):
            return False
        case Table(groups=()) | Chart(groups=()) | Traces(()):
            return False
    return True
