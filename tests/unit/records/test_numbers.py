"""Numbers are computed from rounds, each with how certain it is."""

from typing import Any

import pytest

from harness.records.numbers import Numbers
from harness.records.numbers import sum_up
from harness.records.rounds import Round
from harness.records.steering import Goal
from harness.records.steering import SteeredRound
from harness.records.words import Arrival
from harness.records.words import Basis
from harness.records.words import Settled
from tests.builders.steered import seen
from tests.builders.steered import steered

ORDINARY = (seen(1, 1), seen(8, 7), seen(8, 6), seen(9, 7))
MOST = steered(Goal.MOST, (1, 2), 8, (4, 8, 8))
LEAST = (
    steered(Goal.LEAST, (1, 2), 8, (4, 4)),
    steered(Goal.LEAST, (2, 1), 8, (4, 4)),
)
GUARANTEED, SEEN = Basis.GUARANTEED, Basis.SEEN


def test_without_rounds_there_are_no_numbers() -> None:
    assert sum_up((), 8) == Numbers()


def test_every_order_of_workers_guarantees_both_numbers() -> None:
    numbers = sum_up(ORDINARY, 8, (MOST, *LEAST), 2)
    assert (numbers.floor, numbers.floor_by) == (4, GUARANTEED)
    assert (numbers.ceiling, numbers.ceiling_by) == (8, GUARANTEED)
    assert numbers.bounded


def test_numbers_left_to_chance_are_only_seen() -> None:
    numbers = sum_up(ORDINARY, 8, (), 2)
    assert (numbers.floor, numbers.floor_by) == (6, SEEN)
    assert (numbers.ceiling, numbers.ceiling_by) == (7, SEEN)


@pytest.mark.parametrize(
    "leasts",
    [
        LEAST[:1],
        (LEAST[0], steered(Goal.LEAST, (2, 1), 8, (4, 4), complete=False)),
        (LEAST[0], steered(Goal.LEAST, (3, 2, 1), 8, (4, 4))),
        (LEAST[0], LEAST[0]),
    ],
)
def test_one_order_guarantees_nothing(leasts: tuple[SteeredRound, ...]) -> None:
    numbers = sum_up(ORDINARY, 8, (MOST, *leasts), 2)
    assert (numbers.floor, numbers.floor_by) == (4, SEEN)
    assert numbers.ceiling_by is GUARANTEED


def test_an_ordinary_round_below_takes_the_guarantee_away() -> None:
    numbers = sum_up((*ORDINARY, seen(8, 3)), 8, (MOST, *LEAST), 2)
    assert (numbers.floor, numbers.floor_by) == (3, SEEN)
    numbers = sum_up((*ORDINARY, seen(16, 9)), 8, (MOST, *LEAST), 2)
    assert (numbers.ceiling, numbers.ceiling_by) == (9, SEEN)


def test_an_open_end_is_not_guaranteed() -> None:
    most = steered(Goal.MOST, (1, 2), 8, (8, 16, 16))
    numbers = sum_up((seen(8, 8), seen(9, 9)), 8, (most,), 2)
    assert (numbers.ceiling, numbers.ceiling_by, numbers.bounded) == (16, SEEN, False)


EVEN = (seen(1, 1), seen(4, 4), seen(4, 4), seen(5, 4))
RESTLESS = (*EVEN[:3], seen(5, 4, settled=Settled.STEADY_COUNT))


@pytest.mark.parametrize(
    ("rounds", "workers", "floor_by", "ceiling_by"),
    [
        (EVEN, 1, GUARANTEED, GUARANTEED),
        (EVEN, 2, SEEN, SEEN),
        (EVEN, None, SEEN, SEEN),
        ((*EVEN, seen(4, 3)), 1, SEEN, SEEN),
        ((seen(1, 1), seen(4, 3), seen(4, 3), seen(5, 4)), 1, SEEN, SEEN),
        (EVEN[:3], 1, GUARANTEED, SEEN),
        (RESTLESS, 1, GUARANTEED, SEEN),
    ],
)
def test_numbers_of_a_single_process_need_no_order(
    rounds: tuple[Round, ...], workers: int | None, floor_by: Basis, ceiling_by: Basis
) -> None:
    numbers = sum_up(rounds, 4, (), workers)
    assert (numbers.floor_by, numbers.ceiling_by) == (floor_by, ceiling_by)


OPENED: dict[str, Any] = {"arrival": Arrival.OPENED}


def test_an_arrival_with_fewer_in_a_single_process_is_not_guaranteed() -> None:
    rounds = (seen(1, 1), seen(4, 4), seen(4, 3, **OPENED), seen(5, 4))
    numbers = sum_up(rounds, 4, (), 1)
    assert (numbers.floor, numbers.floor_by) == (3, SEEN)


def test_a_floor_of_zero_is_guaranteed() -> None:
    stalled = seen(4, 0, settled=Settled.IN_VAIN, stalled=4, **OPENED)
    numbers = sum_up((seen(1, 1), seen(4, 3), stalled, seen(5, 3)), 4, (), 1)
    assert (numbers.floor, numbers.floor_by) == (0, GUARANTEED)
    assert (numbers.ceiling, numbers.ceiling_by) == (3, GUARANTEED)
