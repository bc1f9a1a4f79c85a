"""The processor time of a server's threads between two moments."""

from harness.probe.processor_time import between
from harness.probe.processor_time import Used


def test_used_time_is_the_difference_of_the_counters() -> None:
    before = Used(10.0, {(1, 1): (2_000, 5_000), (1, 2): (7, 7)})
    now = Used(12.0, {(1, 1): (1_000_002_000, 5_000), (1, 3): (0, 500_000_000)})
    assert between(before, now) == (2.0, 1.0, 0.5)
