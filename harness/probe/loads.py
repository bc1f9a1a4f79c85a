"""Chooses the loads that show how many requests overlap; pure, without any I/O.

The question is "how many requests are in the app at the same time". It takes rounds
with one request, with the declared number and with more. The declared number arrives
together, one by one, and over connections that were opened beforehand: some servers
show their flaw only in one of these ways.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.words import Arrival

LARGE_LOAD = 100
"""From this number on rounds take so long that fewer are run."""

STAGGERED_AT_MOST = 256
"""Most requests that arrive one by one, since each needs a look at the server."""

ROUNDS_IN_VAIN = 2
"""Rounds after which to stop, if no request was ever in the app and all still wait."""


class Offer(NamedTuple):
    """A load to offer once."""

    asked: int
    arrival: Arrival = Arrival.BURST
    anew: bool = False
    """Whether to offer it to a freshly started server."""


def offers(
    declared: int | None, limit: int, also: Iterable[int] = ()
) -> tuple[Offer, ...]:
    """The loads to offer, in order, to a configuration that declares ``declared``."""
    load = load_of(declared, limit)
    below = (1,) if load > 1 else ()
    at = [Offer(load)]
    if 1 < load <= STAGGERED_AT_MOST:
        at.append(Offer(load, Arrival.STAGGERED))
    if 1 < load < LARGE_LOAD:
        at.append(Offer(load, Arrival.OPENED))
    above = set() if declared is None else {load + 1}
    beyond = sorted(above | {number for number in also if number != load})
    return (*map(Offer, below), *at, *map(Offer, beyond))


def offers_to_growing(declared: int | None, limit: int) -> tuple[Offer, ...]:
    """The loads to offer to a server that adds processes only while requests wait.

    Each round watches it for long, so fewer loads are offered.
    """
    load = load_of(declared, limit)
    return tuple(map(Offer, sorted({1, load, load + 1})))


def app_never_reached(rounds: Sequence[Round]) -> bool:
    """Whether the app never got a request, although it has answered before."""
    return len(rounds) >= ROUNDS_IN_VAIN and not any(
        round_.peak or round_.waiting < round_.asked for round_ in rounds
    )


def offers_that_let_none_in(rounds: Sequence[Round]) -> set[Offer]:
    """Offers, other than bursts, that let no request in.

    Another such round could find no less, and would wait in vain for each request.
    """
    return {
        Offer(done.offered, done.arrival)
        for done in rounds
        if done.offered and not done.admitted and done.arrival is not Arrival.BURST
    }
