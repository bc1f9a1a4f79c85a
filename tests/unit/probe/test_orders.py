"""Which orders of workers are tried, and when the results are believed."""

from typing import Any

import msgspec
import pytest

from harness.probe.orders import Choice
from harness.probe.orders import next_steered
from harness.probe.orders import obstacle
from harness.probe.orders import Steer
from harness.probe.orders import TRIES
from harness.probe.orders import TRIES_REPLACED
from harness.records.steering import are_alike
from harness.records.steering import Goal
from harness.records.steering import is_conclusive
from harness.records.steering import least_is_guaranteed
from harness.records.steering import least_rounds
from harness.records.steering import SteeredRound
from harness.records.steering import Steering
from harness.records.words import Settled
from tests.builders.steered import run_steered
from tests.builders.steered import steered

STOP, PORT = Steering.STOP, Steering.PORT
GREEDY = 1000


def run(choice: Choice, load: int, threads: int, spare: int) -> list[SteeredRound]:
    """Return all steered rounds of workers that run so many each and take more."""
    done: list[SteeredRound] = []
    while step := next_steered(choice, load, done):
        assert choice.by is not None
        done.append(run_steered(step, threads, spare, by=choice.by))
        assert len(done) < 20
    return done


@pytest.mark.parametrize(
    ("workers", "threads", "spare", "least"),
    [
        (2, 4, GREEDY, 4),
        (4, 2, GREEDY, 2),
        (2, 4, 0, 8),
        (2, 4, 1, 7),
        (4, 2, 1, 6),
        (4, 1, 0, 4),
    ],
)
@pytest.mark.parametrize("by", [STOP, PORT])
def test_one_order_and_its_reverse_find_the_least(
    by: Steering, workers: int, threads: int, spare: int, least: int
) -> None:
    order = tuple(range(1, workers + 1))
    done = run(Choice(order, by), workers * threads, threads, spare)
    most, *leasts = done
    assert (most.goal, most.admitted) == (Goal.MOST, workers * threads)
    firsts = [1, workers] if by is STOP else [*order]
    assert [round_.workers[0] for round_ in leasts] == firsts
    assert {round_.admitted for round_ in leasts} == {least}
    assert least_is_guaranteed(leasts)
    assert not obstacle(Choice(order, by), workers * threads, done)


def test_one_request_has_no_order() -> None:
    (done,) = run(Choice((1, 2), STOP), 1, 1, GREEDY)
    assert done.goal is Goal.MOST


def test_if_orders_disagree_each_worker_is_first_once() -> None:
    choice, done = Choice((1, 2, 3), STOP), list[SteeredRound]()
    while step := next_steered(choice, 6, done):
        after = (2, 3, 3) if step.order[0] == 2 else (2, 4, 4 + step.order[0])
        if step.goal is Goal.MOST:
            after = (2, 4, 6)
        done.append(steered(step.goal, step.order, 6, after, opened=step.opened))
    orders = [each.workers for each in done if each.goal is Goal.LEAST]
    assert orders == [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2)]
    assert min(round_.admitted for round_ in least_rounds(done, 6)) == 3
    assert least_is_guaranteed(least_rounds(done, 6))


def unlike(step: Steer) -> SteeredRound:
    """Return the round of a step with workers that run 3, 1 and 3 of what they take."""
    if step.goal is Goal.MOST:
        return steered(step.goal, step.order, step.load, (3, 4, 7), shares=(3, 1, 3))
    alone = 1 if step.order[0] == 2 else 3
    return steered(step.goal, step.order, 7, (alone, alone), opened=step.opened)


def test_if_workers_differ_each_is_first_once() -> None:
    """One order and its reverse agree, and another first worker gives less."""
    choice, done = Choice((1, 2, 3), STOP), list[SteeredRound]()
    while step := next_steered(choice, 7, done):
        leasts = least_rounds(done, 7)
        assert not least_is_guaranteed(leasts, alike=are_alike(done))
        done.append(unlike(step))
    assert not are_alike(done) and are_alike(done[1:])
    assert [each.workers[0] for each in done[1:]] == [1, 3, 2, 3]
    leasts = least_rounds(done, 7)
    assert min(round_.admitted for round_ in leasts) == 1
    assert least_is_guaranteed(leasts, alike=False)


FAULTS: dict[str, dict[str, Any]] = {
    "workers were replaced meanwhile": {"same_workers": False},
    "a worker would have been stopped for too long": {"complete": False},
    "the server was never quiet": {
        "settled": (Settled.SCHEDSTAT, Settled.STEADY_COUNT)
    },
    "source ports did not lead to the same worker again": {"elsewhere": 1},
    "requests got lost when workers had been stopped": {"stalled": 1},
    "not all requests got a connection": {"asked": 99},
}


@pytest.mark.parametrize("reason", FAULTS)
def test_a_round_that_is_not_conclusive_is_tried_again_and_given_up(
    reason: str,
) -> None:
    choice, done = Choice((1, 2), STOP), list[SteeredRound]()
    while step := next_steered(choice, 8, done):
        fault = FAULTS[reason] if step.goal is Goal.LEAST else {}
        done.append(run_steered(step, 4, GREEDY, **fault))
    tries = TRIES_REPLACED if "same_workers" in FAULTS[reason] else TRIES
    assert [each.goal for each in done] == [Goal.MOST, *[Goal.LEAST] * tries]
    assert obstacle(choice, 8, done) == reason
    assert not least_rounds(done, 8)


