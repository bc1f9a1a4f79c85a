"""In which order loads and steered rounds are offered, and when they start over."""

from typing import Any

import msgspec
import pytest

from harness.probe.further import ROUNDS_IF_SHARED
from harness.probe.further import ROUNDS_IF_UNEVEN
from harness.probe.loads import Offer
from harness.probe.orders import Choice
from harness.probe.orders import SEVERAL_SOCKETS
from harness.probe.orders import Steer
from harness.probe.orders import TRIES_REPLACED
from harness.probe.schedule import LEARNING_ROUNDS
from harness.probe.schedule import OTHER_SERVERS
from harness.probe.schedule import Schedule
from harness.records.rounds import Round
from harness.records.steering import BY_THREADS
from harness.records.steering import Goal
from harness.records.steering import Steering
from harness.records.words import Settled
from tests.builders.steered import run_steered
from tests.builders.steered import seen
from tests.builders.steered import steered

ONE = Choice((1,))
TWO = Choice((1, 2), Steering.STOP)


def late(done: Round) -> Round:
    """The same round, in which one request entered late."""
    return msgspec.structs.replace(done, late=1)


def run(schedule: Schedule, capacity: int, choice: Choice = ONE) -> list[int]:
    """Run a schedule against a server of known capacity; return the offered loads."""
    loads = []
    schedule.choose_among(choice)
    while step := schedule.next():
        if isinstance(step, Steer):
            each = capacity // len(choice.workers)
            schedule.record_steered(run_steered(step, each, 1000))
        else:
            loads.append(step.asked)
            schedule.record(seen(step.asked, min(step.asked, capacity)))
    return loads


def test_the_schedule_of_a_server_as_declared_is_short() -> None:
    schedule = Schedule(4, 64)
    loads = [1, 4, 4, 4, 5, 16]
    assert run(schedule, 4) == loads
    assert [round_.offered for round_ in schedule.rounds] == loads
    assert schedule.begun_anew == 0
    assert schedule.workers == 1


def test_a_server_that_never_admits_a_request_is_given_up() -> None:
    assert run(Schedule(4, 64), 0) == [1, 4]


def test_workers_are_steered_if_their_order_can_be_chosen() -> None:
    schedule = Schedule(8, 64)
    assert run(schedule, 8, TWO) == [1, 8, 8, 8, 9]
    assert [round_.goal for round_ in schedule.steered] == ["most", "least", "least"]
    assert (schedule.workers, schedule.not_steered) == (2, "")


@pytest.mark.parametrize(
    "choice",
    [
        Choice((1, 2), reason="they may not be stopped"),
        Choice(reason=SEVERAL_SOCKETS),
        Choice(reason=BY_THREADS),
    ],
)
def test_more_rounds_are_offered_if_the_order_cannot_be_chosen(
    choice: Choice,
) -> None:
    schedule = Schedule(8, 64)
    assert run(schedule, 8, choice) == [
        1,
        8,
        8,
        8,
        9,
        *[8] * (ROUNDS_IF_SHARED - 3),
        32,
    ]
    assert schedule.not_steered == choice.reason


def test_a_least_that_is_not_conclusive_is_left_to_chance() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    loads = []
    while step := schedule.next():
        if isinstance(step, Steer):
            schedule.record_steered(run_steered(step, 4, 1000, complete=False))
        else:
            loads.append(step.asked)
            schedule.record(seen(step.asked, min(step.asked, 8)))
    assert loads == [1, 8, 8, 8, 9, *[8] * (ROUNDS_IF_SHARED - 3), 32]
    assert schedule.not_steered == "a worker would have been stopped for too long"


@pytest.mark.parametrize(
    ("other", "reason"),
    [({"settled": Settled.STEADY_COUNT}, "the server was never quiet")],
)
def test_some_servers_are_not_to_be_stopped(other: Any, reason: str) -> None:
    schedule = Schedule(2, 64)
    schedule.choose_among(TWO)
    while isinstance(step := schedule.next(), Offer):
        admitted = min(step.asked, 2)
        schedule.record(seen(step.asked, admitted, **other))
    assert step is None
    assert schedule.not_steered == reason


def test_an_ordinary_round_below_the_chosen_ones_is_believed() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    loads = []
    while step := schedule.next():
        if isinstance(step, Steer):
            schedule.record_steered(run_steered(step, 4, 0))
        else:
            loads.append(step.asked)
            schedule.record(seen(step.asked, 5 if step.asked == 8 else step.asked))
    assert loads.count(8) == ROUNDS_IF_UNEVEN


