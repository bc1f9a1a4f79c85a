"""Which loads are offered where nobody was seen to wait, or all were turned away."""

from __future__ import annotations

from harness.probe.bound import let_in_again
from harness.probe.loads import Offer
from harness.records.rounds import Account
from tests.builders.steered import seen


def test_a_server_that_turned_all_away_is_offered_a_single_request() -> None:
    full = seen(4, 4, account=Account(answered=4))
    some = seen(16, 4, account=Account(answered=4, answered_without_entering=12))
    away = seen(16, 0, account=Account(answered_without_entering=16))
    single = seen(1, 0, account=Account(answered_without_entering=1))
    assert let_in_again([full, away]) == Offer(1)
    for rounds in ([], [full], [full, some], [away, full], [away, single]):
        assert let_in_again(rounds) is None
