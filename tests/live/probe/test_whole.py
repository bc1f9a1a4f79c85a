"""A quiet server is not yet whole: capacity that comes while everybody sleeps."""

from __future__ import annotations

import pytest

from harness.judge.verdict import verdict_on
from harness.records.words import Verdict
from tests.live.commands import odd
from tests.live.conftest import Measure


@pytest.mark.parametrize(
    ("way", "number"), [("late", 2), ("boots-in-turn", 4), ("boots-computing", 3)]
)
def test_workers_that_boot_late(measure: Measure, way: str, number: int) -> None:
    evidence = measure(odd(way), declared=number)
    assert evidence.restarts == 0, "it was waited for before the first round"
    assert verdict_on(evidence, 64)[0] is Verdict.AS_DECLARED
    for each in evidence.rounds:
        assert each.admitted == min(each.offered, number)


@pytest.mark.parametrize("way", ["asks-first", "asks-now-and-then"])
def test_what_sleeps_in_front_of_the_app(measure: Measure, way: str) -> None:
    evidence = measure(odd(way), declared=3)
    assert verdict_on(evidence, 64)[0] is Verdict.AS_DECLARED
    for each in evidence.rounds:
        assert each.admitted == min(each.offered, 3)


def test_workers_that_are_replaced(measure: Measure) -> None:
    evidence = measure(odd("recycles"), declared=2)
    word, reason = verdict_on(evidence, 64)
    assert any(each.replaced for each in evidence.rounds) or not all(
        each.same_workers for each in evidence.steered
    )
    # It may replace some in every round in which a request would have waited.
    assert word in (Verdict.AS_DECLARED, Verdict.UNKNOWN), reason
