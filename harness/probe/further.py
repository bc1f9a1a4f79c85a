"""Chooses further loads to offer, if the first ones left a question open; pure.

Rounds in random order may disagree, or fall short of the declared number.
"""

from collections import Counter
from collections import defaultdict
from collections.abc import Sequence

from harness.probe.loads import LARGE_LOAD
from harness.probe.loads import Offer
from harness.probe.loads import offers_that_let_none_in
from harness.records.rounds import load_of
from harness.records.rounds import peak_of
from harness.records.rounds import Round
from harness.records.rounds import was_quiet
from harness.records.words import Arrival

# A connection wakes all processes that wait in epoll, and the first to run takes it. Of
# those that wait in accept, it wakes only the one that has waited longest.

ROUNDS_IF_SHARED = 10
"""Rounds of exactly the declared number where processes share the load and their order
cannot be chosen: a gthread server of two workers was seen to be even in one round of
two."""

ROUNDS_IF_UNEVEN = 10
"""Rounds at a load at which rounds have admitted different numbers."""

ROUNDS_IF_EXCEEDED = 5
"""Rounds of exactly the declared number when other loads exceeded what it admitted."""

ROUNDS_IF_SHORT = 8
"""Rounds far above the declared number, on each of two servers, if it was never reached
and the rounds that could have reached it admitted different numbers. The worker that
gets the next request can stay the same for as long as a server lives, so a worker with
room may be left out in every round; a freshly started server has another order."""

ROUNDS_IF_ALWAYS_SHORT = 1
"""The same number of rounds, if all admitted the same."""

ROUNDS_IF_LARGE = 12
"""Rounds of a large number that is not reached, at most, while each admits more than
all before it."""

FAR_ABOVE = 16
"""Multiple of the declared number that is offered then: the more requests wait, the
less likely it is that a worker got less than its share by chance. A gthread worker that
had room got its share in 5 % of the rounds that offered 8, 30 % of those that offered
32 and 80 % of those that offered 128, on two processors that four other processes kept
busy."""

ROUNDS_IF_GROWING = 2
"""Rounds far above the declared number, each on a fresh server, if a server that starts
processes only while requests wait never reached that number."""


def further_to_growing(
    rounds: Sequence[Round], declared: int | None, limit: int
) -> Offer | None:
    """One more load to a growing server that never reached what it declares.

    Some servers start another process only if many requests wait. Some then shrink and
    do not grow again, so the load is offered to other, freshly started ones.
    """
    load = load_of(declared, limit)
    if peak_of(rounds) >= load:
        return None
    loads = [round_.asked for round_ in rounds]
    if 4 * load not in loads:
        return Offer(4 * load)
    above = FAR_ABOVE * load
    return Offer(above, anew=True) if loads.count(above) < ROUNDS_IF_GROWING else None


def further(
    rounds: Sequence[Round],
    declared: int | None,
    limit: int,
    *,
    shared: bool,
    alone: bool = False,
) -> Offer | None:
    """One more load to offer, if rounds in random order leave a question open.

    More rounds are run if the same load admitted different numbers, if the load is
    ``shared`` by several processes, and at the declared number if only other loads fell
    short of it or exceeded what it admitted. If the declared number was never reached,
    far more are offered: a shortfall that comes and goes must not be taken for a lower
    ceiling. It cannot come and go if one process ``alone`` takes all requests, and was
    full while it was quiet.
    """
    load = load_of(declared, limit)
    tried = _count_tried(rounds, load)
    if again := _differing(rounds, tried, declared, limit):
        return again
    if shared and load < LARGE_LOAD and tried[load] < ROUNDS_IF_SHARED:
        return Offer(load)
    if peak_of(rounds) >= load:
        return None
    if alone and load < LARGE_LOAD:
        full = any(was_quiet(round_) for round_ in rounds if round_.asked >= load)
        open_still = not full and tried[load] < ROUNDS_IF_UNEVEN
        return Offer(load) if open_still else None
    if declared is None:
        return None
    return (
        _many_again(load, rounds) if load >= LARGE_LOAD else _from_above(load, rounds)
    )


