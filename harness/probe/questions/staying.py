"""Searches how many staying clients shut out ordinary requests.

Those that stay come first. Then as many ordinary requests come as enter without them;
what counts is how many of these are in the app once the server is quiet. The clients
that stay end before the waiting ones do, so that nothing is left for the next step.

Where several workers share what comes, and it matters which of them gets it, that is
chosen (``arriving``): how many it takes until nobody else gets in, whatever worker a
request meets; and how many until one request waits that meets a full one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from collections.abc import Sequence
from typing import Protocol
from typing import TypeVar

from harness.probe.arriving import arrive
from harness.probe.arriving import BY_CHANCE
from harness.probe.arriving import find_workers
from harness.probe.arriving import until_quiet
from harness.probe.clients import Client
from harness.probe.gathering import gather
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.search import find_least
from harness.probe.questions.slow_clients import AT_MOST
from harness.probe.questions.slow_clients import ORDINARY
from harness.probe.questions.slow_clients import WATCHED_SECONDS
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.watching import expect
from harness.probe.watching import watch
from harness.records.staying import StayingSeen
from harness.records.staying import StayStep
from harness.records.steering import Goal

BEAT_SECONDS = 1.0
"""Seconds between signs of life from a client that stays."""

Seen = TypeVar("Seen", bound=StayingSeen)


class Staying(Protocol):
    """A way to stay."""

    in_app: bool
    """Whether the app reports clients that stay to the probe."""

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Turn the requests of a crowd into clients that will stay."""

    def has_begun(self, client: Client) -> bool:
        """Whether a client has received the first part of what it asked for."""

    def beat(self, clients: Sequence[Client]) -> None:
        """Send what keeps the server from giving up on the clients."""

    async def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """End the stay of the clients, by their own action or the app's."""


