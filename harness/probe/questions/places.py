"""Asks how many requests get to a place inside the app: a pool, a lock, a function.

Requests for a route of the app's own are offered, as many as get into the app and one
more, and each is held at the place (``target/hook/places.py``). If fewer requests reach
the place than are in the app, the rest wait for it, or end.

Workers may let different numbers through. If their order can be chosen, it is: first
each takes what it can alone, and then one takes all that it can before the next. If
each worker has its own listening socket, source ports decide: equally many requests
lead to each worker, and then all to one. If the order cannot be chosen, some more
rounds are run, and the numbers are only *seen*.
"""

import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from harness.probe.arriving import assign_ports
from harness.probe.arriving import BY_CHANCE
from harness.probe.arriving import choose_order
from harness.probe.arriving import in_turn
from harness.probe.arriving import Order
from harness.probe.arriving import shares
from harness.probe.clients import Client
from harness.probe.gathering import all_there
from harness.probe.gathering import gather_for_route
from harness.probe.hold import ASKS
from harness.probe.hold import DOOR
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.load import admit
from harness.probe.round import finish
from harness.probe.round import serve_all
from harness.probe.states import State
from harness.probe.transports import NotSpoken
from harness.probe.watching import watch
from harness.records.places import PlaceRound
from harness.records.places import PlaceSeen
from harness.records.places import PlacesSeen
from harness.records.steering import Goal
from harness.records.words import Settled
from harness.system.stopping import CannotStop
from harness.system.stopping import stopping
from harness.system.stopping import TooLong

ROUNDS_OF_SEVERAL = 5
"""Rounds if several processes hold requests and their order cannot be chosen."""

TRIES = 2
"""How often to try a round in a chosen order."""

WATCHED_SECONDS = 3.0
"""How long waiting requests are watched: some pools give up after a few seconds."""


async def ask(probe: Probe, context: Context) -> PlacesSeen:
    """Hold requests at each of the places in turn. Raises ``NotSpoken``."""
    to = probe.destination
    if not to.places:
        raise NotSpoken("this is asked of deployments that have `hold-at`")
    full = context.ceiling if context.bounded else context.load
    # This round shows which processes take requests; others may listen as well.
    await admit(probe, full, full)
    seen = [await _at_place(probe, place, full + 1) for place in to.places]
    return PlacesSeen(route=to.route, places=tuple(seen))


async def _at_place(probe: Probe, place: str, count: int) -> PlaceSeen:
    order = await choose_order(probe, count)
    rounds: list[PlaceRound] = []
    if order.is_chosen:
        try:
            rounds = await _in_order(probe, place, count, order)
        except CannotStop:
            await probe.settle()
    if not rounds or not all(round_.complete for round_ in rounds):
        rounds += await _by_chance(probe, place, count)
    found = probe.destination.places[place]
    return PlaceSeen(place=place, found=found, rounds=tuple(rounds))


async def _by_chance(probe: Probe, place: str, count: int) -> list[PlaceRound]:
    rounds: list[PlaceRound] = []
    while len(rounds) < ROUNDS_OF_SEVERAL:
        rounds.append(await _round(probe, place, count))
        if rounds[-1].processes < 2 or rounds[-1].stalled:
            break  # another round would give the same number
    return rounds


# -------------------------------------------------------------------- in a chosen order


async def _in_order(
    probe: Probe, place: str, count: int, chosen: Order
) -> list[PlaceRound]:
    """Run rounds for the most and the least, until each worker was first once.

    Raises ``CannotStop``.
    """
    workers = chosen.workers
    orders = [chosen.towards(Goal.MOST)]
    orders += [
        chosen._replace(workers=workers[n:] + workers[:n], goal=Goal.LEAST)
        for n in range(len(workers))
    ]
    rounds: list[PlaceRound] = []
    for order in orders:
        for number in range(TRIES):
            rounds.append(await _round(probe, place, count, order))
            if rounds[-1].complete or number + 1 == TRIES:
                break
            rounds.pop()
        if not rounds[-1].complete or rounds[-1].stalled:
            break
    return rounds


async def _offer(probe: Probe, order: Order) -> bool:
    """Send the requests; return whether no worker was stopped for too long."""
    clients = probe.batch.clients
    if order.goal is None or order.ports is not None:
        known = order.goal is None or assign_ports(order, clients)
        probe.batch.open(clients)
        return known

    async def come(part: Sequence[Client]) -> None:
        probe.batch.open(list(part))
        await probe.until(lambda: all_there(probe, clients))

    parts: Iterable[Sequence[Client]] = shares(clients, len(order.workers))
    if order.goal is Goal.LEAST:
        parts = _one_after_another(probe)
    try:
        async with stopping(probe.server.origin) as stopped:
            await in_turn(stopped, order.workers, parts, come)
    except TooLong:
        return False
    return True


def _one_after_another(probe: Probe) -> Iterator[Sequence[Client]]:
    """Send all requests to one worker, then those that do not get in to the next."""
    yield probe.batch.clients
    while not all_there(probe, probe.batch.clients):
        yield ()


# --------------------------------------------------------------------------- one round


async def _round(
    probe: Probe, place: str, count: int, order: Order = BY_CHANCE
) -> PlaceRound:
    """Hold requests at a place, see what becomes of the others, and release all."""
    for_each = len(order.workers) if order.goal is Goal.MOST else 1
    gather_for_route(probe, count * for_each, place)
    with probe.dispersing():
        complete = await _offer(probe, order)
        return await _count(probe, order.goal, complete=complete)


async def _count(probe: Probe, goal: Goal | None, *, complete: bool) -> PlaceRound:
    def are_all_there() -> bool:
        return all_there(probe, probe.batch.clients)

    settled = await probe.until(are_all_there)
    at_door = len(_names(probe, DOOR))
    begun = time.monotonic()
    await watch(probe, are_all_there, WATCHED_SECONDS)
    watched = time.monotonic() - begun
    processes = probe.holds.processes()
    at_place = _names(probe, "")
    asking, ended = len(_names(probe, ASKS)), _endings(probe)
    stuck = await _let_go(probe, at_place)
    finished = await finish(probe)
    if finished.given_up_early:
        settled = Settled.STEADY_COUNT
    return PlaceRound(
        offered=probe.batch.offered,
        at_door=at_door,
        at_place=len(at_place),
        asking=asking,
        ended=ended,
        watched_seconds=watched,
        processes=len({processes[name] for name in at_place}),
        stalled=finished.stalled,
        settled=settled,
        order=goal,
        complete=complete,
        errors=dict(Counter(probe.holds.failures.values())),
        stuck=stuck,
    )


async def _let_go(probe: Probe, at_place: set[str]) -> int:
    """Release requests at the place; return how many still wait for it in the end."""
    probe.holds.letting_go = True
    for name in at_place & probe.holds.held.keys():
        probe.holds.release(name)
    await serve_all(probe)
    if not probe.all_ended():
        await watch(probe, probe.all_ended, WATCHED_SECONDS)
    return len(_names(probe, ASKS))


def _names(probe: Probe, where: str) -> set[str]:
    """The requests that are held anywhere and have no answer yet.

    The probe may hear of an answer before it hears that the request has left the app.
    """
    held = set(probe.holds.held)
    return {c.name for c in probe.batch.clients if c.name + where in held} - (
        probe.batch.ended
    )


def _endings(probe: Probe) -> dict[str, int]:
    """How requests ended so far, by status."""
    clients = [c for c in probe.batch.clients if c.name in probe.batch.ended]
    return dict(
        Counter(
            str(client.status) if client.state is State.ANSWERED else "cut off"
            for client in clients
        )
    )
