"""Knows which loads to offer to learn how many requests overlap; touches nothing.

The question is "how many requests are in the app at the same time". The answer needs
rounds below, at and above the declared number, several at it because one configuration
does not always admit the same, and one that arrives request by request because some
servers show their flaw only there.
"""

from __future__ import annotations

from collections import defaultdict
from collections import deque
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.words import Arrival

AT_DECLARED = 5
"""Bursts of exactly the declared number."""

AT_SHARED = 10
"""Rounds of exactly the declared number where processes share the work: which of them
gets a request is chance, and a gthread server of two workers was seen to be even in one
round of two."""

AT_DISAGREEMENT = 10
"""Rounds at a load at which they admitted different numbers."""

AT_SHORTFALL = 8
"""Rounds far above the declared number, on each of two servers, when that was never
reached and rounds that could have reached it admitted different numbers. Which worker
gets the next request can stay the same for as long as a server lives, so that one which
has room is left out in every round; a server started anew has another order."""

AT_STEADY_SHORTFALL = 2
"""The same when they all admitted the same: several rounds may agree by chance."""

FAR_ABOVE = 16
"""Times the declared number that is offered then: the more wait, the less likely is it
that a worker was left without its share by chance. A gthread worker that had room got
its share in 5 % of the rounds that offered 8, 30 % of those that offered 32 and 80 % of
those that offered 128, on two processors that four other processes kept busy."""

BEGUN_ANEW = 2
"""How often the rounds are begun anew because capacity appeared late."""

MANY = 100
"""From this number on a round takes so long that fewer of them are run."""

STAGGERED_AT_MOST = 64
"""Requests that arrive one by one take a look at the server each."""


class Offer(NamedTuple):
    """One load to offer once."""

    asked: int
    arrival: Arrival = Arrival.BURST
    anew: bool = False
    """To a server that was started anew for it."""


def offers(
    declared: int | None, limit: int, also: Iterable[int] = ()
) -> tuple[Offer, ...]:
    """The loads to offer, in order, to a configuration that declares ``declared``."""
    load = load_of(declared, limit)
    many = load >= MANY
    lower = (1, 2) if many else (1, 2, load - 1)
    below = {number for number in lower if 0 < number < load}
    if declared is None:
        above: set[int] = set()
    else:
        above = {load + 1} if many else {load + 1, 2 * load, 4 * load}
    at = [Offer(load)] * (2 if many else AT_DECLARED)
    if 1 < load <= STAGGERED_AT_MOST:
        at.append(Offer(load, Arrival.STAGGERED))
    beyond = sorted(above | {number for number in also if number != load})
    return (*map(Offer, sorted(below)), *at, *map(Offer, beyond))


def further(rounds: Sequence[Round], declared: int | None, limit: int) -> Offer | None:
    """One more load to offer, if what was seen leaves something open.

    More rounds are run where those that offered the same admitted different numbers,
    where more than one process took part, and at the declared number when only other
    loads fell short of it. When it was never reached it is tried from far above: a
    shortfall that comes and goes must not be taken for a lower ceiling.
    """
    load = load_of(declared, limit)
    admitted: dict[int, list[int]] = defaultdict(list)
    for done in rounds:
        admitted[done.offered].append(done.admitted)
    uneven = {offered for offered, seen in admitted.items() if len(set(seen)) > 1}
    short = any(short_of(done, declared, limit) for done in rounds)
    if short and min(admitted[load], default=0) == load:
        uneven.add(load)
    for offered in sorted(uneven):
        if offered <= load < MANY and len(admitted[offered]) < AT_DISAGREEMENT:
            return Offer(offered, _telling(rounds, offered))
    shared = any(done.processes > 1 for done in rounds)
    if shared and load < MANY and len(admitted[load]) < AT_SHARED:
        return Offer(load)
    reached = max((done.peak for done in rounds), default=0) >= load
    if declared is None or reached or load >= MANY:
        return None
    return _from_above(load, admitted)


def _telling(rounds: Sequence[Round], offered: int) -> Arrival:
    """The arrival to repeat: one after another where only that told something else."""
    at = [done for done in rounds if done.offered == offered]
    singly = any(done.arrival is Arrival.STAGGERED for done in at)
    together = {done.admitted for done in at if done.arrival is Arrival.BURST}
    return Arrival.STAGGERED if singly and len(together) == 1 else Arrival.BURST


def _from_above(load: int, admitted: dict[int, list[int]]) -> Offer | None:
    """An offer far above a number that was never reached, if there is to be one more.

    ``admitted`` is how many were admitted in each round, by the load offered.
    """
    above = FAR_ABOVE * load
    done = len(admitted[above])
    could = {
        seen for offered in admitted if offered >= load for seen in admitted[offered]
    }
    if len(could) == 1:
        return Offer(above) if done < AT_STEADY_SHORTFALL else None
    anew = done == AT_SHORTFALL
    return Offer(above, anew=anew) if done < 2 * AT_SHORTFALL else None


def short_of(round_: Round, declared: int | None, limit: int) -> bool:
    """Whether fewer entered than were offered, though the declaration has room."""
    room = min(round_.offered, load_of(declared, limit))
    return round_.admitted < room


class Schedule:
    """What is to be offered next, and the rounds that have been seen so far.

    Rounds from before all of the capacity had appeared are dropped: they say how the
    server starts, not how many requests it handles.
    """

    def __init__(
        self, declared: int | None, limit: int, also: Iterable[int] = ()
    ) -> None:
        self._declared = declared
        self._limit = limit
        self._offers = offers(declared, limit, also)
        self._pending = deque(self._offers)
        self._patient = True
        self.rounds: list[Round] = []
        self.begun_anew = 0
        """How often the rounds were begun anew."""

    def next(self) -> Offer | None:
        """The load to offer now, or nothing when the question is answered."""
        if not self._pending:
            more = further(self.rounds, self._declared, self._limit)
            if more is not None:
                self._pending.append(more)
        return self._pending[0] if self._pending else None

    def patient_below(self, offer: Offer) -> int:
        """With fewer than so many in the app, the server is to be watched longer."""
        room = min(offer.asked, load_of(self._declared, self._limit))
        return room if self._patient else 0

    def seen(self, done: Round) -> None:
        """Take note of the round that was run for ``next``."""
        self._pending.popleft()
        if done.late and self.begun_anew < BEGUN_ANEW:
            self.begun_anew += 1
            self.rounds.clear()
            self._pending = deque(self._offers)
            return
        self.rounds.append(done)
        if short_of(done, self._declared, self._limit) and not self.begun_anew:
            self._patient = False  # it was watched for long, and nothing came late
