"""Clients that stay, and ordinary requests beside them.

Those that stay come first. Then as many ordinary requests come as enter without them;
what counts is how many of these are in the app once the server is quiet. The clients
that stay end before the waiting ones do, so that nothing is left for the next step.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol
from typing import TypeVar

from harness.probe.clients import Client
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.probe.questions.context import Context
from harness.probe.questions.slow_clients import AT_MOST
from harness.probe.questions.slow_clients import least
from harness.probe.questions.slow_clients import next_count
from harness.probe.questions.slow_clients import ORDINARY
from harness.probe.questions.slow_clients import WATCHED_SECONDS
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.records.staying import StayingSeen
from harness.records.staying import StayStep
from harness.records.words import Settled

BEAT_SECONDS = 1.0
"""How often a client that stays does what keeps it from being taken for dead."""

Seen = TypeVar("Seen", bound=StayingSeen)

COMING_TRIES = 3
"""How often a server that is not quiet is waited for."""


class Staying(Protocol):
    """One way to stay."""

    in_app: bool
    """Whether the app tells that a client that stays is in it."""

    def prepare(self, probe: Probe, client: Client) -> None:
        """Make one of the requests of a crowd a client that will stay."""

    def has_begun(self, client: Client) -> bool:
        """Whether it has got the first piece of what it came for."""

    def beat(self, clients: Sequence[Client]) -> None:
        """Do what keeps the clients from being taken for dead."""

    def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Have them end, as far as it is they who decide that."""


def next_clients(shut_out: Mapping[int, bool], places: int, limit: int) -> int | None:
    """The number of clients to try next; ``None`` when the least is known.

    As many as there are ``places`` are tried first, then one less: where each takes a
    place, that is all. ``places`` is zero where nothing bounds them.
    """
    for first in (places, places - 1):
        if 0 < first <= limit and first not in shut_out and all(shut_out.values()):
            return first
    return next_count(shut_out, limit)


class StaySearch:
    """The search for the least number of clients that shuts everyone else out."""

    def __init__(self, probe: Probe, way: Staying, context: Context) -> None:
        self._probe = probe
        self._way = way
        self._limit = max(AT_MOST, context.limit)
        self._ceiling = context.ceiling if context.bounded else 0
        self._ordinary = min(context.ceiling, ORDINARY)
        self._statuses: set[int] = set()

    async def seen(self, kind: type[Seen], path: str = "") -> Seen:
        """Search; ends early when the server does not serve what waited meanwhile."""
        steps = await self._steps()
        return kind(
            path=path,
            watched_seconds=WATCHED_SECONDS,
            steps=tuple(steps),
            statuses=tuple(sorted(self._statuses)),
        )

    async def _steps(self) -> list[StayStep]:
        shut_out: dict[int, bool] = {}
        steps = [await self._step(0)]
        while count := next_clients(shut_out, self._ceiling, self._limit):
            least_possible = count == 1 or shut_out.get(count - 1) is False
            seconds = WATCHED_SECONDS if least_possible else 0.0
            steps.append(await self._step(count, seconds))
            shut_out[count] = not steps[-1].admitted
            nobody_stayed = steps[-1].ended >= steps[-1].clients
            if nobody_stayed or steps[-1].answered < steps[-1].offered:
                return steps
        count = least(shut_out)
        if count is not None and steps[-1].clients != count:
            # When it was tried it was not known to be the least.
            steps.append(await self._step(count, WATCHED_SECONDS))
        return steps

    async def _step(self, count: int, seconds: float = 0.0) -> StayStep:
        """Have clients come and stay, then others; then have those that stay end."""
        probe, way = self._probe, self._way
        crowd = probe.gather(count + self._ordinary)
        stay, others = crowd.clients[:count], crowd.clients[count:]
        for client in stay:
            way.prepare(probe, client)
        try:
            await _come(probe, way, stay)
            since = time.monotonic()
            came = [client for client in stay if client.offered]
            in_app, ended = _held(probe, stay), _ended(came)
            begun = sum(map(way.has_begun, came))
            self._statuses |= {c.status for c in came if c.status and c.state in ENDED}
            crowd.open(others)
            async with _beating(way, stay):
                settled = await probe.until(lambda: _all_in(probe, others))
                if not _all_in(probe, others):
                    await probe.watch(lambda: _all_in(probe, others))
                admitted = _held(probe, others)
                waiting = len(others) - admitted - _ended(others)
                freed = None
                if not admitted and waiting and seconds:
                    freed = await self._freed(others, since, seconds)
            way.end(probe, stay)
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
            )
        finally:
            crowd.leave(stay)
            probe.disperse()

    async def _freed(
        self, others: Sequence[Client], since: float, seconds: float
    ) -> float | None:
        """After how long a server that admitted nobody lets somebody in, if it does."""
        probe = self._probe
        names = {client.name for client in others}
        await probe.watch(lambda: bool(names & probe.holds.entered), seconds)
        held = (probe.holds.held.get(name) for name in names)
        entered = [hold.entered_at for hold in held if hold is not None]
        return min(entered) - since if entered else None


@contextlib.asynccontextmanager
async def _beating(way: Staying, clients: Sequence[Client]) -> AsyncIterator[None]:
    """Keep clients from being taken for dead inside a ``with`` block."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            way.beat(clients)

    beating = asyncio.ensure_future(beat())
    try:
        yield
    finally:
        beating.cancel()


async def _come(probe: Probe, way: Staying, clients: Sequence[Client]) -> None:
    """Have clients come, and wait until the server is quiet."""
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
    for _ in range(COMING_TRIES):
        settled = await probe.unless_ended(probe.settle(), ROUND_SECONDS)
        if settled is not Settled.STEADY_COUNT:
            break


def _held(probe: Probe, clients: Sequence[Client]) -> int:
    return sum(client.name in probe.holds.held for client in clients)


def _ended(clients: Sequence[Client]) -> int:
    return sum(client.state in ENDED for client in clients)


def _all_in(probe: Probe, clients: Sequence[Client]) -> bool:
    """Whether each of these is in the app or has ended."""
    entered = probe.holds.entered
    return all(c.name in entered or c.state in ENDED for c in clients)
