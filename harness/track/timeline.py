"""A timeline: the numbers of configurations, release by release."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

import msgspec

from harness.judge.releases import RELEASE_CHANGES
from harness.plan.plan import only_cells
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.track import Line
from harness.records.track import Timeline
from harness.track.follow import Followed
from harness.track.history import is_retryable
from harness.track.point import Point
from harness.track.point import point
from harness.track.spans import make_gaps
from harness.track.spans import make_spans

Measurements = Mapping[str, Evidence]
"""Evidence of one cell each, by the id of the cell."""


def cells_to_measure(plan: Plan, measured: Measurements) -> Plan:
    """The cells of a plan that are worth measuring: not measured yet, or retryable."""
    return only_cells(
        plan,
        lambda cell: (
            cell.not_supported is None
            and (cell.id not in measured or is_retryable(measured[cell.id]))
        ),
    )


def unsupported_cells(plan: Plan) -> Plan:
    """The cells of a plan that cannot be measured; each says why."""
    return only_cells(plan, lambda cell: cell.not_supported is not None)


def make_timeline(
    followed: Iterable[Followed],
    before: Measurements,
    after: Measurements,
    impossible: Measurements,
    made_at: str,
) -> Timeline:
    """The timeline of all measurements; changes that ``before`` lacks are new."""
    lines = []
    for each in followed:
        old = make_line(each, before, impossible)
        fresh = [
            each.release(cell)
            for cell in each.cells
            if after.get(str(cell)) != before.get(str(cell))
        ]
        line = make_line(each, after, impossible, fresh)
        lines.append(mark_news(old, line))
    return Timeline(made_at=made_at, lines=tuple(lines))


def make_line(
    followed: Followed,
    measured: Measurements,
    impossible: Measurements,
    fresh: Iterable[str] = (),
) -> Line:
    """One configuration, release by release; ``fresh`` are the cells of this run."""
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


def fill_line(line: Line, points: Sequence[Point]) -> Line:
    """Add the spans and the gaps of its releases, oldest first, to a line."""
    return msgspec.structs.replace(
        line,
        spans=tuple(make_spans(points, line.package)),
        gaps=tuple(make_gaps(points)),
    )


# ------------------------------------------------------------------------------ news


def mark_news(before: Line, line: Line) -> Line:
    """Mark the changes that were not known before as new.

    If nothing was known about a line, none of its changes is new.
    """
    if not before.spans:
        return line
    old = {(span.releases[0], span.change) for span in before.spans}
    spans = tuple(
        msgspec.structs.replace(
            span,
            new=span.change in RELEASE_CHANGES
            and (span.releases[0], span.change) not in old,
        )
        for span in line.spans
    )
    return msgspec.structs.replace(line, spans=spans)
