"""Draws the admission curve of a cell: requests admitted by requests offered."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.records.report import CellReport
from harness.records.rounds import AdmissionPoint
from harness.records.words import Basis
from harness.report import svg

WIDTH, HEIGHT = 640, 336
LEFT, RIGHT, TOP, BOTTOM = 48, 612, 36, 290


class Scales(NamedTuple):
    """Positions of numbers of requests in the picture."""

    x: svg.Scale
    """The loads that were offered."""
    y: svg.Scale
    """Requests in the app."""


def draw(cell: CellReport) -> Markup:
    """Draw the curve with the worst and best rounds; empty without measured rounds."""
    curve = cell.curve
    if not curve:
        return Markup("")
    declared = cell.declared or 0
    most_offered = max(point.offered for point in curve)
    most_admitted = max(1, declared, *(point.best for point in curve))
    scale = Scales(
        svg.Scale(most_offered, LEFT, RIGHT), svg.Scale(most_admitted, BOTTOM, TOP)
    )
    parts = (
        *_axes(scale),
        *_all_of_them(scale),
        *_declared(cell, scale),
        *_band(curve, scale),
        *_points(curve, scale),
        *_chosen(cell, scale),
    )
    return svg.picture(WIDTH, HEIGHT, _title(cell), *parts, kind="curve")


def _title(cell: CellReport) -> str:
    """The curve in words."""
    loads = (
        f"{p.best} of {p.offered}"
        if p.worst == p.best
        else f"{p.worst} to {p.best} of {p.offered}"
        for p in cell.curve
    )
    return f"Requests in the app, of those offered together: {', '.join(loads)}"


def _axes(scale: Scales) -> Iterator[Markup]:
    yield from svg.grid(scale.y, LEFT, RIGHT)
    for number in svg.ticks(scale.x.most, 8):
        x = scale.x(number)
        yield svg.line(x, BOTTOM, x, BOTTOM + 5, "axis")
        yield svg.text(x, BOTTOM + 20, str(number), "tick", "middle")
    yield svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis")
    middle = (LEFT + RIGHT) / 2
    yield svg.text(middle, HEIGHT - 6, "offered together", "name", "middle")
    yield svg.text(LEFT - 40, 14, "in the app", "name")


def _all_of_them(scale: Scales) -> Iterator[Markup]:
    """The line that a server without any bound would follow."""
    most = min(scale.x.most, scale.y.most)
    yield svg.line(scale.x(0), scale.y(0), scale.x(most), scale.y(most), "all-of-them")


def _declared(cell: CellReport, scale: Scales) -> Iterator[Markup]:
    if cell.declared is None:
        return
    y = scale.y(cell.declared)
    yield svg.line(LEFT, y, RIGHT, y, "declared")
    yield svg.text(RIGHT, y - 6, f"declared {cell.declared}", "declared-name", "end")


def _band(curve: Sequence[AdmissionPoint], scale: Scales) -> Iterator[Markup]:
    """A band from the worst to the best of each load, and the median as a line."""
    best = [(scale.x(p.offered), scale.y(p.best)) for p in curve]
    worst = [(scale.x(p.offered), scale.y(p.worst)) for p in curve]
    median = [(scale.x(p.offered), scale.y(p.median)) for p in curve]
    yield svg.element(
        "polygon", points=svg.points([*best, *worst[::-1]]), class_="band"
    )
    yield svg.element("polyline", points=svg.points(median), class_="median")


def _points(curve: Sequence[AdmissionPoint], scale: Scales) -> Iterator[Markup]:
    for p in curve:
        x, best, worst = scale.x(p.offered), scale.y(p.best), scale.y(p.worst)
        if p.worst != p.best:
            yield svg.line(x, worst, x, best, "spread")
            yield _diamond(x, worst)
        yield svg.element("circle", cx=x, cy=best, r=4, class_="best")


def _chosen(cell: CellReport, scale: Scales) -> Iterator[Markup]:
    """The least and the most in a chosen order, if no ordinary round had them."""
    declared = cell.declared
    usual = [p for p in cell.curve if p.offered == declared]
    if declared is None or not usual:
        return
    x = scale.x(declared)
    least, most = scale.y(usual[0].worst), scale.y(usual[0].best)
    floor, ceiling = cell.floor, cell.ceiling
    if cell.floor_by is Basis.GUARANTEED and (floor or 0) < usual[0].worst:
        y = scale.y(floor or 0)
        yield svg.line(x, y, x, least, "spread")
        yield _diamond(x, y)
        yield svg.text(x - 10, y + 4, f"{floor} in the worst order", "low", "end")
    if cell.ceiling_by is Basis.GUARANTEED and (ceiling or 0) > usual[0].best:
        y = scale.y(ceiling or 0)
        yield svg.line(x, most, x, y, "spread")
        yield svg.element("circle", cx=x, cy=y, r=4, class_="best")
        yield svg.text(x - 10, y + 16, f"{ceiling} in the best order", "high", "end")


def _diamond(x: float, y: float) -> Markup:
    corners = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
    return svg.element("polygon", points=svg.points(corners), class_="worst")
