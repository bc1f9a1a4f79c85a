"""When two looks at all threads of a tree prove that it slept in between."""

from __future__ import annotations

import pytest

from harness.probe.quiet import ALLOWANCE
from harness.probe.quiet import at_rest
from harness.probe.quiet import Budget
from harness.probe.quiet import Look
from harness.probe.quiet import look_at_nothing
from harness.probe.quiet import slowed_down
from harness.probe.quiet import STEADY_LOOKS
from harness.probe.quiet import Still
from harness.probe.quiet import Thread

A, B = (10, 10), (10, 11)


def test_nothing_moved() -> None:
    assert at_rest(Look({A: 5, B: 7}, ()), Look({A: 5, B: 7}, ()))


def test_housekeeping_is_allowed_over_the_whole_tree() -> None:
    half = ALLOWANCE // 2
    before = Look({A: 0, B: 0}, ())
    assert at_rest(before, Look({A: half, B: half}, ()))
    assert not at_rest(before, Look({A: half, B: half + 2}, ()))


@pytest.mark.parametrize(("first", "second"), [((A,), ()), ((), (A,))])
def test_a_thread_that_waits_for_a_processor_is_not_charged_yet(
    first: tuple[Thread, ...], second: tuple[Thread, ...]
) -> None:
    assert not at_rest(Look({A: 5}, first), Look({A: 5}, second))


def test_threads_that_come_or_go_are_movement() -> None:
    one, two = Look({A: 5}, ()), Look({A: 5, B: 0}, ())
    assert not at_rest(one, two)
    assert not at_rest(two, one)


def test_what_cannot_be_seen_is_never_known_to_be_quiet() -> None:
    unseen = look_at_nothing([])
    assert not at_rest(unseen, unseen)


@pytest.mark.parametrize(
    ("spent", "waited", "times"),
    [(100, 0, 1.0), (100, 50, 2.0), (100, 70, 10 / 3), (1000, 999, 4.0), (0, 0, 1.0)],
)
def test_how_much_slower_a_tree_is_that_waits_for_processors(
    spent: int, waited: int, times: float
) -> None:
    before, now = Look({A: 7}, (), 3), Look({A: 7 + spent}, (), 3 + waited)
    assert slowed_down(before, now) == pytest.approx(times)


C = (11, 11)
BUDGET = Budget(frozenset({10}), 100)


def watched(*ran: tuple[int, int, int], runnable: tuple[Thread, ...] = (A,)) -> Still:
    """What is known after looks by which A, B and C ran so long; A still runs."""
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
def test_else_more_may_be_on_their_way(last: tuple[int, int, int]) -> None:
    assert watched((0, 0, 0), (50, 0, 0), last).in_vain == 1


def test_a_process_that_is_new_may_compute_as_it_starts() -> None:
    assert watched((0, 0, 0), (0, 0, 200), (0, 0, 400), runnable=(C,)).in_vain == 1


def test_one_that_is_about_to_use_up_its_budget_is_waited_for() -> None:
    begun = watched((0, 0, 0), *[(20, 0, 0)] * STEADY_LOOKS)
    assert not begun.gave_up(patience_over=True)
