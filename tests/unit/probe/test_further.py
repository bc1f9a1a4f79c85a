"""Which further loads are offered if rounds left a question open."""

import msgspec
import pytest

from harness.probe.further import admitted_too_few
from harness.probe.further import further
from harness.probe.further import ROUNDS_IF_EXCEEDED
from harness.probe.further import ROUNDS_IF_LARGE
from harness.probe.further import ROUNDS_IF_SHARED
from harness.probe.further import ROUNDS_IF_UNEVEN
from harness.probe.loads import Offer
from harness.records.words import Arrival
from harness.records.words import Settled
from tests.builders.steered import seen


def test_equal_rounds_leave_nothing_open() -> None:
    rounds = [seen(4, 4), seen(4, 4), seen(8, 4)]
    assert further(rounds, 4, 64, shared=False) is None


def test_more_rounds_where_they_disagree() -> None:
    rounds = [seen(4, 4), seen(8, 8), seen(8, 5)]
    for _ in range(ROUNDS_IF_UNEVEN - 2):
        assert further(rounds, 8, 64, shared=False) == Offer(8)
        rounds.append(seen(8, 6))
    assert further(rounds, 8, 64, shared=False) is None


def test_a_difference_one_by_one_is_tried_again_one_by_one() -> None:
    """A burst hides the difference, and a single round may be chance."""
    singly = msgspec.structs.replace(seen(8, 7), arrival=Arrival.STAGGERED)
    rounds = [seen(8, 8)] * 5 + [singly]
    assert further(rounds, 8, 64, shared=False) == Offer(8, Arrival.STAGGERED)
    assert further([*rounds, seen(8, 6)], 8, 64, shared=False) == Offer(8)
    opened = msgspec.structs.replace(seen(8, 7), arrival=Arrival.OPENED)
    rounds = [*[seen(8, 8)] * 5, msgspec.structs.replace(singly, admitted=8), opened]
    assert further(rounds, 8, 64, shared=False) == Offer(8, Arrival.OPENED)


def test_an_arrival_that_admitted_none_is_not_tried_again() -> None:
    """Nothing is below zero. If other rounds let all in, it may be chance."""
    opened = msgspec.structs.replace(seen(3, 0), arrival=Arrival.OPENED)
    rounds = [*[seen(3, 2)] * ROUNDS_IF_EXCEEDED, opened]
    assert further(rounds, 3, 64, shared=False, alone=True) == Offer(3)
    enough = [*rounds, *[seen(3, 2)] * (ROUNDS_IF_UNEVEN - len(rounds))]
    assert further(enough, 3, 64, shared=False, alone=True) is None
    again = Offer(3, Arrival.OPENED)
    some = msgspec.structs.replace(opened, admitted=1)
    assert further([*rounds[:-1], some], 3, 64, shared=False, alone=True) == again
    rounds = [*[seen(3, 3)] * ROUNDS_IF_EXCEEDED, opened]
    assert further(rounds, 3, 64, shared=False, alone=True) == again


def test_a_declared_number_never_reached_is_tried_from_above() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(ROUNDS_IF_UNEVEN)]
    for number in range(16):
        anew = number == 8
        assert further(rounds, 8, 64, shared=False) == Offer(128, anew=anew)
        rounds.append(seen(128, 7))
    assert further(rounds, 8, 64, shared=False) is None


def test_reaching_the_declared_number_ends_the_search() -> None:
    rounds = [seen(8, 5 + number % 2) for number in range(ROUNDS_IF_UNEVEN)]
    rounds += [seen(128, 7), seen(128, 8)]
    assert further(rounds, 8, 64, shared=False) is None


def test_a_shortfall_at_another_load_asks_for_more_at_the_declared_number() -> None:
    rounds = [seen(8, 8), seen(8, 8), seen(9, 5)]
    assert further(rounds, 8, 64, shared=False) == Offer(8)
    rounds += [seen(8, 8)] * (ROUNDS_IF_UNEVEN - 2)
    assert further(rounds, 8, 64, shared=False) is None


