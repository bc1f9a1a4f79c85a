"""Which workers have not been seen to hold a request, and until when."""

from harness.probe.idle_workers import IdleWorkers
from harness.probe.orders import Choice

THREE = Choice((1, 2, 3))


def test_workers_without_a_request_are_counted_once_any_had_one() -> None:
    idle = IdleWorkers()
    idle.see(THREE, {7}, 0)
    assert idle.count == 0  # they may pass requests on
    idle.see(THREE, {7, 1}, 1)
    assert idle.count == 2


def test_rounds_are_early_until_the_last_worker_has_shown_itself() -> None:
    idle = IdleWorkers()
    idle.see(THREE, {1}, 1)
    idle.see(THREE, {1, 2, 3}, 4)
    idle.see(THREE, {1, 2, 3}, 6)
    assert (idle.count, idle.early) == (0, 4)
    idle.begin_anew()
    idle.see(THREE, {1, 2, 3}, 2)
    assert idle.early == 0


def test_one_that_takes_requests_after_its_turn_was_not_up_in_it() -> None:
    idle = IdleWorkers()
    assert not idle.see(THREE, {1}, 5)
    idle.filled()
    assert not idle.see(THREE, {1, 2}, 5)
    assert idle.see(THREE, {1, 2, 3}, 6)
