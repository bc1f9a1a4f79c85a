"""Which workers have not held a request yet, and when their turn is over."""

from harness.probe.idle_workers import IdleWorkers
from harness.probe.orders import Choice

THREE = Choice((1, 2, 3))


def test_workers_without_a_request_are_counted_once_any_had_one() -> None:
    idle = IdleWorkers()
    idle.see(THREE, {7}, 0)
    assert idle.count == 0  # these processes may pass requests on
    idle.see(THREE, {7, 1}, 1)
    assert idle.count == 2


def test_rounds_are_early_until_every_worker_held_a_request() -> None:
    idle = IdleWorkers()
    idle.see(THREE, {1}, 1)
    idle.see(THREE, {1, 2, 3}, 4)
    idle.see(THREE, {1, 2, 3}, 6)
    assert (idle.count, idle.early) == (0, 4)
    idle.begin_anew()
    idle.see(THREE, {1, 2, 3}, 2)
    assert idle.early == 0


def test_a_worker_that_takes_requests_after_its_turn_had_not_booted() -> None:
    idle = IdleWorkers()
    assert not idle.see(THREE, {1}, 5)
    idle.filled()
    assert not idle.see(THREE, {1, 2}, 5)
    assert idle.see(THREE, {1, 2, 3}, 6)
