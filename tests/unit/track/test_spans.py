"""Which releases form one span, and which are a gap."""

import random
from itertools import combinations

import msgspec

from harness.records.changes import Change
from harness.records.words import Outcome
from harness.track.point import compare_points
from harness.track.point import point
from harness.track.timeline import fill_line
from tests.builders.timelines import broken
from tests.builders.timelines import evidence_of
from tests.builders.timelines import in_short
from tests.builders.timelines import LIKE
from tests.builders.timelines import steady
from tests.builders.timelines import uneven
from tests.samples.make import HOST
from tests.samples.make import offer


def test_releases_with_the_same_number_are_one_span() -> None:
    points = [steady("0.11", 1), steady("0.12", 1), steady("1.0", 4), steady("2.0", 4)]
    assert in_short(*points) == "0.11 – 0.12: 1; 1.0 – 2.0: 4"
    (first, second) = fill_line(LIKE, points).spans
    assert first.change is None
    assert (second.change, second.reason) == (Change.MORE, "1 before; now 4")


def test_a_reverted_change_gives_three_spans() -> None:
    points = [steady("20", 4), steady("21", 3), steady("24", 4)]
    assert in_short(*points) == "20: 4; 21: 3; 24: 4"


def test_the_next_release_stands_in_for_one_that_cannot_be_compared() -> None:
    """A release with two rounds at the declared number proves too little by itself."""
    points = [
        steady("20.1", 8),
        uneven("21.0", 8, 3),
        uneven("21.1", 8, *(6, 3, 3, 6, 3, 6, 3, 3, 3, 3, 3)),
        steady("24.0", 8),
    ]
    first, second, third = fill_line(LIKE, points).spans
    assert second.releases == ("21.0", "21.1")
    assert (first.change, third.change) == (None, Change.MORE)
    assert second.change is Change.FEWER
    assert second.reason.endswith(", as 21.1 shows")


def test_a_difference_by_chance_starts_no_span_and_is_named() -> None:
    points = [
        uneven("21.0", 6, 6, 3, 3, 6, 3, 6),
        uneven("21.1", 4, 5, 8, 5, 4, 5, 6),
        uneven("21.2", 6, 3, 6, 6, 3, 3, 6),
    ]
    said = "21.0 – 21.2: up to 6 (21.1 up to 8, which chance explains)"
    assert in_short(*points) == said
    (span,) = fill_line(LIKE, points).spans
    assert (span.floor, span.ceiling) == (3, 8)


def test_numbers_do_not_drift_within_a_span() -> None:
    """Chance explains each step between neighbours, but not both steps together."""
    before, between, after = (
        steady("20.1.0", 8),
        uneven("21.0.0", 5, 8, 5, 6, 5, 5, 5),
        uneven("21.0.1", 5, 6, 5, 6, 5, 5, 5),
    )
    assert in_short(before, between) == (
        "20.1.0 – 21.0.0: 8 (21.0.0 up to 8, which chance explains)"
    )
    assert in_short(between, after) == (
        "21.0.0 – 21.0.1: up to 8 (21.0.1 up to 6, which chance explains)"
    )
    found = fill_line(LIKE, [before, between, after])
    assert [span.releases for span in found.spans] == [
        ("20.1.0", "21.0.0"),
        ("21.0.1",),
    ]
    drifted = found.spans[1]
    assert drifted.change is Change.FEWER
    assert drifted.reason == "8 before; now 5 to 6, compared with 20.1.0"
    assert [version.name for version in drifted.versions] == []


def test_a_release_after_a_drift_is_compared_with_its_own_span_only() -> None:
    points = [
        steady("20.1.0", 8),
        uneven("21.0.0", 5, 8, 5, 6, 5, 5, 5),
        uneven("21.0.1", 5, 6, 5, 6, 5, 5, 5),
        uneven("21.1.0", 5, 6, 5, 8, 5, 5, 5),
        steady("21.2.0", 8),
    ]
    found = fill_line(LIKE, points)
    assert [span.releases for span in found.spans] == [
        ("20.1.0", "21.0.0"),
        ("21.0.1", "21.1.0"),
        ("21.2.0",),
    ]


def test_many_releases_that_chance_moves_are_one_span() -> None:
    """Among 780 pairs, one that is less likely than 1 in 1000 is no surprise."""
    draw = random.Random(10)
    points = [
        uneven(f"1.{minor}", *(draw.choice([4, 8]) for _ in range(10)))
        for minor in range(40)
    ]
    alone = [compare_points([pair])[0].change for pair in combinations(points, 2)]
    assert sum(change is not Change.SAME for change in alone) == 1
    (span,) = fill_line(LIKE, points).spans
    assert len(span.releases) == 40


def test_broken_releases_are_spans_and_inconclusive_ones_are_gaps() -> None:
    points = [
        broken("0.9", Outcome.NOT_SUPPORTED, "needs Python <3, not 3.11"),
        steady("0.12", 1),
        broken("1.0", Outcome.NOT_INSTALLED, "Flask==1.0 could not be installed"),
        broken("1.0.1", Outcome.NOT_INSTALLED, "Flask==1.0.1 could not be installed"),
        broken("1.0.2", Outcome.HARNESS_FAILED),
        steady("1.0.3", 4),
        broken("2.0", Outcome.NOT_STARTED),
    ]
    assert in_short(*points) == "0.12: 1; 1.0.3: 4; 2.0: not started"
    gaps = fill_line(LIKE, points).gaps
    assert [gap.releases for gap in gaps] == [*(("0.9",), ("1.0", "1.0.1"), ("1.0.2",))]


def test_a_reason_that_names_its_release_is_one_gap() -> None:
    points = [
        broken(release, Outcome.NOT_SUPPORTED, f"needs Flask >=0.11, not {release}: x")
        for release in ("0.10", "0.10.1")
    ]
    (gap,) = fill_line(LIKE, points).gaps
    assert gap.releases == ("0.10", "0.10.1")
    assert gap.reason == "needs Flask >=0.11: x"


def test_a_number_that_depends_on_the_machine_is_not_compared() -> None:
    """Two machines have added to this history."""
    other = msgspec.structs.replace(HOST, processors=4)
    seen = evidence_of("2.0", [offer(8, n, (2, 4)) for n in (4, 5, 8, 5, 4)])
    there = point("2.0", msgspec.structs.replace(seen, host=other))
    found = fill_line(LIKE, [uneven("1.0", 4, 5, 8, 5, 4, 5), there])
    assert len(found.spans) == 1
