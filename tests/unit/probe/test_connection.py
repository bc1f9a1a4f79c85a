"""How long an attempt to connect lasts."""

from harness.probe.connection import attempt_seconds
from harness.probe.connection import MOST_TIMES_LONGER
from harness.probe.connection import OPEN_SECONDS


def test_each_attempt_is_longer_up_to_a_limit() -> None:
    assert attempt_seconds(1) == OPEN_SECONDS
    assert attempt_seconds(2) == 2 * OPEN_SECONDS
    assert attempt_seconds(100) == MOST_TIMES_LONGER * OPEN_SECONDS


def test_no_attempt_lasts_until_the_kernel_tries_again() -> None:
    # The kernel repeats a SYN packet after a second; nothing is gained until then.
    assert attempt_seconds(100) < 1.0
