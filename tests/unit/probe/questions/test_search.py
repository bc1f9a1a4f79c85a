"""The lowest number that shuts everyone out is found in few steps."""

from math import log2

import pytest

from harness.probe.questions.search import least
from harness.probe.questions.search import next_count
from harness.probe.questions.search import next_from_slots


def tried(needed: int, limit: int) -> dict[int, bool]:
    """Return every number that is tried if ``needed`` shut everyone out."""
    shut_out: dict[int, bool] = {}
    while (count := next_count(shut_out, limit)) is not None:
        assert count not in shut_out, "nothing is tried twice"
        assert 1 <= count <= limit
        shut_out[count] = count >= needed
    return shut_out


@pytest.mark.parametrize("limit", [1, 2, 5, 64, 128, 1000])
def test_the_number_is_found_exactly(limit: int) -> None:
    for needed in range(1, limit + 1):
        seen = tried(needed, limit)
        assert least(seen) == needed
        assert len(seen) <= 2 * log2(needed) + 3


@pytest.mark.parametrize("limit", [1, 2, 5, 64, 128])
def test_nothing_is_found_beyond_the_limit(limit: int) -> None:
    seen = tried(limit + 1, limit)
    assert least(seen) is None
    assert max(seen) == limit


def test_a_higher_number_that_leaves_room_does_not_change_the_result() -> None:
    assert next_count({1: False, 2: True, 4: False}, 8) is None
    assert least({1: False, 2: True, 4: False}) == 2


def tried_with(needed: int, slots: int, limit: int = 128) -> dict[int, bool]:
    """Return every number that is tried if ``needed`` shut everyone out."""
    shut_out: dict[int, bool] = {}
    while (count := next_from_slots(shut_out, slots, limit)) is not None:
        assert count not in shut_out, "nothing is tried twice"
        shut_out[count] = count >= needed
    return shut_out


@pytest.mark.parametrize("slots", [2, 4, 10, 100])
def test_two_steps_are_enough_if_each_client_takes_a_slot(slots: int) -> None:
    assert list(tried_with(slots, slots)) == [slots, slots - 1]


def test_a_single_slot_takes_one_step() -> None:
    assert list(tried_with(1, 1)) == [1]


@pytest.mark.parametrize("slots", [0, 1, 4, 60, 128, 1000])
def test_every_other_number_is_found_too(slots: int) -> None:
    for needed in range(1, 129):
        assert least(tried_with(needed, slots)) == needed
    assert least(tried_with(129, slots)) is None
