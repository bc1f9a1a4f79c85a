"""How many requests get to a place inside the app: a pool, a lock, a function.

Requests for a route of the app's own are offered, as many as get into the app and one
more, and each is held at the place (``target/hook/places.py``). Where fewer get there
than are in the app, the rest wait for it, or end.

Several processes that share the load need not all have as many, so some more rounds
are run. All are left to chance.
"""

from __future__ import annotations

import time
from collections import Counter

from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.round import finish
from harness.probe.states import State
from harness.probe.transports import NotSpoken
from harness.records.places import PlaceRound
from harness.records.places import PlaceSeen
from harness.records.places import PlacesSeen

DOOR = ".door"
ASKS = ".asks"

ROUNDS_OF_SEVERAL = 5
"""Rounds where more than one process holds requests."""

WATCHED_SECONDS = 3.0
"""How long those that wait are watched: pools that give up do so after seconds."""


async def ask(servers: Servers, context: Context) -> PlacesSeen:
    """Hold requests at each of the places in turn. Raises ``NotSpoken``."""

    async def at_places(probe: Probe) -> PlacesSeen:
        if not probe.places:
            raise NotSpoken("this is asked of deployments that have `hold-at`")
        full = context.ceiling if context.bounded else context.load
        seen = [await _at_place(probe, place, full + 1) for place in probe.places]
        return PlacesSeen(route=probe.route, places=tuple(seen))

    return await servers.use(at_places)


async def _at_place(probe: Probe, place: str, count: int) -> PlaceSeen:
    rounds: list[PlaceRound] = []
    while not rounds or (len(rounds) < ROUNDS_OF_SEVERAL and _goes_on(rounds)):
        probe.gather_for_route(count, place)
        try:
            rounds.append(await _round(probe))
        finally:
            probe.disperse()
    return PlaceSeen(place=place, found=probe.places[place], rounds=tuple(rounds))


def _goes_on(rounds: list[PlaceRound]) -> bool:
    """Whether chance may give another number, with a server that is still whole."""
    return rounds[-1].processes > 1 and not rounds[-1].stalled


async def _round(probe: Probe) -> PlaceRound:
    probe.crowd.open(probe.crowd.clients)

    def all_there() -> bool:
        names = {each.name for each in probe.crowd.clients}
        return names <= probe.holds.entered | probe.crowd.ended

    settled = await probe.until(all_there)
    at_door = len(_names(probe, DOOR))
    begun = time.monotonic()
    if not all_there():
        await probe.watch(all_there, WATCHED_SECONDS)
    watched = time.monotonic() - begun
    processes = probe.holds.processes()
    there = _names(probe, "")
    return PlaceRound(
        offered=probe.crowd.offered,
        at_door=at_door,
        at_place=len(there),
        asking=len(_names(probe, ASKS)),
        ended=_endings(probe),
        watched_seconds=watched,
        processes=len({processes[name] for name in there}),
        stalled=await finish(probe),
        settled=settled,
    )


def _names(probe: Probe, where: str) -> set[str]:
    """The requests that are held somewhere and have no answer yet.

    The probe may hear of an answer before it hears that the request has left the app.
    """
    held = set(probe.holds.held)
    return {c.name for c in probe.crowd.clients if c.name + where in held} - (
        probe.crowd.ended
    )


def _endings(probe: Probe) -> dict[str, int]:
    """How requests ended so far, by status."""
    clients = [c for c in probe.crowd.clients if c.name in probe.crowd.ended]
    return dict(
        Counter(
            str(each.status) if each.state is State.ANSWERED else "cut off"
            for each in clients
        )
    )
