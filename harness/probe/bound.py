"""Chooses loads that show whether a server has a bound; pure.

Rounds that reached the declared number leave open whether far more would get in, and
whether a request outside the app waits there or is only late.
"""

from collections.abc import Sequence

from harness.probe.further import FAR_ABOVE
from harness.probe.loads import LARGE_LOAD
from harness.probe.loads import Offer
from harness.records.rounds import at_load
from harness.records.rounds import peak_of
from harness.records.rounds import Round
from harness.records.rounds import turned_all_away
from harness.records.rounds import turned_away
from harness.records.rounds import waited
from harness.records.rounds import was_quiet
from harness.records.steering import most_rounds
from harness.records.steering import SteeredRound

SEVERAL = 3
"""Requests offered beyond the declared number to a server that is busy while full."""

ROUNDS_IF_BUSY = 3
"""The most times that this load is offered until a request is seen to wait."""


def beyond(
    rounds: Sequence[Round], steered: Sequence[SteeredRound], declared: int | None
) -> Offer | None:
    """A load far beyond a declared number, if one is left to offer.

    Some servers admit more only if many requests wait. The steered round for the most
    is such a load too; if the declared number was exceeded, two more follow. If chance
    decides how many enter, only a large load fills every worker at once.
    """
    if declared is None or declared >= LARGE_LOAD:
        return None
    most = max([peak_of(rounds), *(round_.admitted for round_ in steered)])
    offered = {round_.asked for round_ in rounds}
    loads: tuple[int, ...] = () if most_rounds(steered) else (4 * declared,)
    differ = len({each.admitted for each in at_load(rounds, declared)}) > 1
    if loads and differ and most == declared:
        loads = (4 * declared, FAR_ABOVE * declared)
    if most > declared:
        loads = (2 * declared, 4 * declared)
    return next((Offer(load) for load in loads if load not in offered), None)


def several_waiting(rounds: Sequence[Round], declared: int | None) -> Offer | None:
    """One more load above the declared number, to a server that is busy while full.

    A single request that has not entered may merely be late. If there are several, and
    just one of them enters when another request is released, they were waiting.
    """
    peak = peak_of(rounds)
    bounded = any(waited(round_) or turned_away(round_) for round_ in rounds)
    if declared is None or peak < declared or bounded:
        return None
    if all(was_quiet(round_) for round_ in rounds if round_.waiting):
        return None
    offered = {each.asked for each in rounds}
    loads = range(declared + SEVERAL, declared + SEVERAL + ROUNDS_IF_BUSY)
    return next((Offer(load) for load in loads if load not in offered), None)


def let_in_again(rounds: Sequence[Round]) -> Offer | None:
    """Offer one request to a server that turned all away in the last round.

    A server that was merely full lets it in; a rate limit does not.
    """
    last = rounds[-1:]
    all_of_them = any(turned_all_away(each) and each.offered > 1 for each in last)
    return Offer(1) if all_of_them else None
