"""Measurements of several releases, and timelines made of them."""

from collections.abc import Sequence

from harness.records.evidence import Evidence
from harness.records.rounds import Round
from harness.records.track import Line
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report.sections import timeline
from harness.track.point import Point
from harness.track.point import point
from harness.track.timeline import fill_line
from harness.track.timeline import mark_news
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unmeasured

LIKE = Line(
    package="Flask",
    server="werkzeug",
    server_title="Flask's own server",
    configuration="run",
    beside="",
    python="3.11",
    spans=(),
)


def measured(release: str, seen: Sequence[Round], declared: int = 8) -> Point:
    """A release and its measurement."""
    return point(release, evidence_of(release, seen, declared))


def evidence_of(release: str, seen: Sequence[Round], declared: int = 8) -> Evidence:
    """Evidence of one cell with one release."""
    where = environment(release, "werkzeug", "3.1.9")
    return evidence(where, [cell(where, "run", declared, seen)])


def steady(release: str, number: int) -> Point:
    """A release that admitted the same number in every round."""
    return measured(release, rounds(number, (1, number), [number] * 8), number)


def uneven(release: str, *at: int) -> Point:
    """A release that declares 8, and admitted these numbers in rounds of 8."""
    seen = [offer(8, number, (2, 4)) for number in at]
    return measured(release, [offer(1, 1), *seen, offer(16, max(at), (2, 4))])


def broken(release: str, outcome: Outcome, reason: str = "it is so") -> Point:
    """A release without a measurement."""
    where = environment(release, "werkzeug", "3.1.9")
    return point(release, evidence(where, [unmeasured(where, "run", outcome, reason)]))


def in_short(*points: Point) -> str:
    """Return the timeline of some releases in words."""
    return str(timeline.in_short(fill_line(LIKE, points)))


def timeline_of(*numbers: tuple[str, int], new: bool = False) -> Timeline:
    """A timeline of steady numbers. With ``new``, every change but the first is new."""
    points = [steady(release, number) for release, number in numbers]
    known = fill_line(LIKE, points[:1])
    found = fill_line(LIKE, points)
    told = mark_news(known, found) if new else found
    return Timeline(made_at="2026-11-21T09:30:00+00:00", lines=(told,))
