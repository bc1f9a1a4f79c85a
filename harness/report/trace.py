"""Draws tapes: as lines of characters, and as pictures."""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.records.life import Tape
from harness.report import svg
from harness.report.drawing import Traces
from harness.report.escape import line as line_of

COLUMNS = 60
"""Characters of a line."""

HEIGHTS = "▁▂▃▄▅▆▇█"
"""Characters from none to the most, if there are more than nine slots."""

NAME = 12
"""Width of the name of the act in front of a line."""

MOST_DIGIT = 9
"""The largest number that one character shows."""

DIGITS_READ = (
    "A digit is the least number of slots in a span of time; the bar is the act."
)
HEIGHTS_READ = (
    "A height is the least number of slots in a span of time; the bar is the act."
)
PICTURES = (
    "Slots at every moment, on top in another colour those in processes that came "
    "after the act; a mark below the line is a request that was lost."
)

WIDTH, HEIGHT = 720, 150
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 20, 26
"""Room around the picture for its axes."""

GROUND = HEIGHT - BOTTOM

MOST_TICKS = 12
"""Most ticks of the axis of time."""


def lines(block: Traces) -> Iterator[str]:
    """A line for each tape, and how to read these."""
    for tape in block.tapes:
        yield f"{line_of(tape.act):<{NAME}}  {characters(tape)}"
    high = any(_most(tape) > MOST_DIGIT for tape in block.tapes)
    yield HEIGHTS_READ if high else DIGITS_READ


def characters(tape: Tape) -> str:
    """The least slots in each span of time, with a bar where the act is.

    A digit is a number of slots. More than nine are drawn as heights.
    """
    spans = list(_spans(tape))
    before = sum(end <= 0 for _, end in spans)
    drawn = [_character(_least(tape, *span), _most(tape)) for span in spans]
    return "".join((*drawn[:before], "|", *drawn[before:]))


def _spans(tape: Tape) -> Iterator[tuple[float, float]]:
    """Spans of the same length, one of which begins at the act."""
    begin = tape.points[0].at if tape.points else 0.0
    step = (tape.until - begin) / COLUMNS or 1.0
    first = -max(1, round(-begin / step)) if begin < 0 else 0
    for number in range(first, first + COLUMNS):
        if number * step < tape.until:
            yield number * step, (number + 1) * step


def _most(tape: Tape) -> int:
    """The most slots at any moment."""
    return max((point.old + point.new for point in tape.points), default=0)


def _least(tape: Tape, begin: float, end: float) -> int:
    """The least slots between two moments."""
    edges = [*(point.at for point in tape.points[1:]), tape.until]
    spans = zip(tape.points, edges, strict=False)
    return min(
        (p.old + p.new for p, edge in spans if p.at < end and edge > begin), default=0
    )


def _character(number: int, most: int) -> str:
    if most <= MOST_DIGIT:
        return str(number)
    return HEIGHTS[round(number / most * (len(HEIGHTS) - 1))]


# ----------------------------------------------------------------------- the picture


class _Scale(NamedTuple):
    """The position of a moment and a number of slots in the picture."""

    begin: float
    end: float
    most: int

    def x(self, at: float) -> float:
        inside = min(max(at, self.begin), self.end) - self.begin
        share = inside / (self.end - self.begin)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, number: float) -> float:
        return round(GROUND - number / self.most * (GROUND - TOP), 1)


def picture(tape: Tape) -> Markup:
    """The tape as SVG, with later processes drawn on top of the others."""
    begin = tape.points[0].at if tape.points else 0.0
    scale = _Scale(begin, max(tape.until, begin + 0.1), max(1, _most(tape)))
    parts = (
        *_grid(scale),
        _area(tape, scale, "taken", [(0, p.old) for p in tape.points]),
        _area(tape, scale, "fresh", [(p.old, p.old + p.new) for p in tape.points]),
        *_act(tape, scale),
    )
    look = {"class_": "picture tape", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"}
    return svg.element("svg", *parts, **look, aria_label=tape.act)


def _grid(scale: _Scale) -> Iterator[Markup]:
    for number in {0, scale.most // 2, scale.most}:
        y = scale.y(number)
        yield svg.line(LEFT, y, WIDTH - RIGHT, y, "grid")
        yield svg.text(LEFT - 6, y + 4, str(number), anchor="end")
    step = max(1, math.ceil((scale.end - scale.begin) / MOST_TICKS))
    for second in range(0, math.floor(scale.end) + 1, step):
        yield svg.text(scale.x(second), HEIGHT - 6, f"{second} s", anchor="middle")


def _area(
    tape: Tape, scale: _Scale, kind: str, bands: Sequence[tuple[int, int]]
) -> Markup:
    """One path of bands, each from one number to another.

    Each lasts until the next point.
    """
    edges = [*(point.at for point in tape.points[1:]), tape.until][: len(bands)]
    boxes = (
        f"M{scale.x(point.at)} {scale.y(low)}H{scale.x(edge)}V{scale.y(high)}"
        f"H{scale.x(point.at)}Z"
        for point, edge, (low, high) in zip(tape.points, edges, bands, strict=True)
        if high > low
    )
    return svg.element("path", class_=kind, d="".join(boxes))


def _act(tape: Tape, scale: _Scale) -> Iterator[Markup]:
    x = scale.x(0)
    yield svg.line(x, TOP, x, GROUND, "declared")
    yield svg.text(x + 5, TOP - 6, tape.act)
    for at in sorted({round(each.ended_at, 2) for each in tape.lost}):
        yield svg.line(scale.x(at), GROUND, scale.x(at), GROUND + 7, "lost")