def test_what_only_other_loads_reach_asks_for_more_at_the_declared_number() -> None:
    rounds = [seen(4, 3), seen(4, 3), seen(5, 4)]
    assert further(rounds, 4, 64, shared=False) == Offer(4)
    rounds = [seen(512, 37), seen(513, 210)]
    for _ in range(ROUNDS_IF_EXCEEDED - 1):
        assert further(rounds, 512, 64, shared=False) == Offer(512)
        rounds.append(seen(512, 200))
    assert further(rounds, 512, 64, shared=False) == Offer(1025)


def test_equal_shortfalls_that_may_be_chance_are_tried_from_above_too() -> None:
    rounds = [*[seen(8, 6)] * 5, seen(9, 5), seen(16, 7), seen(32, 6)]
    assert further(rounds, 8, 64, shared=False) == Offer(128)
    rounds.append(seen(128, 8))
    assert further(rounds, 8, 64, shared=False) is None


def test_a_steady_shortfall_is_soon_believed() -> None:
    rounds = [*[seen(8, 4)] * 5, seen(9, 4), seen(16, 4), seen(32, 4)]
    assert further(rounds, 8, 64, shared=False) == Offer(128)
    rounds.append(seen(128, 4))
    assert further(rounds, 8, 64, shared=False) is None


def test_processes_that_share_the_load_are_asked_more_often() -> None:
    rounds = [seen(8, 8)]
    while offer := further(rounds, 8, 64, shared=True):
        assert offer == Offer(8)
        rounds.append(seen(8, 8))
    assert len(rounds) == ROUNDS_IF_SHARED
    assert further([seen(1000, 1000)], 1000, 64, shared=True) is None


def test_one_process_that_was_full_leaves_nothing_to_chance() -> None:
    rounds = [seen(4, 3), seen(5, 3), seen(16, 0, settled=Settled.STEADY_COUNT)]
    assert further(rounds, 4, 64, shared=False, alone=True) is None
    assert further(rounds, 4, 64, shared=False) == Offer(64)


def test_one_process_is_asked_again_until_it_was_full_while_quiet() -> None:
    rounds = [seen(4, 3, settled=Settled.STEADY_COUNT)]
    while offer := further(rounds, 4, 64, shared=False, alone=True):
        assert offer == Offer(4)
        rounds.append(seen(4, 3, settled=Settled.STEADY_COUNT))
    assert len(rounds) == ROUNDS_IF_UNEVEN


def test_a_shortfall_of_many_is_tried_once_from_above() -> None:
    rounds = [*[seen(1000, 400)] * ROUNDS_IF_EXCEEDED, seen(1001, 500)]
    assert further(rounds, 1000, 64, shared=False) == Offer(2001)
    assert further([*rounds, seen(2001, 1000)], 1000, 64, shared=False) is None


def test_a_shortfall_of_many_is_not_tried_from_above_where_nothing_was_quiet() -> None:
    rounds = [seen(1000, 870, settled=Settled.STEADY_COUNT)] * ROUNDS_IF_EXCEEDED
    assert further(rounds, 1000, 64, shared=False) is None


def test_a_shortfall_of_many_is_asked_for_again_while_it_shrinks() -> None:
    rounds = [seen(512, 94)]
    for number in (180, 364, 364, 498, 510):
        assert further(rounds, 512, 64, shared=False) == Offer(512)
        rounds.append(seen(512, number))
    assert further([*rounds, seen(512, 510)], 512, 64, shared=False) == Offer(1025)
    assert further([*rounds, seen(512, 512)], 512, 64, shared=False) is None
    grown = [seen(512, 100 + number) for number in range(ROUNDS_IF_LARGE)]
    assert further(grown[:-1], 512, 64, shared=False) == Offer(512)
    assert further(grown, 512, 64, shared=False) == Offer(1025)


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
def test_rounds_that_admitted_too_few_are_recognized(
    offered: int, admitted: int, declared: int | None, expected: bool
) -> None:
    assert admitted_too_few(seen(offered, admitted), declared, 64) is expected
