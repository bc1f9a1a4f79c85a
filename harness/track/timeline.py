"""A timeline: the numbers of a configuration, release by release.

Successive releases with the same number are one span, by the rule that reports are
compared with. A release that differs from any member of a span is not part of it;
otherwise numbers could drift within a span, by steps too small to tell from chance. A
release that cannot be measured is a gap, and does not end a span.
"""

from __future__ import annotations

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
from harness.plan.plan import only_cells
from harness.records.changes import Change
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.track import Gap
from harness.records.track import Line
from harness.records.track import Span
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.track.follow import Followed
from harness.track.history import is_retryable
from harness.track.point import compare_points
from harness.track.point import is_same
from harness.track.point import Point
from harness.track.point import point
from harness.track.point import version_changes

Measurements = Mapping[str, Evidence]
"""Evidence of one cell each, by the id of the cell."""


def unmeasured(plan: Plan, measured: Measurements) -> Plan:
    """The cells of a plan that are worth measuring: not measured yet, or retryable."""
    return only_cells(
        plan,
        lambda cell: (
            cell.not_supported is None
            and (cell.id not in measured or is_retryable(measured[cell.id]))
        ),
    )


def unsupported(plan: Plan) -> Plan:
    """The cells of a plan that cannot be measured, and say why."""
    return only_cells(plan, lambda cell: cell.not_supported is not None)


def make_timeline(
    followed: Iterable[Followed],
    before: Measurements,
    after: Measurements,
    impossible: Measurements,
    made_at: str,
) -> Timeline:
    """The timeline of what is measured by now; what changed since ``before`` is new."""
    lines = []
    for each in followed:
        old = make_line(each, before, impossible)
        fresh = [
            each.release(cell)
            for cell in each.cells
            if after.get(str(cell)) != before.get(str(cell))
        ]
        line = make_line(each, after, impossible, fresh)
        lines.append(mark_news({key(old): old}, line))
    return Timeline(made_at=made_at, lines=tuple(lines))


def make_line(
    followed: Followed,
    measured: Measurements,
    impossible: Measurements,
    fresh: Iterable[str] = (),
) -> Line:
    """One configuration, release by release; ``fresh`` was measured in this run."""
    points = [
        point(followed.release(cell), evidence)
        for cell in followed.cells
        if (evidence := measured.get(str(cell)) or impossible.get(str(cell)))
    ]
    empty = Line(
        package=followed.package.name,
        server=followed.target.server.name,
        server_title=followed.target.server.title,
        configuration=followed.target.configuration.id,
        beside=followed.beside,
        python=followed.cells[0].python,
        spans=(),
        measured=tuple(fresh),
    )
    return fill_line(empty, points)


# ----------------------------------------------------------------------------- spans


class Edge(NamedTuple):
    """How the first release of a span differs from one of the span before."""

    finding: Comparison
    before: Point
    now: Point


class Group(NamedTuple):
    """Releases of one span, oldest first."""

    points: Sequence[Point]
    edge: Edge | None
    """``None`` for the first span."""


def fill_line(line: Line, points: Sequence[Point]) -> Line:
    """Add the spans and the gaps of its releases, oldest first, to a line."""
    told = [each for each in points if each.is_conclusive]
    spans = [_span(group, line.package) for group in _groups(told)]
    return msgspec.structs.replace(line, spans=tuple(spans), gaps=tuple(gaps(points)))


def _groups(points: Sequence[Point]) -> list[Group]:
    """The releases of each span.

    Each release is compared with the one before it, and then with all others that would
    be in a span with it. The latter pairs are tested as a family of their own: there
    are so many that, in one family, they would hide a change between neighbours.
    """
    groups = list(_split_at_neighbours(points))
    pairs = [pair for group in groups for pair in _not_neighbours(group.points)]
    drifts = {
        (before.release, now.release): _drift(finding, before, now)
        for (before, now), finding in zip(pairs, compare_points(pairs), strict=True)
        if finding.change not in (Change.SAME, Change.NOT_COMPARABLE)
    }
    return [part for group in groups for part in _split_at_drift(group, drifts)]


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
        found = (drifts.get((member.release, now.release)) for member in members)
        drift = next(filter(None, found), None)
        if drift is not None:
            yield Group(group.points[start:end], edge)
            start, edge = end, drift
    yield Group(group.points[start:], edge)


def _span(group: Group, package: str) -> Span:
    points, edge = group
    floors = [each.cell.floor for each in points if each.cell.floor is not None]
    ceilings = [each.cell.ceiling for each in points if each.cell.ceiling is not None]
    number = _commonest(points)
    span = Span(
        releases=tuple(each.release for each in points),
        said=number,
        apart={each.release: each.number for each in points if each.number != number},
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
    count = Counter(each.number for each in points)
    ceilings = {each.number: each.cell.ceiling or 0 for each in points}
    return max(count, key=lambda number: (count[number], ceilings[number]))


def gaps(points: Iterable[Point]) -> Iterator[Gap]:
    """Releases that are inconclusive; successive ones with the same reason as one."""
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
    # Most reasons name the release, which would make each another reason.
    return point.cell.outcome, point.cell.reason.replace(f", not {point.release}:", ":")


# ------------------------------------------------------------------------------ news


def mark_news(before: Mapping[object, Line], line: Line) -> Line:
    """Mark the changes that were not known before as new.

    Where nothing was known of a line, none of its changes are news.
    """
    known = before.get(key(line))
    if known is None or not known.spans:
        return line
    old = {(span.releases[0], span.change) for span in known.spans}
    spans = tuple(
        msgspec.structs.replace(
            span,
            new=span.change in RELEASE_CHANGES
            and (span.releases[0], span.change) not in old,
        )
        for span in line.spans
    )
    return msgspec.structs.replace(line, spans=spans)


def key(line: Line) -> object:
    """What identifies a line in two timelines."""
    return line.package, line.server, line.configuration, line.beside, line.python
