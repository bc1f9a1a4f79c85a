"""Knows how every word of the project looks; must not know where it is shown.

One table for all renderers. A symbol is never shown without its word, and a colour
says nothing that the word does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import CellReport
from harness.records.text import plural
from harness.records.track import Bisection
from harness.records.track import Line
from harness.records.words import Outcome
from harness.records.words import Verdict


class Mark(NamedTuple):
    """How one outcome or verdict looks."""

    symbol: str
    """One column wide in a terminal."""
    word: str
    colour: str
    """A name that terminals know."""
    meaning: str
    """One sentence for the legend."""

    @property
    def badge(self) -> str:
        """The colour as a character, for pages that allow no other colours."""
        return BADGES[self.colour]


BADGES = {
    "green": "🟢",
    "yellow": "🟡",
    "red": "🔴",
    "blue": "🔵",
    "magenta": "🟣",
    "bright_black": "⚪",
}


MARKS: dict[Outcome | Verdict, Mark] = {
    Verdict.AS_DECLARED: Mark("✓", "as declared", "green", "what it declares"),
    Verdict.UNEVEN: Mark(
        "≈", "uneven", "yellow", "the declared number in some rounds, fewer in others"
    ),
    Verdict.FEWER: Mark("↓", "fewer", "red", "never as many as it declares"),
    Verdict.MORE: Mark("↑", "more", "blue", "more than it declares"),
    Verdict.UNKNOWN: Mark("?", "unknown", "magenta", "the rounds leave it open"),
    Outcome.NOT_SUPPORTED: Mark(
        "–", "not supported", "bright_black", "cannot be, and the reason is known"
    ),
    Outcome.NOT_INSTALLED: Mark(
        "✗", "not installed", "red", "its packages could not be installed"
    ),
    Outcome.NOT_STARTED: Mark(
        "✗", "not started", "red", "the server ended before it answered"
    ),
    Outcome.NOT_ANSWERING: Mark(
        "✗", "not answering", "red", "the server ran but the app did not answer"
    ),
    Outcome.DIED: Mark("✗", "died", "red", "the server ended while being measured"),
    Outcome.HARNESS_FAILED: Mark(
        "!", "harness failed", "red", "the instrument failed, so there is no number"
    ),
}


def mark(cell: CellReport) -> Mark:
    """How the one word that says most about a cell looks."""
    return MARKS[cell.word]


def title(cell: CellReport | Line | Bisection) -> str:
    """What people call a server; older reports have its name only."""
    return cell.server_title or cell.server


def chain(cell: CellReport) -> str:
    """What people call a server, and the proxy in front of it if there is one."""
    server = title(cell)
    return f"{cell.front.title} → {server}" if cell.front else server


def tally(cells: Sequence[CellReport]) -> list[tuple[int, Mark]]:
    """How many cells there are of each kind that occurs, in the order of the table."""
    keys = [cell.word for cell in cells]
    return [(keys.count(each), mark) for each, mark in MARKS.items() if each in keys]


def how_many(cells: Sequence[CellReport]) -> str:
    """The number of cells, with its noun."""
    return plural(len(cells), "cell")
