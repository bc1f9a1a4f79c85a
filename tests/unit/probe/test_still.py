"""When a process tree that computes can be expected to let nobody in any more."""

import pytest

from harness.probe import still as still_module
from harness.probe.look import ALLOWANCE
from harness.probe.look import Look
from harness.probe.look import Thread
from harness.probe.still import Budget
from harness.probe.still import BUDGET_SECONDS
from harness.probe.still import enough_budget
from harness.probe.still import NO_BUDGET
from harness.probe.still import STEADY_LOOKS
from harness.probe.still import STEADY_SECONDS
from harness.probe.still import Still

A, B, C = (10, 10), (10, 11), (11, 11)
BUDGET = Budget(frozenset({10}), 100)


def watched(*ran: tuple[int, int, int], runnable: tuple[Thread, ...] = (A,)) -> Still:
    """Return the conclusion after A, B and C had run so long in turn; A still runs."""
    still = Still(frozenset(), BUDGET)
    for each in ran:
        its = dict(zip((A, B, C), each, strict=True))
        still.add(Look(its, runnable, 0, its))
    return still


def test_a_thread_that_computed_for_long_let_nobody_in() -> None:
    still = watched((0, 0, 0), (100, 0, 0), (150, 0, 0), (200, 0, 0))
    assert (still.rested, still.in_vain) == (1, 3)


@pytest.mark.parametrize(
    "last",
    [(99, 0, 0), (300, 1, 0), (300, 0, ALLOWANCE + 1)],
    ids=["too short", "another thread of the process", "another process"],
)
def test_otherwise_more_requests_may_be_on_their_way(
    last: tuple[int, int, int],
) -> None:
    assert watched((0, 0, 0), (50, 0, 0), last).in_vain == 1


def test_a_new_process_may_compute_while_it_starts() -> None:
    assert watched((0, 0, 0), (0, 0, 200), (0, 0, 400), runnable=(C,)).in_vain == 1


def test_a_thread_about_to_use_up_its_budget_is_waited_for() -> None:
    begun = watched((0, 0, 0), *[(20, 0, 0)] * STEADY_LOOKS)
    assert not begun.gave_up(60.0)
    begun._since -= BUDGET_SECONDS
    assert begun.gave_up(60.0)


def test_a_thread_that_has_hardly_used_its_budget_is_not_waited_for() -> None:
    idle = watched((0, 0, 0), *[(9, 0, 0)] * STEADY_LOOKS)
    idle._since -= STEADY_SECONDS
    assert idle.gave_up(60.0)


def test_a_count_has_to_stand_still_for_long_and_be_looked_at_often() -> None:
    looks = [(number, 0, 0) for number in range(STEADY_LOOKS)]
    assert not watched(*looks).gave_up(60.0), "no time has passed"
    steady = watched(*looks)
    steady._since -= STEADY_SECONDS
    assert steady.gave_up(60.0)
    few = watched(*looks[:-1])
    few._since -= 60.0
    assert not few.gave_up(60.0)


def test_without_a_budget_no_wait_is_in_vain() -> None:
    still = Still(frozenset(), NO_BUDGET)
    for ran in (0, 10**12, 2 * 10**12):
        still.add(Look({A: ran}, (A,), 0, {A: ran}))
    assert still.in_vain == 0


@pytest.mark.parametrize(
    ("waiting", "alone", "milliseconds"),
    [(0, 0, 251), (5, 0, 255), (1, 100, 301), (16, 100, 3 * 8 * 100 + 16)],
)
def test_the_budget_grows_with_the_number_and_the_cost_of_requests(
    waiting: int, alone: int, milliseconds: int
) -> None:
    budget = enough_budget({10}, waiting, alone * 1_000_000)
    assert budget == Budget(frozenset({10}), milliseconds * 1_000_000)


@pytest.mark.parametrize(
    ("waited_for_processors", "seconds", "gives_up"),
    [(0, 1.0, False), (0, 3.0, True), (300, 3.0, False), (300, 9.0, True)],
)
def test_where_threads_wait_for_processors_there_is_more_patience(
    waited_for_processors: int, seconds: float, gives_up: bool
) -> None:
    still = Still(frozenset(), Budget(frozenset(), 0))
    for number in range(STEADY_LOOKS):
        waited = waited_for_processors * number
        still.add(Look({A: 100 * number + waited}, (A,), waited, {}))
    still._since -= 60.0
    assert still.gave_up(seconds, patience=2.0) is gives_up


@pytest.mark.parametrize(
    ("milliseconds", "turns", "had"),
    [(10, 10, False), (100, 1, True), (1, 50, True)],
    ids=["hardly ran", "ran for long", "ran often"],
)
def test_a_thread_that_never_rests_has_had_its_turn_once_it_could_do_anything(
    monkeypatch: pytest.MonkeyPatch, milliseconds: int, turns: int, had: bool
) -> None:
    now = 0, 0
    monkeypatch.setattr(still_module, "thread_turns", lambda *_: now)
    still = Still(frozenset({A}), NO_BUDGET)
    still.add(Look({A: 0}, ()))
    now = milliseconds * 1_000_000, turns
    assert still.all_had_their_turn() is had
