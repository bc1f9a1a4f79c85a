"""Which loads are offered: below, at and above what is declared."""

from __future__ import annotations

import msgspec
import pytest

from harness.probe.schedule import AT_DECLARED
from harness.probe.schedule import AT_DISAGREEMENT
from harness.probe.schedule import AT_SHARED
from harness.probe.schedule import AT_SHORTFALL
from harness.probe.schedule import AT_STEADY_SHORTFALL
from harness.probe.schedule import BEGUN_ANEW
from harness.probe.schedule import further
from harness.probe.schedule import Offer
from harness.probe.schedule import offers
from harness.probe.schedule import Schedule
from harness.probe.schedule import short_of
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Settled


def seen(offered: int, admitted: int) -> Round:
    """A round in which nothing went wrong."""
    return Round(
        arrival=Arrival.BURST,
        asked=offered,
        offered=offered,
        admitted=admitted,
        peak=admitted,
        waiting=offered - admitted,
        late=0,
        processes=1,
        threads=admitted,
        settled=Settled.SCHEDSTAT,
        settle_seconds=0.01,
        account=Account(answered=offered),
    )


def asked(declared: int | None, limit: int = 64, also: tuple[int, ...] = ()) -> str:
    """The offers in short: a load, with s when staggered."""
    letters = {Arrival.BURST: "", Arrival.STAGGERED: "s"}
    loads = offers(declared, limit, also)
    return " ".join(f"{offer.asked}{letters[offer.arrival]}" for offer in loads)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (1, "1 1 1 1 1 2 4"),
        (2, "1 2 2 2 2 2 2s 3 4 8"),
        (4, "1 2 3 4 4 4 4 4 4s 5 8 16"),
        (99, "1 2 98 99 99 99 99 99 100 198 396"),
        (100, "1 2 100 100 101"),
        (1000, "1 2 1000 1000 1001"),
        (None, "1 2 63 64 64 64 64 64 64s"),
    ],
)
def test_loads_around_the_declared_number(declared: int | None, expected: str) -> None:
    assert asked(declared) == expected


def test_limit_takes_the_place_of_a_missing_bound() -> None:
    assert asked(None, limit=8) == "1 2 7 8 8 8 8 8 8s"
    assert asked(None, limit=1) == "1 1 1 1 1"


def test_the_limit_does_not_bound_a_declared_number() -> None:
    assert asked(100, limit=8) == asked(100)


def test_loads_that_are_offered_besides() -> None:
    assert asked(None, also=(500, 400, 64)).endswith("64s 400 500")
    assert asked(4, also=(8, 6)).endswith("5 6 8 16")


def test_rounds_that_agree_leave_nothing_open() -> None:
    rounds = [seen(4, 4), seen(4, 4), seen(8, 4)]
    assert further(rounds, 4, 64) is None


def test_more_rounds_where_they_disagree() -> None:
    rounds = [seen(4, 4), seen(8, 8), seen(8, 5)]
    for _ in range(AT_DISAGREEMENT - 2):
        assert further(rounds, 8, 64) == Offer(8)
        rounds.append(seen(8, 6))
    assert further(rounds, 8, 64) is None


def test_what_only_differs_one_after_another_is_asked_so_again() -> None:
    """A burst hides it, and one round of the kind may be chance."""
    singly = msgspec.structs.replace(seen(8, 7), arrival=Arrival.STAGGERED)
    rounds = [seen(8, 8)] * 5 + [singly]
    assert further(rounds, 8, 64) == Offer(8, Arrival.STAGGERED)
    assert further([*rounds, seen(8, 6)], 8, 64) == Offer(8)


def test_a_declared_number_never_reached_is_tried_from_above() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(AT_DISAGREEMENT)]
    for number in range(2 * AT_SHORTFALL):
        anew = number == AT_SHORTFALL
        assert further(rounds, 8, 64) == Offer(128, anew=anew)
        rounds.append(seen(128, 7))
    assert further(rounds, 8, 64) is None


def test_reaching_the_declared_number_ends_the_search() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(AT_DISAGREEMENT)]
    rounds += [seen(128, 7), seen(128, 8)]
    assert further(rounds, 8, 64) is None


