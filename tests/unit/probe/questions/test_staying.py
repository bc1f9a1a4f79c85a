"""The least number of clients that stay which shuts everyone out is found."""

from __future__ import annotations

import pytest

from harness.probe.questions.slow_clients import least
from harness.probe.questions.staying import next_clients


def tried(needed: int, places: int, limit: int = 128) -> dict[int, bool]:
    """Everything that is tried where ``needed`` shut everyone out."""
    shut_out: dict[int, bool] = {}
    while (count := next_clients(shut_out, places, limit)) is not None:
        assert count not in shut_out, "nothing is tried twice"
        shut_out[count] = count >= needed
    return shut_out


@pytest.mark.parametrize("places", [2, 4, 10, 100])
def test_two_steps_are_enough_where_each_takes_a_place(places: int) -> None:
    assert list(tried(places, places)) == [places, places - 1]


def test_one_place_takes_one_step() -> None:
    assert list(tried(1, 1)) == [1]


@pytest.mark.parametrize("places", [0, 1, 4, 60, 128, 1000])
def test_any_other_number_is_found_too(places: int) -> None:
    for needed in range(1, 129):
        assert least(tried(needed, places)) == needed
    assert least(tried(129, places)) is None
