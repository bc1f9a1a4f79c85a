"""The lowest number of held requests at which a health check waits is found exactly."""

import pytest

from harness.probe.questions.search import next_from_slots


def tried(needed: int, most: int) -> dict[int, bool]:
    """Return every number that is tried if a check waits from ``needed`` on."""
    waits: dict[int, bool] = {}
    while (count := next_from_slots(waits, most, most)) is not None:
        assert count not in waits, "nothing is tried twice"
        assert 1 <= count <= most
        waits[count] = count >= needed
    return waits


@pytest.mark.parametrize("most", [1, 2, 3, 8, 64, 500])
def test_the_number_is_found_exactly(most: int) -> None:
    for needed in range(1, most + 1):
        assert min(n for n, waited in tried(needed, most).items() if waited) == needed


def test_three_steps_are_enough_if_each_slot_counts() -> None:
    assert tried(500, 500) == {500: True, 499: False}
    assert tried(501, 500) == {500: False}


def test_known_numbers_are_not_tried_again() -> None:
    waits = {3: False}
    assert next_from_slots(waits, 4, 4) == 4
    assert next_from_slots({**waits, 4: True}, 4, 4) is None