def test_a_shortfall_at_another_load_asks_for_more_at_the_declared_number() -> None:
    rounds = [seen(8, 8), seen(8, 8), seen(9, 5)]
    assert further(rounds, 8, 64) == Offer(8)
    rounds += [seen(8, 8)] * (AT_DISAGREEMENT - 2)
    assert further(rounds, 8, 64) is None


def test_rounds_that_fall_short_alike_by_chance_are_tried_from_above_too() -> None:
    rounds = [*[seen(8, 6)] * AT_DECLARED, seen(9, 5), seen(16, 7), seen(32, 6)]
    assert further(rounds, 8, 64) == Offer(128)
    rounds.append(seen(128, 8))
    assert further(rounds, 8, 64) is None


def test_a_steady_shortfall_is_soon_believed() -> None:
    rounds = [*[seen(8, 4)] * AT_DECLARED, seen(9, 4), seen(16, 4), seen(32, 4)]
    for _ in range(AT_STEADY_SHORTFALL):
        assert further(rounds, 8, 64) == Offer(128)
        rounds.append(seen(128, 4))
    assert further(rounds, 8, 64) is None


def test_processes_that_share_the_work_are_asked_more_often() -> None:
    shared = msgspec.structs.replace(seen(8, 8), processes=2)
    rounds = [shared] * AT_DECLARED
    while offer := further(rounds, 8, 64):
        assert offer == Offer(8)
        rounds.append(shared)
    assert len(rounds) == AT_SHARED
    assert further([msgspec.structs.replace(shared, offered=1000)], 1000, 64) is None


def test_a_shortfall_of_many_is_not_tried_from_above() -> None:
    assert further([seen(1000, 400), seen(1001, 500)], 1000, 64) is None


def test_no_bound_is_not_tried_from_above() -> None:
    assert further([seen(64, 4), seen(64, 4)], None, 64) is None


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


def run(schedule: Schedule, capacity: int) -> list[int]:
    """Run a schedule against a server of known capacity; the loads it offered."""
    loads = []
    while offer := schedule.next():
        loads.append(offer.asked)
        schedule.seen(seen(offer.asked, min(offer.asked, capacity)))
    return loads


def test_schedule_of_a_server_as_declared() -> None:
    schedule = Schedule(4, 64)
    loads = [1, 2, 3, *[4] * 6, 5, 8, 16]
    assert run(schedule, 4) == loads
    assert [each.offered for each in schedule.rounds] == loads
    assert schedule.begun_anew == 0


def test_schedule_asks_again_until_it_has_gone_on() -> None:
    schedule = Schedule(4, 64)
    assert schedule.next() == schedule.next() == Offer(1)


def test_rounds_from_before_capacity_appeared_are_dropped() -> None:
    schedule = Schedule(2, 64)
    schedule.seen(seen(1, 1))
    schedule.seen(late(seen(2, 2)))
    assert schedule.rounds == []
    assert schedule.begun_anew == 1
    assert run(schedule, 2) == [1, *[2] * 6, 3, 4, 8]


def test_a_server_that_is_always_late_is_measured_all_the_same() -> None:
    schedule = Schedule(1, 64)
    while offer := schedule.next():
        schedule.seen(late(seen(offer.asked, 1)))
    assert schedule.begun_anew == BEGUN_ANEW
    assert len(schedule.rounds) == 7


def test_patience_is_spent_once_when_nothing_comes_late() -> None:
    schedule = Schedule(4, 64)
    assert schedule.patient_below(Offer(16)) == 4
    assert schedule.patient_below(Offer(2)) == 2
    for admitted in (1, 2, 2):
        offer = schedule.next()
        assert offer is not None
        schedule.seen(seen(offer.asked, admitted))
    assert schedule.patient_below(Offer(16)) == 0


def test_patience_goes_on_where_something_came_late() -> None:
    schedule = Schedule(2, 64)
    schedule.seen(late(seen(1, 1)))
    schedule.seen(seen(1, 1))
    schedule.seen(seen(2, 1))
    assert schedule.patient_below(Offer(2)) == 2
