"""A request counts from when it entered the app, not from when that was read."""

import time

from harness.probe.occupancy import Moment
from harness.probe.occupancy import Occupancy


def test_a_request_counts_from_when_it_entered() -> None:
    """Otherwise a delay of the harness would look like a missing slot."""
    occupancy = Occupancy()
    before = time.monotonic() - 10
    occupancy.enter("a", 1, before)
    occupancy.enter("b", 2, before + 5)
    assert occupancy.moments == [Moment(before, 1, 0), Moment(before + 5, 2, 0)]


def test_moments_are_in_the_order_in_which_they_were_noted() -> None:
    occupancy = Occupancy()
    later = time.monotonic()
    occupancy.enter("a", 1, later)
    occupancy.enter("b", 2, later - 1)
    assert [moment.at for moment in occupancy.moments] == [later, later]
