"""Draws a configuration's ceiling and floor by release, with changes marked."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from harness.records.changes import Change
from harness.records.report import CellReport
from harness.records.text import span
from harness.records.track import Line
from harness.records.track import Span
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import svg
from harness.report.words import CHANGES

HEIGHT = 260
LEFT, TOP, BOTTOM = 48, 52, 190
STEP = 46
NARROWEST = 420

DRAWN = (Change.FEWER, Change.MORE, Change.BROKE, Change.RECOVERED, Change.NEW)
"""Changes with which a span is marked."""


class ReleaseNumbers(NamedTuple):
    """The numbers of one release; ``None`` if there is no number, or it is unknown."""

    ceiling: int | None
    floor: int | None
    symbol: str = "✗"
    """The symbol in place of a missing number."""


def draw(line: Line, cells: Mapping[str, CellReport]) -> Markup:
    """A line; ``cells`` are the cells by their release."""
    releases = sorted(cells, key=release_order)
    if not releases:
        return Markup("")
    numbers = {release: _numbers(cell) for release, cell in cells.items()}
    top = max((number.ceiling or 0 for number in numbers.values()), default=0) or 1
    y = svg.Scale(top, BOTTOM, TOP)
    width = max(NARROWEST, LEFT + STEP * len(releases) + 20)
    positions = {release: LEFT + STEP * (n + 0.5) for n, release in enumerate(releases)}

    parts = [
        *_axes(releases, positions, y, width),
        *_steps([(positions[r], numbers[r]) for r in releases], y),
        *(
            mark
            for release in releases
            for mark in _release(positions[release], numbers[release], y)
        ),
        *(
            mark
            for n, span in enumerate(_changed(line, positions))
            for mark in _change(positions[span.releases[0]], span, 14 + n % 2 * 15)
        ),
    ]
    return svg.picture(width, HEIGHT, _title(line), *parts, kind="releases")


def _numbers(cell: CellReport) -> ReleaseNumbers:
    if cell.outcome is not Outcome.MEASURED:
        return ReleaseNumbers(None, None)
    if cell.verdict is Verdict.UNKNOWN:
        return ReleaseNumbers(None, None, "?")
    floor = cell.floor if cell.floor is not None else cell.ceiling
    return ReleaseNumbers(cell.ceiling, min(floor or 0, cell.ceiling or 0))


def _title(line: Line) -> str:
    """The line in words."""
    spans = "; ".join(f"{span(e.releases)}: {e.said}" for e in line.spans)
    return f"{line.configuration} by release of {line.package}: {spans or 'no result'}"


def _axes(
    releases: Sequence[str], positions: Mapping[str, float], y: svg.Scale, width: int
) -> Iterator[Markup]:
    yield from svg.grid(y, LEFT, width - 12, 4)
    yield svg.line(LEFT, BOTTOM, width - 12, BOTTOM, "axis")
    for release in releases:
        x = positions[release]
        yield svg.element(
            "text",
            release,
            x=x,
            y=BOTTOM + 16,
            class_="tick",
            text_anchor="end",
            transform=f"rotate(-40 {x:g} {BOTTOM + 16})",
        )


def _steps(
    numbers: Sequence[tuple[float, ReleaseNumbers]], y: svg.Scale
) -> Iterator[Markup]:
    """Steps of the ceiling and the floor, broken where a release has no number."""
    for has_number, run in groupby(numbers, lambda each: each[1].ceiling is not None):
        if has_number:
            yield from _unbroken(list(run), y)


def _unbroken(
    run: Sequence[tuple[float, ReleaseNumbers]], y: svg.Scale
) -> Iterator[Markup]:
    def steps(values: Sequence[float]) -> list[tuple[float, float]]:
        return [
            (x + side, y(value))
            for (x, _), value in zip(run, values, strict=True)
            for side in (-STEP / 2, STEP / 2)
        ]

    ceiling = steps([each.ceiling or 0 for _, each in run])
    floor = steps([each.floor or 0 for _, each in run])
    corners = svg.points([*ceiling, *floor[::-1]])
    yield svg.element("polygon", points=corners, class_="band")
    yield svg.element("polyline", points=svg.points(floor), class_="floor")
    yield svg.element("polyline", points=svg.points(ceiling), class_="ceiling")


def _release(x: float, numbers: ReleaseNumbers, y: svg.Scale) -> Iterator[Markup]:
    if numbers.ceiling is None:
        yield svg.text(x, BOTTOM - 6, numbers.symbol, "none", "middle")
        return
    if numbers.floor is not None and numbers.floor != numbers.ceiling:
        # Never below the axis, where the releases are.
        low = min(y(numbers.floor) + 15, BOTTOM - 6)
        yield svg.text(x, low, str(numbers.floor), "low", "middle")
    high = y(numbers.ceiling) - 6
    yield svg.text(x, high, str(numbers.ceiling), "high", "middle")


def _changed(line: Line, positions: Mapping[str, float]) -> list[Span]:
    """Spans that begin with a change that has a symbol."""
    return [
        span
        for span in line.spans
        if span.change in DRAWN and span.releases[0] in positions
    ]


def _change(x: float, span: Span, y: float) -> Iterator[Markup]:
    """A vertical line where a span begins, with words beside it at height ``y``."""
    assert span.change is not None
    at = x - STEP / 2
    yield svg.line(at, y - 8, at, BOTTOM, "change")
    words = f"{CHANGES[span.change].symbol} {span.change} in {span.releases[0]}"
    yield svg.text(at + 4, y, words, "change-name")
