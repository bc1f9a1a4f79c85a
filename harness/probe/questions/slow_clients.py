"""Asks what slow clients take away from others.

Some slow clients come first, then as many ordinary requests as enter without them; what
counts is how many of these are in the app once the server is quiet. The slow clients
leave before the waiting ordinary requests do, so that each of these is answered and
nothing is left for the next step.

Where several workers share what comes, and it matters which of them gets it, that is
chosen (``arriving``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from harness.probe.arriving import arrive
from harness.probe.arriving import BY_CHANCE
from harness.probe.arriving import find_workers
from harness.probe.arriving import until_quiet
from harness.probe.arriving import Workers
from harness.probe.clients import Client
from harness.probe.crowd import Crowd
from harness.probe.gathering import gather
from harness.probe.gathering import gather_beside
from harness.probe.gathering import request_head
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.search import find_least
from harness.probe.round import finish
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.watching import watch
from harness.records.slow_clients import Freed
from harness.records.slow_clients import SilentSeen
from harness.records.slow_clients import Slow
from harness.records.slow_clients import SlowStep
from harness.records.slow_clients import SlowWay
from harness.records.steering import Goal
from harness.records.words import Settled

WAYS = tuple(SlowWay)
"""The ways that are tried, in order."""

AT_MOST = 128
"""The most slow clients, unless the limit is higher."""

AT_MOST_LARGE = 32
"""The most clients that read nothing, whatever the limit: each takes some megabytes."""

ORDINARY = 16
"""The most ordinary requests."""

WATCHED_SECONDS = 8.0
"""How long a server that admits nobody is watched. Some have a timeout for this: of 2
seconds (gunicorn's gevent), 4 (uWSGI) or 5 (gunicorn's gthread)."""

PIECES = 128
"""Pieces of 64 KiB in a large answer: more than the kernel buffers for a client that
reads nothing, which is 4 MiB at most with the usual ``tcp_wmem``."""

BODY_BYTES = 1000


def partial_requests(probe: Probe) -> dict[SlowWay, PartialRequest]:
    """What a slow client sends, for each way to be slow."""
    whole = request_head(probe, "GET", "ready")
    post = request_head(probe, "POST", "read", f"Content-Length: {BODY_BYTES}")
    large = request_head(probe, "GET", f"large?pieces={PIECES}")
    return {
        SlowWay.SILENT: PartialRequest(b""),
        SlowWay.HALF_HEADER: PartialRequest(whole[: len(whole) // 2]),
        SlowWay.HALF_BODY: PartialRequest(post + b"." * (BODY_BYTES // 2)),
        SlowWay.READS_NOTHING: PartialRequest(large, reads=False),
        SlowWay.IDLE: PartialRequest(whole, stays=True),
    }


async def ask(servers: Servers, context: Context) -> SilentSeen:
    """See on separate servers what each way to be slow takes away from others."""
    ways = [await _way(servers, context, way) for way in WAYS]
    return SilentSeen(watched_seconds=WATCHED_SECONDS, ways=tuple(ways))


async def _way(servers: Servers, context: Context, way: SlowWay) -> Slow:
    begun = time.monotonic()
    limit = max(AT_MOST, context.limit)
    if way is SlowWay.READS_NOTHING:
        limit = min(limit, AT_MOST_LARGE)
    search = partial(_search, way=way, context=context, limit=limit)
    steps = await servers.use(search)
    return Slow(way=way, steps=steps, seconds=time.monotonic() - begun)


async def _search(
    probe: Probe, way: SlowWay, context: Context, limit: int
) -> tuple[SlowStep, ...]:
    """Find the least number of clients, slow in one way, that shuts everyone out.

    Where the workers they come to can be chosen, also the least beside which a request
    waits that meets a full worker.
    """
    partial = partial_requests(probe)[way]
    ordinary = min(context.ceiling, ORDINARY)
    steps = [await SlowComing(probe, partial, ordinary).step(0)]
    workers = BY_CHANCE
    if context.bounded and (context.numbers.floor or 1) < context.ceiling:
        workers = await find_workers(probe, context.ceiling + ordinary)
    goal = Goal.MOST if workers.chosen else None
    coming = SlowComing(probe, partial, ordinary, workers, goal)
    steps += await find_least(coming.step, _is_whole, limit, WATCHED_SECONDS)
    shut = [each.clients for each in steps[1:] if not each.admitted]
    if workers.chosen and shut and _is_whole(steps[-1]):
        coming = SlowComing(probe, partial, 1, workers, Goal.LEAST)
        most = min(shut)
        steps += await find_least(coming.step, _is_whole, most, WATCHED_SECONDS)
    return tuple(steps)


def _is_whole(step: SlowStep) -> bool:
    """Whether all were served in the end."""
    return step.answered == step.offered


class SlowComing:
    """Sends clients that are slow in one way, and ordinary requests."""

    def __init__(
        self,
        probe: Probe,
        partial: PartialRequest,
        ordinary: int,
        workers: Workers = BY_CHANCE,
        goal: Goal | None = None,
    ) -> None:
        self._probe = probe
        self._partial = partial
        self._ordinary = ordinary
        self._workers = workers
        self._goal = goal

    async def step(self, count: int, seconds: float = 0.0) -> SlowStep:
        """Send slow clients, then ordinary requests; then make the slow ones leave.

        Where none is in the app the server is watched for ``seconds`` longer.
        """
        probe = self._probe
        crowd = gather(probe, self._ordinary)
        slow = gather_beside(probe, count, self._partial)
        try:
            order = await self._come(slow, crowd)
            closed, since = _cut_off(slow), time.monotonic()
            crowd.open([each for each in crowd.clients if each.state is State.NEW])
            settled = await probe.until(probe.all_in_or_ended)
            if settled is Settled.STEADY_COUNT:
                await watch(probe, probe.all_in_or_ended)
            nobody = await _nobody_gets_in(probe, slow, closed)
            admitted = 0 if nobody else len(probe.holds.held)
            waiting = self._ordinary - len(crowd.ended) - admitted
            freed = await _freed(probe, slow, since, seconds) if nobody else None
            slow.give_up()
            await finish(probe)
            return SlowStep(
                clients=slow.offered,
                closed=closed,
                offered=self._ordinary,
                admitted=admitted,
                waiting=waiting,
                settled=settled,
                freed=freed,
                answered=crowd.account(probe.holds.entered).answered,
                order=order,
                given_up_early=probe.gave_up_early,
            )
        finally:
            slow.give_up()
            probe.disperse()

    async def _come(self, slow: Crowd, crowd: Crowd) -> Goal | None:
        """Make slow clients come, and with a goal also the others, in the order for
        that goal.

        Returns the goal, or nothing where chance decided.
        """
        probe, others = self._probe, crowd.clients

        async def come(clients: Sequence[Client]) -> None:
            await _come(probe, slow, clients)

        async def others_come() -> None:
            crowd.open([each for each in others if each.state is State.NEW])
            await probe.until(probe.all_in_or_ended)

        order = self._workers, self._goal
        return await arrive(probe, *order, slow.clients, others, come, others_come)


async def _come(probe: Probe, slow: Crowd, clients: Sequence[Client]) -> None:
    """Let slow clients send their part, and wait until the server is quiet."""
    slow.open(list(clients))

    def sent() -> bool:
        return all(each.offered or each.state in ENDED for each in clients)

    await probe.until(sent)
    slow.leave(each for each in clients if not each.offered)
    await until_quiet(probe)


def _cut_off(slow: Crowd) -> int:
    """How many slow clients the server has closed or reset."""
    return sum(client.offered and client.cut_off() for client in slow.clients)


async def _nobody_gets_in(probe: Probe, slow: Crowd, closed: int) -> bool:
    """Whether ordinary requests wait and none enters, even after a while.

    One that enters only after more slow clients were closed did not find room.
    """
    if probe.holds.entered or probe.all_in_or_ended():
        return False
    await watch(probe, lambda: bool(probe.holds.entered))
    if not probe.holds.entered or _cut_off(slow) > closed:
        return True
    await probe.until(probe.all_in_or_ended)
    return False


async def _freed(
    probe: Probe, slow: Crowd, since: float, seconds: float
) -> Freed | None:
    """How soon a server that admitted nobody freed itself, if it did."""
    await watch(probe, lambda: bool(probe.holds.entered), seconds)
    if not probe.holds.entered:
        return None
    entered = [hold.entered_app_at for hold in probe.holds.held.values()]
    first = min(entered, default=time.monotonic())
    return Freed(seconds=max(0.0, first - since), closed=_cut_off(slow))