def _admitted(rounds: Sequence[Round]) -> dict[int, list[int]]:
    """How many were admitted in each round, by the load offered."""
    admitted: dict[int, list[int]] = defaultdict(list)
    for done in rounds:
        admitted[done.offered].append(done.admitted)
    return admitted


def _count_tried(rounds: Sequence[Round], load: int) -> dict[int, int]:
    """How often each load was tried; ``load`` is included even if it never was.

    A short backlog lets fewer be offered than were asked for, each time.
    """
    asked = Counter(done.asked for done in rounds)
    offered = Counter(done.offered for done in rounds)
    return {each: max(asked[each], offered[each]) for each in {*asked, *offered, load}}


def _differing(
    rounds: Sequence[Round], tried: dict[int, int], declared: int | None, limit: int
) -> Offer | None:
    """One more round of a load that admitted different numbers, or less than others."""
    load, peak, admitted = load_of(declared, limit), peak_of(rounds), _admitted(rounds)
    uneven = {offered for offered, seen in admitted.items() if len(set(seen)) > 1}
    least = min(admitted[load], default=load)
    short = any(admitted_too_few(done, declared, limit) for done in rounds)
    if short and least == load and admitted[load]:
        uneven.add(load)
    if least < min(load, peak) and tried[load] < ROUNDS_IF_EXCEEDED:
        return Offer(load)
    enough = ROUNDS_IF_UNEVEN if load < LARGE_LOAD else ROUNDS_IF_EXCEEDED
    for offered in sorted(uneven):
        if offered <= load and tried[offered] < enough:
            one_more = Offer(offered, _telling(rounds, offered))
            in_vain = peak < load and one_more in offers_that_let_none_in(rounds)
            return Offer(offered) if in_vain else one_more
    return None


def _many_again(load: int, rounds: Sequence[Round]) -> Offer | None:
    """One more round of a large number that was not reached, if one is due.

    The last of these rounds offers more than twice as many: granian before 2.8 started
    a thread only if more requests waited than it had threads, so its 512 threads were
    never reached unless 1024 requests were offered.
    """
    if _grows([round_.admitted for round_ in rounds if round_.offered == load]):
        return Offer(load)
    twice = 2 * load + 1
    tried = any(round_.asked == twice for round_ in rounds)
    full = all(was_quiet(round_) for round_ in rounds if round_.offered >= load)
    return Offer(twice) if full and not tried else None


def _grows(admitted: Sequence[int]) -> bool:
    """Whether a further round may reach a large number that was not reached yet.

    Some pools start some of their threads in each burst: older releases of granian
    admitted 94, 364, 498 and then 512 of 512.
    """
    further = len(admitted) > 1 and admitted[-1] > max(admitted[:-1])
    return len(admitted) < (ROUNDS_IF_LARGE if further else ROUNDS_IF_EXCEEDED)


def _telling(rounds: Sequence[Round], offered: int) -> Arrival:
    """The way of arriving to repeat: the only one that gave a different number."""
    at = [done for done in rounds if done.offered == offered]
    together = {done.admitted for done in at if done.arrival is Arrival.BURST}
    others = {each.arrival for each in at if each.admitted not in together}
    others.discard(Arrival.BURST)
    return min(others) if others and len(together) == 1 else Arrival.BURST


def _from_above(load: int, rounds: Sequence[Round]) -> Offer | None:
    """One more load far above a number that was never reached, if one is due."""
    above = FAR_ABOVE * load
    done = sum(round_.asked == above for round_ in rounds)
    could = {round_.admitted for round_ in rounds if round_.offered >= load}
    if len(could) == 1:
        return Offer(above) if done < ROUNDS_IF_ALWAYS_SHORT else None
    anew = done == ROUNDS_IF_SHORT
    return Offer(above, anew=anew) if done < 2 * ROUNDS_IF_SHORT else None


def admitted_too_few(round_: Round, declared: int | None, limit: int) -> bool:
    """Whether fewer entered than were offered, though the declaration has room."""
    room = min(round_.offered, load_of(declared, limit))
    return round_.admitted < room
