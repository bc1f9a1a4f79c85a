"""Which loads are offered: below, at and above what is declared."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.probe.orders import Choice
from harness.probe.orders import Steer
from harness.probe.schedule import AT_DISAGREEMENT
from harness.probe.schedule import AT_EXCEEDED
from harness.probe.schedule import AT_SHARED
from harness.probe.schedule import AT_SHORTFALL
from harness.probe.schedule import AT_STEADY_SHORTFALL
from harness.probe.schedule import BEGUN_ANEW
from harness.probe.schedule import further
from harness.probe.schedule import LEARNING_ROUNDS
from harness.probe.schedule import Offer
from harness.probe.schedule import offers
from harness.probe.schedule import Schedule
from harness.probe.schedule import short_of
from harness.records.rounds import Round
from harness.records.steering import Goal
from harness.records.steering import Steering
from harness.records.words import Arrival
from harness.records.words import Settled
from tests.builders.steered import run_steered
from tests.builders.steered import seen
from tests.builders.steered import steered

ONE = Choice((1,))
TWO = Choice((1, 2), Steering.STOP)


def asked(declared: int | None, limit: int = 64, also: tuple[int, ...] = ()) -> str:
    """The offers in short: a load, with s when staggered."""
    letters = {Arrival.BURST: "", Arrival.STAGGERED: "s"}
    loads = offers(declared, limit, also)
    return " ".join(f"{offer.asked}{letters[offer.arrival]}" for offer in loads)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (1, "1 2"),
        (2, "1 2 2s 3"),
        (4, "1 3 4 4s 5"),
        (99, "1 98 99 100"),
        (100, "1 100 101"),
        (1000, "1 1000 1001"),
        (None, "1 63 64 64s"),
    ],
)
def test_loads_around_the_declared_number(declared: int | None, expected: str) -> None:
    assert asked(declared) == expected


def test_limit_takes_the_place_of_a_missing_bound() -> None:
    assert asked(None, limit=8) == "1 7 8 8s"
    assert asked(None, limit=1) == "1"


def test_the_limit_does_not_bound_a_declared_number() -> None:
    assert asked(100, limit=8) == asked(100)


def test_loads_that_are_offered_besides() -> None:
    assert asked(None, also=(500, 400, 64)).endswith("64s 400 500")
    assert asked(4, also=(8, 6)).endswith("4s 5 6 8")


def test_rounds_that_agree_leave_nothing_open() -> None:
    rounds = [seen(4, 4), seen(4, 4), seen(8, 4)]
    assert further(rounds, 4, 64, shared=False) is None


def test_more_rounds_where_they_disagree() -> None:
    rounds = [seen(4, 4), seen(8, 8), seen(8, 5)]
    for _ in range(AT_DISAGREEMENT - 2):
        assert further(rounds, 8, 64, shared=False) == Offer(8)
        rounds.append(seen(8, 6))
    assert further(rounds, 8, 64, shared=False) is None


def test_what_only_differs_one_after_another_is_asked_so_again() -> None:
    """A burst hides it, and one round of the kind may be chance."""
    singly = msgspec.structs.replace(seen(8, 7), arrival=Arrival.STAGGERED)
    rounds = [seen(8, 8)] * 5 + [singly]
    assert further(rounds, 8, 64, shared=False) == Offer(8, Arrival.STAGGERED)
    assert further([*rounds, seen(8, 6)], 8, 64, shared=False) == Offer(8)


def test_a_declared_number_never_reached_is_tried_from_above() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(AT_DISAGREEMENT)]
    for number in range(2 * AT_SHORTFALL):
        anew = number == AT_SHORTFALL
        assert further(rounds, 8, 64, shared=False) == Offer(128, anew=anew)
        rounds.append(seen(128, 7))
    assert further(rounds, 8, 64, shared=False) is None


def test_reaching_the_declared_number_ends_the_search() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(AT_DISAGREEMENT)]
    rounds += [seen(128, 7), seen(128, 8)]
    assert further(rounds, 8, 64, shared=False) is None


def test_a_shortfall_at_another_load_asks_for_more_at_the_declared_number() -> None:
    rounds = [seen(8, 8), seen(8, 8), seen(9, 5)]
    assert further(rounds, 8, 64, shared=False) == Offer(8)
    rounds += [seen(8, 8)] * (AT_DISAGREEMENT - 2)
    assert further(rounds, 8, 64, shared=False) is None


def test_what_only_other_loads_reach_asks_for_more_at_the_declared_number() -> None:
    rounds = [seen(4, 3), seen(4, 3), seen(5, 4)]
    assert further(rounds, 4, 64, shared=False) == Offer(4)
    rounds = [seen(512, 37), seen(513, 210)]
    for _ in range(AT_EXCEEDED - 1):
        assert further(rounds, 512, 64, shared=False) == Offer(512)
        rounds.append(seen(512, 200))
    assert further(rounds, 512, 64, shared=False) is None


def test_rounds_that_fall_short_alike_by_chance_are_tried_from_above_too() -> None:
    rounds = [*[seen(8, 6)] * 5, seen(9, 5), seen(16, 7), seen(32, 6)]
    assert further(rounds, 8, 64, shared=False) == Offer(128)
    rounds.append(seen(128, 8))
    assert further(rounds, 8, 64, shared=False) is None


def test_a_steady_shortfall_is_soon_believed() -> None:
    rounds = [*[seen(8, 4)] * 5, seen(9, 4), seen(16, 4), seen(32, 4)]
    for _ in range(AT_STEADY_SHORTFALL):
        assert further(rounds, 8, 64, shared=False) == Offer(128)
        rounds.append(seen(128, 4))
    assert further(rounds, 8, 64, shared=False) is None


def test_processes_that_share_the_load_are_asked_more_often() -> None:
    rounds = [seen(8, 8)]
    while offer := further(rounds, 8, 64, shared=True):
        assert offer == Offer(8)
        rounds.append(seen(8, 8))
    assert len(rounds) == AT_SHARED
    assert further([seen(1000, 1000)], 1000, 64, shared=True) is None


def test_a_shortfall_of_many_is_not_tried_from_above() -> None:
    rounds = [*[seen(1000, 400)] * AT_EXCEEDED, seen(1001, 500)]
    assert further(rounds, 1000, 64, shared=False) is None


def test_no_bound_is_not_tried_from_above() -> None:
    assert further([seen(64, 4), seen(64, 4)], None, 64, shared=False) is None


@pytest.mark.parametrize(
    ("offered", "admitted", "declared", "expected"),
    [
        (4, 4, 4, False),
        (4, 3, 4, True),
        (8, 4, 4, False),
        (2, 1, 4, True),
        (64, 63, None, True),
        (500, 64, None, False),
    ],
)
def test_short_of(
    offered: int, admitted: int, declared: int | None, expected: bool
) -> None:
    assert short_of(seen(offered, admitted), declared, 64) is expected


def late(done: Round) -> Round:
    """The same round, but one of its requests entered late."""
    return msgspec.structs.replace(done, late=1)


def run(schedule: Schedule, capacity: int, choice: Choice = ONE) -> list[int]:
    """Run a schedule against a server of known capacity; the loads it offered."""
    loads = []
    schedule.choose_among(choice)
    while step := schedule.next():
        if isinstance(step, Steer):
            each = capacity // len(choice.workers)
            schedule.seen_steered(run_steered(step, each, 1000))
        else:
            loads.append(step.asked)
            schedule.seen(seen(step.asked, min(step.asked, capacity)))
    return loads


def test_schedule_of_a_server_as_declared() -> None:
    schedule = Schedule(4, 64)
    loads = [1, 3, 4, 4, 5, 16]
    assert run(schedule, 4) == loads
    assert [each.offered for each in schedule.rounds] == loads
    assert schedule.begun_anew == 0
    assert schedule.workers == 1


def test_schedule_of_workers_whose_order_can_be_chosen() -> None:
    schedule = Schedule(8, 64)
    assert run(schedule, 8, TWO) == [1, 7, 8, 8, 9]
    assert [each.goal for each in schedule.steered] == ["most", "least", "least"]
    assert (schedule.workers, schedule.not_steered) == (2, "")


def test_where_the_order_cannot_be_chosen_more_is_left_to_chance() -> None:
    schedule = Schedule(8, 64)
    choice = Choice((1, 2), reason="they may not be stopped")
    assert run(schedule, 8, choice) == [1, 7, 8, 8, 9, *[8] * (AT_SHARED - 2), 32]
    assert schedule.not_steered == "they may not be stopped"


def test_a_least_that_is_not_conclusive_is_left_to_chance() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    loads = []
    while step := schedule.next():
        if isinstance(step, Steer):
            schedule.seen_steered(run_steered(step, 4, 1000, complete=False))
        else:
            loads.append(step.asked)
            schedule.seen(seen(step.asked, min(step.asked, 8)))
    assert loads == [1, 7, 8, 8, 9, *[8] * (AT_SHARED - 2), 32]
    assert schedule.not_steered == "a worker would have been stopped for too long"


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"settled": Settled.STEADY_COUNT}, "the server was never quiet"),
        ({"stalled": 1}, "requests stalled with no worker stopped"),
    ],
)
def test_some_servers_are_not_to_be_stopped(other: Any, reason: str) -> None:
    schedule = Schedule(2, 64)
    schedule.choose_among(TWO)
    while isinstance(step := schedule.next(), Offer):
        admitted = min(step.asked, 2)
        schedule.seen(seen(step.asked, admitted, **other))
    assert step is None
    assert schedule.not_steered == reason


def test_an_ordinary_round_below_the_chosen_ones_is_believed() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    loads = []
    while step := schedule.next():
        if isinstance(step, Steer):
            schedule.seen_steered(run_steered(step, 4, 0))
        else:
            loads.append(step.asked)
            schedule.seen(seen(step.asked, 5 if step.asked == 8 else step.asked))
    assert loads.count(8) == AT_DISAGREEMENT


def test_source_ports_are_learned_first() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(Choice((1, 2), Steering.PORT, ports=0))
    for load in (1, 7, 8, 8, 9, 32):
        assert isinstance(step := schedule.next(), Offer)
        assert step.asked == load
        schedule.seen(seen(step.asked, min(step.asked, 8)))
    schedule.choose_among(Choice((1, 2), Steering.PORT, ports=8))
    assert schedule.next() == Steer(Goal.MOST, (1, 2), 8)


def test_source_ports_that_are_never_known() -> None:
    schedule = Schedule(8, 64)
    loads = run(schedule, 8, Choice((1, 2), Steering.PORT, ports=7))
    assert loads.count(32) == LEARNING_ROUNDS
    assert loads.count(8) == AT_SHARED
    assert schedule.not_steered == (
        "too few source ports are known that lead to each worker"
    )


def test_a_declared_number_that_is_exceeded_is_offered_more_often() -> None:
    assert run(Schedule(4, 64), 9) == [1, 3, 4, 4, 5, 8, 16]
    assert run(Schedule(4, 64), 16, TWO) == [1, 3, 4, 4, 5, 8, 16]


def test_schedule_asks_again_until_it_has_gone_on() -> None:
    schedule = Schedule(4, 64)
    assert schedule.next() == schedule.next() == Offer(1)


def test_rounds_from_before_capacity_appeared_are_dropped() -> None:
    schedule = Schedule(2, 64)
    schedule.seen(seen(1, 1))
    schedule.seen(late(seen(2, 2)))
    assert schedule.rounds == []
    assert schedule.begun_anew == 1
    assert run(schedule, 2) == [1, 2, 2, 3, 8]


def test_steered_rounds_begin_anew_too() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    while isinstance(step := schedule.next(), Offer):
        schedule.seen(seen(step.asked, min(step.asked, 4)))
    assert isinstance(step, Steer)
    schedule.seen_steered(run_steered(step, 4, 0, late=4))
    assert (schedule.rounds, schedule.steered) == ([], [])
    assert run(schedule, 8, TWO) == [1, 7, 8, 8, 9]


def test_a_server_that_is_always_late_is_measured_all_the_same() -> None:
    schedule = Schedule(1, 64)
    schedule.choose_among(ONE)
    while step := schedule.next():
        assert isinstance(step, Offer)
        schedule.seen(late(seen(step.asked, 1)))
    assert schedule.begun_anew == BEGUN_ANEW
    assert [each.offered for each in schedule.rounds] == [1, 2, 4]


def test_patience_is_spent_once_when_nothing_comes_late() -> None:
    schedule = Schedule(4, 64)
    assert schedule.patient_below(Offer(16)) == 4
    assert schedule.patient_below(Offer(2)) == 2
    for admitted in (1, 2):
        assert isinstance(step := schedule.next(), Offer)
        schedule.seen(seen(step.asked, admitted))
    assert schedule.patient_below(Offer(16)) == 0


def test_patience_is_kept_until_each_worker_has_had_its_turn() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO)
    assert schedule.patient_below(Offer(8)) == 0
    assert schedule.patient_below(Steer(Goal.MOST, (1, 2), 8)) == 8
    assert schedule.patient_below(Steer(Goal.LEAST, (1, 2), 8)) == 0
    schedule.cannot_steer("they did not stop")
    assert schedule.patient_below(Offer(8)) == 8


def test_patience_goes_on_where_something_came_late() -> None:
    schedule = Schedule(2, 64)
    schedule.seen(late(seen(1, 1)))
    schedule.seen(seen(1, 1))
    schedule.seen(seen(2, 1))
    assert schedule.patient_below(Offer(2)) == 2


def test_a_worker_that_comes_up_after_its_turn_begins_the_rounds_anew() -> None:
    schedule = Schedule(8, 64)
    schedule.choose_among(TWO, {1})
    while isinstance(step := schedule.next(), Offer):
        schedule.seen(seen(step.asked, min(step.asked, 4)))
    assert isinstance(step, Steer)
    schedule.seen_steered(steered(step.goal, step.order, 8, (4, 4, 4)))
    schedule.choose_among(TWO, {1})
    assert isinstance(step := schedule.next(), Steer)
    schedule.seen_steered(steered(step.goal, step.order, 8, (4, 8)))
    schedule.choose_among(TWO, {1, 2})
    assert (schedule.rounds, schedule.steered, schedule.begun_anew) == ([], [], 1)
    assert run(schedule, 8, TWO) == [1, 7, 8, 8, 9]


def test_workers_that_never_held_a_request_are_counted() -> None:
    schedule = Schedule(4, 64)
    schedule.choose_among(Choice((1, 2, 3), Steering.STOP), {1, 7})
    assert schedule.idle_workers == 2
