"""When two looks at all threads prove that a process tree slept in between."""

import pytest

from harness.probe.look import at_rest
from harness.probe.look import Look
from harness.probe.look import look_at_nothing
from harness.probe.look import slowed_down
from harness.probe.look import Thread

A, B = (10, 10), (10, 11)


def test_equal_looks_prove_rest() -> None:
    assert at_rest(Look({A: 5, B: 7}, ()), Look({A: 5, B: 7}, ()))


def test_housekeeping_is_allowed_over_the_whole_tree() -> None:
    """To admit a request takes a millisecond or more, a timer far less."""
    before = Look({A: 0, B: 0}, ())
    assert at_rest(before, Look({A: 100_000, B: 100_000}, ()))
    assert not at_rest(before, Look({A: 250_000, B: 250_000}, ()))


@pytest.mark.parametrize(("first", "second"), [((A,), ()), ((), (A,))])
def test_a_thread_that_waits_for_a_processor_is_not_at_rest(
    first: tuple[Thread, ...], second: tuple[Thread, ...]
) -> None:
    assert not at_rest(Look({A: 5}, first), Look({A: 5}, second))


def test_new_and_ended_threads_are_movement() -> None:
    one, two = Look({A: 5}, ()), Look({A: 5, B: 0}, ())
    assert not at_rest(one, two)
    assert not at_rest(two, one)


def test_unreadable_threads_are_never_quiet() -> None:
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
