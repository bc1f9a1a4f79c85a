"""Servers of known capacity are measured exactly, whatever else is going on."""

import pytest

from harness.judge.verdict import verdict_on
from harness.records.words import Outcome
from harness.records.words import Settled
from tests.live.commands import assert_exactly
from tests.live.commands import control
from tests.live.commands import odd
from tests.live.conftest import Measure
from tests.live.known_shape import Shape

SHAPES = [(1, 1), (1, 2), (1, 7), (2, 1), (4, 1), (2, 3), (3, 2), (4, 4), (8, 4)]


@pytest.mark.parametrize(("processes", "threads"), SHAPES)
def test_a_bounded_server_is_measured_exactly(
    measure: Measure, processes: int, threads: int
) -> None:
    capacity = processes * threads
    evidence = measure(control(processes, threads), declared=capacity)
    assert_exactly(evidence, processes, threads)
    most = 4 * capacity if processes == 1 else capacity + 1
    assert max(round_.offered for round_ in evidence.rounds) == most
    assert evidence.workers == processes
    for steered in evidence.steered:
        assert (steered.admitted, steered.waiting) == (
            capacity,
            steered.offered - capacity,
        )
        assert (steered.processes, steered.threads) == (processes, threads)


@pytest.mark.parametrize("declared", [1, 3, 6, 12, None])
def test_the_declared_number_does_not_change_the_result(
    measure: Measure, declared: int | None
) -> None:
    evidence = measure(control(2, 2), declared=declared, limit=20)
    for round_ in evidence.rounds:
        assert round_.admitted == min(round_.offered, 4)


def test_an_unbounded_server_admits_every_request(measure: Measure) -> None:
    evidence = measure(
        control(1, 1, "--unbounded"), declared=None, limit=50, also_offered=(500,)
    )
    assert evidence.outcome is Outcome.MEASURED
    assert {round_.offered for round_ in evidence.rounds} == {1, 50, 500}
    for round_ in evidence.rounds:
        assert round_.admitted == round_.offered == round_.threads
        assert round_.settled is Settled.ALL_ENTERED
        assert round_.processes == 1


def test_capacity_that_appears_late_is_waited_for(measure: Measure) -> None:
    evidence = measure(odd("joins-in"), declared=2)
    assert evidence.restarts == 1
    assert_exactly(evidence, 2, 1)


def test_a_worker_that_never_runs_its_connection_is_noticed(measure: Measure) -> None:
    evidence = measure(odd("deaf"), declared=2)
    assert {round_.admitted for round_ in evidence.rounds} == {1}
    first_pair = next(round_ for round_ in evidence.rounds if round_.offered == 2)
    assert first_pair.waiting + first_pair.account.reset == 1


def test_requests_answered_without_entering_are_not_admitted(measure: Measure) -> None:
    evidence = measure(odd("turns-away"), declared=3)
    for round_ in evidence.rounds:
        admitted = min(round_.offered, 3)
        assert round_.admitted == round_.account.answered == admitted
        turned_away = round_.offered - admitted
        assert round_.account.answered_without_entering == turned_away
        assert round_.waiting == 0


def test_a_thread_that_never_rests_is_recognised(measure: Measure) -> None:
    evidence = measure(odd("restless"), declared=2)
    for round_ in evidence.rounds:
        assert round_.admitted == min(round_.offered, 2)
        if round_.waiting:
            assert round_.settled is Settled.SCHEDSTAT


@pytest.mark.parametrize(
    ("style", "pause", "seconds"),
    [
        ("napping_parent", "sleep", 0.3),
        ("napping_parent", "event", 0.05),
        ("looking_parent", "epoll", 0.3),
    ],
)
def test_a_process_that_lets_the_others_go_first_is_a_worker(
    measure: Measure, style: str, pause: str, seconds: float
) -> None:
    numbers = {"each": [1, 2], "pause": pause, "seconds": seconds}
    shape = Shape(style, numbers, declared=3)
    evidence = measure(shape.command, declared=3)
    assert evidence.workers == 2
    assert max(round_.admitted for round_ in evidence.steered) == 3
    assert verdict_on(evidence, 64)[0] is shape.verdict