def test_workers_of_which_none_takes_anything_alone_hold_a_lock() -> None:
    choice, done = Choice((1, 2), STOP), list[SteeredRound]()
    while step := next_steered(choice, 8, done):
        after = (4, 8) if step.goal is Goal.MOST else (0, 8)
        done.append(steered(step.goal, step.order, 8, after, opened=step.opened))
    assert obstacle(choice, 8, done) == "no worker took a request while it ran alone"
    assert not least_is_guaranteed(least_rounds(done, 8))


def test_one_worker_that_takes_requests_alone_is_enough() -> None:
    leasts = [
        steered(Goal.LEAST, (1, 2), 8, (0, 8)),
        steered(Goal.LEAST, (2, 1), 8, (4, 8)),
    ]
    assert least_is_guaranteed(leasts)
    assert not least_is_guaranteed(leasts[:1])
    assert not least_is_guaranteed([*leasts, steered(Goal.LEAST, (3, 2, 1), 8, (4, 8))])


def test_a_restarted_server_continues_with_the_next_order() -> None:
    """Its workers have other process ids, and are again the first and the second."""
    choice, done = Choice((1, 2), STOP), run(Choice((1, 2), STOP), 8, 4, GREEDY)
    assert next_steered(choice._replace(workers=(7, 8)), 8, done) is None
    leasts = [
        steered(Goal.LEAST, (1, 2), 8, (4, 8)),
        steered(Goal.LEAST, (8, 7), 8, (4, 8)),
    ]
    assert least_is_guaranteed(leasts)


def gives(step: Steer, sent: int, opened: int) -> SteeredRound:
    """Return the round of a step if the two ways to arrive differ."""
    if step.goal is Goal.MOST:
        return steered(step.goal, step.order, step.load, (4, 8))
    admitted = opened if step.opened else sent
    after = (min(4, admitted), admitted)
    return steered(step.goal, step.order, step.load, after, opened=step.opened)


def test_if_arrivals_differ_each_worker_is_first_in_the_worse_one() -> None:
    choice, done = Choice((1, 2, 3), STOP), list[SteeredRound]()
    while step := next_steered(choice, 8, done):
        assert not least_is_guaranteed(least_rounds(done, 8))
        done.append(gives(step, 7, 3))
    firsts = [(each.workers[0], each.opened) for each in done[1:]]
    assert firsts == [(1, False), (3, True), (1, True), (2, True)]
    assert least_is_guaranteed(least_rounds(done, 8))


def test_a_round_that_admits_none_ends_the_search() -> None:
    choice, done = Choice((1, 2, 3), STOP), list[SteeredRound]()
    while step := next_steered(choice, 8, done):
        done.append(gives(step, 7, 0))
    assert [each.opened for each in done[1:]] == [False, True]
    assert least_is_guaranteed(least_rounds(done, 8))


def test_a_stall_with_all_workers_running_is_conclusive() -> None:
    none: dict[str, Any] = {"stalled": 8, "settled": (Settled.IN_VAIN,)}
    assert is_conclusive(steered(Goal.LEAST, (1, 2), 8, (0,), opened=True, **none))
    assert not is_conclusive(steered(Goal.LEAST, (1, 2), 8, (0,), **none))


def test_too_many_requests_are_not_steered() -> None:
    assert not obstacle(Choice((1, 2), STOP), 256, [])
    assert obstacle(Choice((1, 2), STOP), 257, [])


def test_an_order_that_cannot_be_chosen_has_a_reason() -> None:
    assert obstacle(Choice((1, 2), None, "a reason"), 8, []) == "a reason"
    assert obstacle(Choice((1,)), 8, []) == ""


def of_a_lock(step: Steer) -> SteeredRound:
    """Return the round of a step with two workers, the second of which has the lock.

    The first runs 3 of all requests that it takes, and the second 1.
    """
    if step.goal is Goal.MOST:
        return steered(step.goal, step.order, 4, (0, 1, 4), shares=(3, 1), takers=(2,))
    after = (1,) if step.order[0] == 2 else (0, 1)
    return steered(step.goal, step.order, 4, after, alone=1, takers=(2,))


def test_the_worker_with_the_lock_is_first_in_every_order() -> None:
    choice, done = Choice((1, 2), STOP), list[SteeredRound]()
    while step := next_steered(choice, 4, done):
        assert not obstacle(choice, 4, done)
        done.append(msgspec.structs.replace(of_a_lock(step), opened=step.opened))
    leasts = least_rounds(done, 4)
    assert {round_.workers[0] for round_ in leasts} == {1, 2}
    assert not least_is_guaranteed(leasts, alike=are_alike(done))
    assert "not each could be the first" in obstacle(choice, 4, done)
    older = [msgspec.structs.replace(round_, takers=None) for round_ in leasts]
    assert least_is_guaranteed(older, alike=False)


def test_a_worker_that_was_passed_over_is_not_full() -> None:
    choice = Choice((1, 2), STOP)
    once = steered(Goal.MOST, (1, 2), 4, (0, 3, 3), takers=(2,), passed_over=1)
    assert not is_conclusive(once)
    step = next_steered(choice, 4, [once])
    assert step is not None and step.goal is Goal.MOST
    assert next_steered(choice, 4, [once, once]) is None
    assert "one of them took all requests" in obstacle(choice, 4, [once, once])