def test_source_ports_are_learned_first() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(Choice((1, 2), Steering.PORT, ports=0))
    for load in (1, 8, 8, 8, 9, 32):
        assert isinstance(step := schedule.next(), Offer)
        assert step.asked == load
        schedule.record(seen(step.asked, min(step.asked, 8)))
    schedule.choose_among(Choice((1, 2), Steering.PORT, ports=8))
    assert schedule.next() == Steer(Goal.MOST, (1, 2), 8)


def test_unknown_source_ports_leave_the_order_to_chance() -> None:
    schedule = Schedule(8, 64)
    loads = run(schedule, 8, Choice((1, 2), Steering.PORT, ports=7))
    assert loads.count(32) == LEARNING_ROUNDS
    assert loads.count(8) == ROUNDS_IF_SHARED
    assert schedule.not_steered == (
        "too few source ports are known that lead to each worker"
    )


def test_a_declared_number_that_is_exceeded_is_offered_more_often() -> None:
    assert run(Schedule(4, 64), 9) == [1, 4, 4, 4, 5, 8, 16]
    assert run(Schedule(4, 64), 16, TWO) == [1, 4, 4, 4, 5, 8, 16]


def test_next_repeats_an_offer_until_its_round_is_recorded() -> None:
    schedule = Schedule(4, 64)
    assert schedule.next() == schedule.next() == Offer(1)


def test_rounds_from_before_capacity_appeared_are_dropped() -> None:
    schedule = Schedule(2, 64)
    schedule.record(seen(1, 1))
    schedule.record(late(seen(2, 2)))
    assert schedule.rounds == []
    assert schedule.begun_anew == 1
    assert run(schedule, 2) == [1, 2, 2, 2, 3, 8]


def test_steered_rounds_start_over_too() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    while isinstance(step := schedule.next(), Offer):
        schedule.record(seen(step.asked, min(step.asked, 4)))
    assert isinstance(step, Steer)
    schedule.record_steered(run_steered(step, 4, 0, late=4))
    assert (schedule.rounds, schedule.steered) == ([], [])
    assert run(schedule, 8, TWO) == [1, 8, 8, 8, 9]


def test_a_server_that_is_always_late_is_measured_all_the_same() -> None:
    schedule = Schedule(1, 64)
    schedule.choose_among(ONE)
    while step := schedule.next():
        assert isinstance(step, Offer)
        schedule.record(late(seen(step.asked, 1)))
    assert schedule.begun_anew == 2
    assert [each.offered for each in schedule.rounds] == [1, 2, 4]


def test_patience_is_spent_once_when_nothing_comes_late() -> None:
    schedule = Schedule(4, 64)
    assert schedule.patient_below(Offer(16)) == 4
    assert schedule.patient_below(Offer(2)) == 2
    for admitted in (1, 2):
        assert isinstance(step := schedule.next(), Offer)
        schedule.record(seen(step.asked, admitted))
    assert schedule.patient_below(Offer(16)) == 0


def test_patience_is_kept_until_each_worker_has_had_its_turn() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    assert schedule.patient_below(Offer(8)) == 0
    assert schedule.patient_below(Steer(Goal.MOST, (1, 2), 8)) == 8
    assert schedule.patient_below(Steer(Goal.LEAST, (1, 2), 8)) == 0
    schedule.cannot_steer("they did not stop")
    assert schedule.patient_below(Offer(8)) == 8


def test_patience_continues_after_a_late_request() -> None:
    schedule = Schedule(2, 64)
    schedule.record(late(seen(1, 1)))
    schedule.record(seen(1, 1))
    schedule.record(seen(2, 1))
    assert schedule.patient_below(Offer(2)) == 2


def test_a_worker_that_boots_after_its_turn_restarts_the_rounds() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO, {1})
    while isinstance(step := schedule.next(), Offer):
        schedule.record(seen(step.asked, min(step.asked, 4)))
    assert isinstance(step, Steer)
    schedule.record_steered(steered(step.goal, step.order, 8, (4, 4, 4)))
    schedule.choose_among(TWO, {1})
    assert isinstance(step := schedule.next(), Steer)
    schedule.record_steered(steered(step.goal, step.order, 8, (4, 8)))
    schedule.choose_among(TWO, {1, 2})
    assert (schedule.rounds, schedule.steered, schedule.begun_anew) == ([], [], 1)
    assert run(schedule, 8, TWO) == [1, 8, 8, 8, 9]


