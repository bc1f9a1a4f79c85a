"""Charts and traces, which pens that cannot draw leave out."""

from typing import NamedTuple

from harness.records.life import Tape
from harness.report.text import Text

EVEN = 32
"""Up to this number, bars are in proportion; beside 2000, nobody could tell 4 from
8."""


class Bar(NamedTuple):
    """One bar of a chart: from zero to each of its numbers."""

    name: str
    """Foreign."""
    value: str
    """Text beside the name: the number, or the word of an outcome."""
    always: int = 0
    """Requests at once in every round that offered enough."""
    most: int = 0
    declared: int = 0
    open_end: bool = False
    """Whether more than the highest number may fit."""

    @property
    def highest(self) -> int:
        """The largest of its numbers."""
        return max(self.always, self.most, self.declared)


class BarGroup(NamedTuple):
    """Bars that belong together; the title is foreign."""

    title: str
    bars: tuple[Bar, ...]


class Chart(NamedTuple):
    """A chart of horizontal bars."""

    groups: tuple[BarGroup, ...]
    caption: Text
    """What the chart shows, and what its colours mean."""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars of all groups."""
        return tuple(bar for group in self.groups for bar in group.bars)

    @property
    def even(self) -> bool:
        """Whether lengths are in proportion to the numbers, not to their logarithms."""
        bars = self.bars
        highest = max((bar.highest for bar in bars), default=0)
        return highest <= EVEN and not any(bar.open_end for bar in bars)


class Traces(NamedTuple):
    """Tapes, one below the other: as pictures, or each as a line."""

    tapes: tuple[Tape, ...]
