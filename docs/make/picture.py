"""The README's matrix as a picture: the slots for requests in each configuration.

A filled square is a request that is always in the app when so many are offered; a
hollow square is one that is there only at times. There is one picture for light pages
and one for dark pages, both made from ``docs/matrix.json``.
"""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from harness.report import svg

from .matrix import Row
from .matrix import Shown

DOCS = Path(__file__).parents[1]

WIDTH, MARGIN, TOP = 1040, 8, 44
COLUMN = 476
NAME = 196
"""The left edge of the squares in a column."""
ROW, GROUP = 21, 31
SIZE, STEP = 10, 13
MOST_SQUARES = 10
"""Larger numbers are drawn as bars, on a logarithmic scale."""
LONGEST = 200
FOOT = 34


class Colours(NamedTuple):
    """The colours of one picture."""

    ink: str
    soft: str
    always: str
    at_times: str


PICTURES = {
    "matrix-light.svg": Colours("#1f2328", "#59636e", "#0969da", "#bc4c00"),
    "matrix-dark.svg": Colours("#f0f6fc", "#9198a1", "#4493f8", "#f0883e"),
}
"""The colours also differ in lightness, for people with colour blindness."""

STYLE = """\
text {{ font: 13px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif;
  fill: {ink} }}
.head {{ font-weight: 600; font-size: 15px }}
.server {{ font-weight: 600 }}
.name {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  font-size: 12px }}
.number {{ font-weight: 600 }}
.soft {{ fill: {soft}; font-size: 12px }}
.word {{ fill: {at_times} }}
.always {{ fill: {always} }}
.at-times {{ fill: none; stroke: {at_times}; stroke-width: 1.5 }}
"""


def pictures(shown: Shown) -> dict[str, str]:
    """Return each picture, by its file's name."""
    return {name: _draw(shown, colours) for name, colours in PICTURES.items()}


def save(shown: Shown) -> None:
    """Write the pictures."""
    for name, text in pictures(shown).items():
        (DOCS / name).write_text(text)


def _draw(shown: Shown, colours: Colours) -> str:
    groups = [(name, list(rows)) for name, rows in groupby(shown.rows, _server)]
    left = _balanced([GROUP + ROW * len(rows) for _, rows in groups])
    columns = groups[:left], groups[left:]
    bottom = max(map(_height, columns)) + TOP
    height = bottom + FOOT
    title = "Requests in the app at once"
    return (
        svg.element(
            "svg",
            svg.element("title", f"{title}: {shown.where}"),
            svg.element("style", Markup(STYLE.format(**colours._asdict()))),
            svg.text(MARGIN, 24, title, "head"),
            svg.text(WIDTH - MARGIN, 24, shown.where, "soft", "end"),
            *_column(columns[0], MARGIN),
            *_column(columns[1], MARGIN + COLUMN),
            *_legend(bottom + 22, shown.rows),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {height}",
            width=WIDTH,
            height=height,
            role="img",
        )
        + "\n"
    )


def _server(row: Row) -> str:
    return row.server


def _balanced(heights: Sequence[int]) -> int:
    """Return the number of groups in the left column that makes the picture lowest."""

    def highest(n: int) -> int:
        return max(sum(heights[:n]), sum(heights[n:]))

    return min(range(1, len(heights) + 1), key=highest)


def _height(groups: Sequence[tuple[str, Sequence[Row]]]) -> int:
    return sum(GROUP + ROW * len(rows) for _, rows in groups)


def _column(groups: Sequence[tuple[str, Sequence[Row]]], x: float) -> Iterator[Markup]:
    y = float(TOP)
    for server, rows in groups:
        yield svg.text(x, y + 20, server, "server")
        y += GROUP
        for row in rows:
            yield from _row(row, x, y)
            y += ROW


def _row(row: Row, x: float, y: float) -> Iterator[Markup]:
    yield svg.text(x, y + 13, row.label, "name")
    if row.releases:
        yield svg.text(x + NAME - 12, y + 13, row.releases, "soft", "end")
    end = x + NAME
    if row.most is not None:
        least = row.most if row.least is None else row.least
        if row.most > MOST_SQUARES:
            always, length = _length(least), _length(row.most)
            yield _box(end, y + 3, always, "always")
            if length - always > STEP:
                yield _box(end + always + 3, y + 3, length - always - 3, "at-times")
            end += length + 3
        for n in range(row.most if row.most <= MOST_SQUARES else 0):
            yield _box(end, y + 3, SIZE, "always" if n < least else "at-times")
            end += STEP
    yield svg.element(
        "text",
        svg.element("tspan", row.number, class_="number"),
        svg.element("tspan", row.word, dx=6 if row.number else 0, class_="word")
        if row.word
        else "",
        x=end + 3,
        y=y + 13,
    )


def _length(most: int) -> float:
    """Return the length of a bar: that of all squares, plus some per power of ten."""
    shortest = MOST_SQUARES * STEP
    beyond = math.log10(most / MOST_SQUARES)
    return round(min(LONGEST, shortest + 30 * beyond), 1)


def _box(x: float, y: float, width: float, kind: str) -> Markup:
    if kind == "at-times":  # half of its line's width is inside
        return svg.box(x + 0.75, y + 0.75, width - 1.5, SIZE - 1.5, kind, rx=1.5)
    return svg.box(x, y, width, SIZE, kind, rx=2)


def _legend(y: float, rows: Sequence[Row]) -> Iterator[Markup]:
    x = float(MARGIN)
    keys = [("always", "always, whoever comes first")]
    if any(row.least is not None and row.least != row.most for row in rows):
        keys.append(("at-times", "only if they are spread well"))
    for kind, words in keys:
        yield _box(x, y - 10, SIZE, kind)
        yield svg.text(x + STEP + 3, y, words, "soft")
        x += 36 + 6.2 * len(words)
    if any(row.number.startswith("≥") for row in rows):
        yield svg.text(x, y, "≥ at least: more were not tried", "soft")
