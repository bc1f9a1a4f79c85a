"""Searches how many staying clients shut out ordinary requests.

Clients that stay come first, then as many ordinary requests as would enter without
them. What counts is how many of these are in the app once the server is quiet. The
clients that stay end before the waiting ones do, so that nothing is left for the next
step.

If several workers share the clients, and it matters which of them gets a client, that
is chosen (``arriving``): how many clients it takes until nobody else gets in, whichever
worker a request reaches; and how many until a request that reaches a full worker waits.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from harness.probe.arriving import send_and_settle
from harness.probe.arriving import send_in_order
from harness.probe.clients import Client
from harness.probe.gathering import all_there
from harness.probe.gathering import gather
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.search import Arrivals
from harness.probe.questions.search import Bounds
from harness.probe.questions.search import freed_after
from harness.probe.questions.search import search
from harness.probe.questions.slow_clients import MOST_CLIENTS
from harness.probe.questions.slow_clients import ORDINARY
from harness.probe.questions.slow_clients import WATCHED_SECONDS
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.watching import expect
from harness.records.staying import StayingSeen
from harness.records.staying import StayStep
from harness.records.steering import Goal

BEAT_SECONDS = 1.0
"""Seconds between signs of life from a client that stays."""

Seen = TypeVar("Seen", bound=StayingSeen)


class Staying:
    """A kind of client that stays; by default clients wait, and leave at the end."""

    in_app: bool = False
    """Whether the app reports clients that stay to the probe."""

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Turn the requests of a batch into clients that will stay."""

    def has_begun(self, client: Client) -> bool:
        """Whether a client has received the first part of what it asked for."""
        return False

    def beat(self, clients: Sequence[Client]) -> None:
        """Send what keeps the server from giving up on the clients."""

    async def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """End the stay of the clients, by their own action or the app's."""
        probe.batch.leave(clients)


class StaySearch:
    """The search for the smallest number of clients that shuts everyone else out."""

    def __init__(self, probe: Probe, way: Staying, context: Context) -> None:
        self._probe = probe
        self._way = way
        self._context = context
        self._ordinary = min(context.ceiling, ORDINARY)
        self._statuses: set[int] = set()

    async def run(self, kind: type[Seen], path: str = "") -> Seen:
        """Search; end early if the server does not serve requests that had waited."""
        limit = max(MOST_CLIENTS, self._context.limit)
        bounds = Bounds(limit, WATCHED_SECONDS, slots_first=True)
        how = self._probe, self._context, bounds
        steps = await search(*how, self._step, _is_whole)
        return kind(
            path=path,
            watched_seconds=WATCHED_SECONDS,
            steps=steps,
            statuses=tuple(sorted(self._statuses)),
        )

    async def _step(self, coming: Arrivals) -> StayStep:
        """Send clients that stay, then others; then end those that stay.

        For the least, one ordinary request shows whether it waits in a full worker.
        """
        probe, count = self._probe, coming.clients
        ordinary = 1 if coming.order.goal is Goal.LEAST else self._ordinary
        batch = gather(probe, count + ordinary)
        stay, others = batch.clients[:count], batch.clients[count:]
        try:
            return await self._meet(stay, others, coming)
        finally:
            batch.leave(stay)
            probe.disperse()

    async def _meet(
        self, stay: Sequence[Client], others: Sequence[Client], coming: Arrivals
    ) -> StayStep:
        """Send both kinds of clients, and count how many of each are in the app."""
        probe, way = self._probe, self._way
        send = partial(send_and_settle, probe, probe.batch, self._is_there)
        await way.prepare(probe, stay)
        async with _beating(way, stay):
            goal = await send_in_order(probe, coming.order, stay, others, send)
        since, connected = time.monotonic(), [each for each in stay if each.offered]
        in_app, ended = _held(probe, stay), _ended(connected)
        begun = sum(map(way.has_begun, connected))
        self._statuses |= {c.status for c in connected if c.status and c.state in ENDED}
        probe.batch.open([other for other in others if other.state is State.NEW])
        async with _beating(way, stay):
            settled = await expect(probe, lambda: all_there(probe, others))
            admitted = _held(probe, others)
            waiting = len(others) - admitted - _ended(others)
            freed = None
            if not admitted and waiting and coming.watched_seconds:
                freed = await freed_after(probe, others, since, coming.watched_seconds)
        # Clients that stay end before the waiting requests do, so that nothing is left
        # for the next step.
        await way.end(probe, stay)
        finished = await finish(probe)
        return StayStep(
            clients=len(connected),
            in_app=in_app if way.in_app else None,
            begun=begun,
            ended=ended,
            offered=len(others),
            admitted=admitted,
            waiting=waiting,
            settled=settled,
            freed_seconds=freed,
            answered=sum(client.status == 200 for client in others),
            order=goal,
            given_up_early=finished.given_up_early,
        )

    def _is_there(self, client: Client) -> bool:
        """Whether a client stays by now."""
        entered = self._probe.holds.entered
        return self._way.has_begun(client) or client.name in entered


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


def _is_whole(step: StayStep) -> bool:
    """Whether clients stayed, and waiting requests were served in the end."""
    return step.ended < step.clients and step.answered == step.offered


def _held(probe: Probe, clients: Sequence[Client]) -> int:
    return sum(client.name in probe.holds.held for client in clients)


def _ended(clients: Sequence[Client]) -> int:
    return sum(client.state in ENDED for client in clients)
