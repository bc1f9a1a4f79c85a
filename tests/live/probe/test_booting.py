"""A quiet server may still start workers: more slots appear while everybody sleeps."""

import pytest

from harness.judge.verdict import verdict_on
from harness.probe import booting
from harness.records.words import Verdict
from tests.live.commands import odd
from tests.live.conftest import Measure


@pytest.mark.parametrize(
    ("way", "number"), [("late", 2), ("boots-in-turn", 4), ("boots-computing", 3)]
)
def test_workers_that_boot_late_are_waited_for(
    measure: Measure, way: str, number: int
) -> None:
    evidence = measure(odd(way), declared=number)
    assert evidence.restarts == 0, "it was waited for before the first round"
    assert verdict_on(evidence, 64)[0] is Verdict.AS_DECLARED
    for round_ in evidence.rounds:
        assert round_.admitted == min(round_.offered, number)


@pytest.mark.parametrize("way", ["asks-first", "asks-now-and-then"])
def test_requests_that_sleep_in_front_of_the_app_are_waited_for(
    measure: Measure, way: str
) -> None:
    evidence = measure(odd(way), declared=3)
    assert verdict_on(evidence, 64)[0] is Verdict.AS_DECLARED
    for round_ in evidence.rounds:
        assert round_.admitted == min(round_.offered, 3)


@pytest.mark.parametrize(
    ("declared", "word"), [(3, Verdict.UNKNOWN), (2, Verdict.AS_DECLARED)]
)
def test_a_thread_that_sleeps_all_the_while_may_take_requests_later(
    measure: Measure, declared: int, word: Verdict
) -> None:
    evidence = measure(odd("sleeps-on"), declared=declared)
    given, reason = verdict_on(evidence, 64)
    assert given is word, reason
    if word is Verdict.UNKNOWN:
        assert "1 thread of the server slept the whole time" in reason
        assert max(round_.asleep for round_ in evidence.rounds) == 1


def test_children_of_an_app_are_no_workers_if_there_is_a_master(
    measure: Measure,
) -> None:
    evidence = measure(odd("app-forks"), declared=4)
    assert (evidence.workers, evidence.idle_workers) == (2, 0)
    given, reason = verdict_on(evidence, 64)
    assert given is Verdict.UNEVEN, reason


@pytest.mark.parametrize(
    ("declared", "word"), [(3, Verdict.UNKNOWN), (2, Verdict.AS_DECLARED)]
)
def test_a_child_of_the_only_worker_is_not_waited_for_as_long(
    measure: Measure, monkeypatch: pytest.MonkeyPatch, declared: int, word: Verdict
) -> None:
    monkeypatch.setattr(booting, "FORKED_SECONDS", 0.5)
    evidence = measure(odd("app-forks-alone"), declared=declared)
    given, reason = verdict_on(evidence, 64)
    assert given is word, reason


def test_replaced_workers_are_measured(measure: Measure) -> None:
    evidence = measure(odd("recycles"), declared=2)
    word, reason = verdict_on(evidence, 64)
    assert any(round_.replaced for round_ in evidence.rounds) or not all(
        round_.same_workers for round_ in evidence.steered
    )
    # It may replace some workers in every round in which a request would wait.
    assert word in (Verdict.AS_DECLARED, Verdict.UNKNOWN), reason