def test_a_round_from_before_a_worker_was_up_does_not_set_the_floor() -> None:
    schedule = Schedule(3, 64)
    held, orders = {1}, []
    while step := schedule.next():
        if isinstance(step, Steer):
            orders.append(step.goal)
            schedule.record_steered(run_steered(step, 2, 0))
            held = {1, 2}
        else:
            schedule.record(seen(step.asked, min(step.asked, 2 * len(held))))
        schedule.choose_among(TWO, held)
    assert schedule.begun_anew == 1
    assert {round_.admitted for round_ in schedule.rounds if round_.offered == 3} == {3}
    assert orders == [Goal.MOST, Goal.LEAST, Goal.LEAST] * 2


def test_workers_that_never_held_a_request_are_counted() -> None:
    schedule = Schedule(4, 64)
    schedule.choose_among(Choice((1, 2, 3), Steering.STOP), {1, 7})
    assert schedule.idle.count == 2


def test_a_server_that_is_busy_while_full_is_offered_several_more() -> None:
    schedule = Schedule(100, 64)
    schedule.choose_among(ONE)
    loads = []
    while offer := schedule.next():
        assert isinstance(offer, Offer)
        loads.append(offer.asked)
        busy = {"settled": Settled.STEADY_COUNT} if offer.asked > 100 else {}
        late = offer.asked < 104  # a single excess request does not wait
        release = {} if late else {"entered_on_release": 1}
        schedule.record(seen(offer.asked, min(100, offer.asked), **busy, **release))
    assert loads == [1, 100, 100, 101, 103, 104]


def test_a_server_that_grows_is_watched_a_few_times_only() -> None:
    schedule = Schedule(6, 64, grows=True)
    seen_at = {1: 1, 6: 3, 7: 4, 24: 4, 96: 6}
    asked = []
    while offer := schedule.next():
        assert isinstance(offer, Offer)
        asked.append((offer.asked, offer.anew))
        schedule.record(seen(offer.asked, seen_at[offer.asked]))
    assert asked == [(1, False), (6, False), (7, False), (24, False), (96, True)]


def test_a_server_that_never_reaches_its_number_is_given_up() -> None:
    schedule = Schedule(6, 64, grows=True)
    anew = []
    while offer := schedule.next():
        assert isinstance(offer, Offer)
        anew.append(offer.anew)
        schedule.record(seen(offer.asked, min(3, offer.asked)))
    assert anew == [False] * 4 + [True] * 2


@pytest.mark.parametrize("declared", [None, 1, 4, 10])
@pytest.mark.parametrize("capacity", [1, 2, 4])
@pytest.mark.parametrize("choice", [ONE, Choice(), TWO])
def test_a_short_backlog_ends_the_question_too(
    declared: int | None, capacity: int, choice: Choice
) -> None:
    """Fewer requests are offered than intended, however often it is tried."""
    schedule, backlog = Schedule(declared, 64), 5
    schedule.choose_among(choice)
    rounds = 0
    while step := schedule.next():
        rounds += 1
        assert rounds < 100
        if isinstance(step, Steer):
            schedule.record_steered(run_steered(step, 1, capacity))
            continue
        offered = min(step.asked, capacity + backlog)
        admitted = min(offered, capacity)
        done = seen(offered, admitted)
        schedule.record(msgspec.structs.replace(done, asked=step.asked))
    assert schedule.rounds


@pytest.mark.parametrize("reached_by", [1, 3, 99])
def test_threads_that_start_by_chance_are_tried_on_other_servers(
    reached_by: int,
) -> None:
    schedule = Schedule(4, 64, by_chance=True)
    schedule.choose_among(ONE)
    others = 0
    while offer := schedule.next():
        assert isinstance(offer, Offer)
        others += offer.anew
        most = 4 if others >= reached_by else 3
        schedule.record(seen(offer.asked, min(offer.asked, most)))
    assert others == min(reached_by, OTHER_SERVERS)


def test_a_worker_that_ends_as_it_is_to_be_stopped_is_no_reason_to_give_up() -> None:
    schedule = Schedule(4, 64)
    schedule.choose_among(TWO)
    while isinstance(schedule.next(), Offer):
        schedule.record(seen(4, 4))
    for _ in range(TRIES_REPLACED):
        assert isinstance(schedule.next(), Steer)
        schedule.worker_ended()
    assert not isinstance(schedule.next(), Steer)
    assert schedule.not_steered == "workers were replaced meanwhile"
