"""Groups successive releases with the same number, by the rule for reports, into spans.

A release that differs from any member of a span is not part of it; otherwise numbers
could drift within a span, by steps too small to tell from chance. A release that cannot
be measured is a gap, and does not end a span.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import groupby
from itertools import pairwise
from typing import NamedTuple

import msgspec

from harness.judge.difference import Comparison
from harness.judge.releases import RELEASE_CHANGES
from harness.records.changes import Change
from harness.records.track import Gap
from harness.records.track import Span
from harness.records.words import Outcome
from harness.track.point import compare_points
from harness.track.point import is_same
from harness.track.point import Point
from harness.track.point import version_changes


class Edge(NamedTuple):
    """How the first release of a span differs from one in the span before."""

    finding: Comparison
    before: Point
    now: Point


class Group(NamedTuple):
    """Releases of one span, oldest first."""

    points: Sequence[Point]
    edge: Edge | None
    """``None`` for the first span."""


def make_spans(points: Sequence[Point], package: str) -> list[Span]:
    """The spans of the releases of a package, oldest first."""
    conclusive = [point for point in points if point.is_conclusive]
    return [_span(group, package) for group in _groups(conclusive)]


def _groups(points: Sequence[Point]) -> list[Group]:
    """The releases of each span.

    Each release is compared with the one before it, and then with all others that would
    be in a span with it. The latter pairs are tested as a separate family: they are so
    many that, in a common family, they would hide a change between neighbours.
    """
    groups = list(_split_at_neighbours(points))
    pairs = [pair for group in groups for pair in _not_neighbours(group.points)]
    drifts = {
        (before.release, now.release): _drift(finding, before, now)
        for (before, now), finding in zip(pairs, compare_points(pairs), strict=True)
        if finding.change not in (Change.SAME, Change.NOT_COMPARABLE)
    }
    parts = [part for group in groups for part in _split_at_drift(group, drifts)]
    return list(map(_with_a_later_edge, parts))


def _with_a_later_edge(group: Group) -> Group:
    """The group, with a later release standing in if its first has too few rounds."""
    if group.edge is None or group.edge.finding.change is not Change.NOT_COMPARABLE:
        return group
    pairs = [(group.edge.before, now) for now in group.points[1:]]
    for (before, now), finding in zip(pairs, compare_points(pairs), strict=True):
        if finding.change in RELEASE_CHANGES:
            words = f"{finding.words}, as {now.release} shows"
            return group._replace(edge=Edge(finding._replace(words=words), before, now))
    return group


def _drift(finding: Comparison, before: Point, now: Point) -> Edge:
    words = f"{finding.words}, compared with {before.release}"
    return Edge(finding._replace(words=words), before, now)


def _not_neighbours(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    for number, now in enumerate(points):
        yield from ((before, now) for before in points[: max(0, number - 1)])


def _split_at_neighbours(points: Sequence[Point]) -> Iterator[Group]:
    """Split releases where one differs from the release before it."""
    steps = list(pairwise(points))
    start, edge = 0, None
    for end, finding in enumerate(compare_points(steps), start=1):
        before, now = steps[end - 1]
        if not is_same(finding, before, now):
            yield Group(points[start:end], edge)
            start, edge = end, Edge(finding, before, now)
    if points:
        yield Group(points[start:], edge)


def _split_at_drift(
    group: Group, drifts: Mapping[tuple[str, str], Edge]
) -> Iterator[Group]:
    """Split releases where one differs from any member of its span."""
    start, edge = 0, group.edge
    for end, now in enumerate(group.points):
        members = reversed(group.points[start:end])
        edges = (drifts.get((member.release, now.release)) for member in members)
        drift = next(filter(None, edges), None)
        if drift is not None:
            yield Group(group.points[start:end], edge)
            start, edge = end, drift
    yield Group(group.points[start:], edge)


def _span(group: Group, package: str) -> Span:
    points, edge = group
    floors = [point.cell.floor for point in points if point.cell.floor is not None]
    ceilings = [
        point.cell.ceiling for point in points if point.cell.ceiling is not None
    ]
    number = _commonest(points)
    span = Span(
        releases=tuple(point.release for point in points),
        said=number,
        apart={
            point.release: point.number for point in points if point.number != number
        },
        outcome=points[0].cell.outcome,
        floor=min(floors, default=None),
        ceiling=max(ceilings, default=None),
    )
    if edge is None:
        return span
    return msgspec.structs.replace(
        span,
        change=edge.finding.change,
        reason=edge.finding.words,
        versions=version_changes(edge.before, edge.now, excluding=package),
    )


def _commonest(points: Sequence[Point]) -> str:
    """The number that most releases have; of equally common ones the highest."""
    count = Counter(point.number for point in points)
    ceilings = {point.number: point.cell.ceiling or 0 for point in points}
    return max(count, key=lambda number: (count[number], ceilings[number]))


def make_gaps(points: Iterable[Point]) -> Iterator[Gap]:
    """Inconclusive releases; successive ones with the same reason are one gap."""
    for key, group in groupby(points, key=_gap_key):
        if key is not None:
            outcome, reason = key
            releases = tuple(each.release for each in group)
            yield Gap(releases=releases, outcome=outcome, reason=reason)


def _gap_key(point: Point) -> tuple[Outcome, str] | None:
    if point.is_conclusive:
        return None
    if point.cell.outcome is Outcome.NOT_INSTALLED:
        return point.cell.outcome, "its packages could not be installed"
    if point.act and point.cell.outcome is Outcome.MEASURED:
        outcome = point.tape.outcome if point.tape else Outcome.NOT_SUPPORTED
        return outcome, point.reason
    # Most reasons name the release, so no two of them would be equal.
    return point.cell.outcome, point.cell.reason.replace(f", not {point.release}:", ":")