class StaySearch:
    """The search for the least number of clients that shuts everyone else out."""

    def __init__(self, probe: Probe, way: Staying, context: Context) -> None:
        self._probe = probe
        self._way = way
        self._limit = max(AT_MOST, context.limit)
        self._ceiling = context.ceiling if context.bounded else 0
        self._floor = context.numbers.floor or 1
        self._ordinary = min(context.ceiling, ORDINARY)
        self._workers = BY_CHANCE
        self._statuses: set[int] = set()

    async def seen(self, kind: type[Seen], path: str = "") -> Seen:
        """Carry out the search; it ends early if waiting requests are never served."""
        steps = await self._steps()
        return kind(
            path=path,
            watched_seconds=WATCHED_SECONDS,
            steps=tuple(steps),
            statuses=tuple(sorted(self._statuses)),
        )

    async def _steps(self) -> list[StayStep]:
        steps = [await self._step(0)]
        if self._ceiling and self._floor < self._ceiling:
            count = self._ceiling + self._ordinary
            self._workers = await find_workers(self._probe, count)
        goal = Goal.MOST if self._workers.chosen else None
        steps += await self._search(goal, self._ceiling, self._limit)
        shut = [each.clients for each in steps[1:] if not each.admitted]
        if goal is not None and shut and _is_whole(steps[-1]):
            steps += await self._search(Goal.LEAST, self._floor, min(shut))
        return steps

    async def _search(
        self, goal: Goal | None, places: int, limit: int
    ) -> list[StayStep]:
        async def step(count: int, seconds: float) -> StayStep:
            return await self._step(count, seconds, goal)

        return await find_least(step, _is_whole, limit, WATCHED_SECONDS, places)

    async def _step(
        self, count: int, seconds: float = 0.0, goal: Goal | None = None
    ) -> StayStep:
        """Send clients that stay, then others; then end those that stay.

        With a goal they come to the workers in the order for it. One request is enough
        to see whether one waits that meets a full worker.
        """
        probe, way = self._probe, self._way
        crowd = gather(probe, count + (1 if goal is Goal.LEAST else self._ordinary))
        stay, others = crowd.clients[:count], crowd.clients[count:]
        try:
            await way.prepare(probe, stay)
            async with _beating(way, stay):
                order = await self._come(stay, others, goal)
            since = time.monotonic()
            came = [client for client in stay if client.offered]
            in_app, ended = _held(probe, stay), _ended(came)
            begun = sum(map(way.has_begun, came))
            self._statuses |= {c.status for c in came if c.status and c.state in ENDED}
            crowd.open([each for each in others if each.state is State.NEW])
            async with _beating(way, stay):
                settled = await expect(probe, lambda: _all_in(probe, others))
                admitted = _held(probe, others)
                waiting = len(others) - admitted - _ended(others)
                freed = None
                if not admitted and waiting and seconds:
                    freed = await self._freed(others, since, seconds)
            await way.end(probe, stay)
            await finish(probe)
            return StayStep(
                clients=len(came),
                in_app=in_app if way.in_app else None,
                begun=begun,
                ended=ended,
                offered=len(others),
                admitted=admitted,
                waiting=waiting,
                settled=settled,
                freed_seconds=freed,
                answered=sum(client.status == 200 for client in others),
                order=order,
                given_up_early=probe.gave_up_early,
            )
        finally:
            crowd.leave(stay)
            probe.disperse()

    async def _come(
        self, stay: Sequence[Client], others: Sequence[Client], goal: Goal | None
    ) -> Goal | None:
        """Make clients that stay come, and with a goal also the others, in the order
        for it.

        Returns the goal, or nothing where chance decided.
        """
        probe = self._probe

        async def come(clients: Sequence[Client]) -> None:
            await _come(probe, self._way, clients)

        async def others_come() -> None:
            new = [each for each in others if each.state is State.NEW]
            probe.crowd.open(new)
            await probe.until(lambda: _all_in(probe, others))

        order = self._workers, goal
        return await arrive(probe, *order, stay, others, come, others_come)

    async def _freed(
        self, others: Sequence[Client], since: float, seconds: float
    ) -> float | None:
        """Seconds until a server that admitted nobody lets somebody in, if it does."""
        probe = self._probe
        names = {client.name for client in others}
        await watch(probe, lambda: bool(names & probe.holds.entered), seconds)
        held = (probe.holds.held.get(name) for name in names)
        entered = [hold.entered_app_at for hold in held if hold is not None]
        return max(0.0, min(entered) - since) if entered else None


@contextlib.asynccontextmanager
async def _beating(way: Staying, clients: Sequence[Client]) -> AsyncIterator[None]:
    """Keep the server from giving up on clients inside a ``with`` block."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            way.beat([client for client in clients if client.offered])

    beating = asyncio.ensure_future(beat())
    try:
        yield
    finally:
        beating.cancel()


async def _come(probe: Probe, way: Staying, clients: Sequence[Client]) -> None:
    """Send clients, and wait until the server is quiet."""
    probe.crowd.open(list(clients))

    def all_there() -> bool:
        entered = probe.holds.entered
        return all(
            client.state in ENDED or way.has_begun(client) or client.name in entered
            for client in clients
        )

    await probe.until(all_there)
    for client in clients:
        if not client.offered:
            client.abort()
            probe.crowd.leave([client])
    await until_quiet(probe)


def _is_whole(step: StayStep) -> bool:
    """Whether clients stayed, and waiting requests were served in the end."""
    return step.ended < step.clients and step.answered == step.offered


def _held(probe: Probe, clients: Sequence[Client]) -> int:
    return sum(client.name in probe.holds.held for client in clients)


def _ended(clients: Sequence[Client]) -> int:
    return sum(client.state in ENDED for client in clients)


def _all_in(probe: Probe, clients: Sequence[Client]) -> bool:
    """Whether each of these is in the app or has ended."""
    entered = probe.holds.entered
    return all(c.name in entered or c.state in ENDED for c in clients)
