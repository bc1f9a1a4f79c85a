"""Which loads are offered after no request waited, or all were turned away."""

from harness.probe.bound import beyond
from harness.probe.bound import let_in_again
from harness.probe.loads import Offer
from harness.records.rounds import Account
from harness.records.steering import Goal
from tests.builders.steered import seen
from tests.builders.steered import steered


def test_a_server_that_turned_all_away_is_offered_a_single_request() -> None:
    full = seen(4, 4, account=Account(answered=4))
    some = seen(16, 4, account=Account(answered=4, answered_without_entering=12))
    away = seen(16, 0, account=Account(answered_without_entering=16))
    single = seen(1, 0, account=Account(answered_without_entering=1))
    assert let_in_again([full, away]) == Offer(1)
    for rounds in ([], [full], [full, some], [away, full], [away, single]):
        assert let_in_again(rounds) is None


def test_many_requests_are_offered_if_chance_distributes_them() -> None:
    """Three workers of three threads held 8 of 8, 9 and 32 requests, and 9 of 128."""
    even, uneven = [seen(8, 8), seen(8, 8)], [seen(8, 8), seen(8, 5)]
    assert beyond(even, (), 8) == beyond(uneven, (), 8) == Offer(32)
    assert beyond([*even, seen(32, 8)], (), 8) is None
    assert beyond([*uneven, seen(32, 8)], (), 8) == Offer(128)
    assert beyond([*uneven, seen(32, 8), seen(128, 8)], (), 8) is None
    full = steered(Goal.MOST, (1, 2), 8, (4, 8))
    assert beyond(uneven, [full], 8) is None
