"""Asks what slow clients take away from others.

Some slow clients come first, then as many ordinary requests as would enter without
them. What counts is how many of these are in the app once the server is quiet. The slow
clients leave before the waiting ordinary requests do, so that each of these is answered
and nothing is left for the next step.

If several workers share the clients, and it matters which of them gets a client, that
is chosen (``arriving``).
"""

import time
from functools import partial

from harness.probe.arriving import send_and_settle
from harness.probe.arriving import send_in_order
from harness.probe.batch import Batch
from harness.probe.gathering import gather
from harness.probe.gathering import gather_beside
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.questions.search import Arrivals
from harness.probe.questions.search import Bounds
from harness.probe.questions.search import freed_after
from harness.probe.questions.search import search
from harness.probe.round import finish
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

MOST_CLIENTS = 128
"""The most slow clients, unless the limit is higher."""

AT_MOST_LARGE = 32
"""The most clients that read nothing, whatever the limit: each takes some megabytes."""

ORDINARY = 16
"""The most ordinary requests."""

WATCHED_SECONDS = 8.0
"""How long a server that admits nobody is watched, in seconds. Some have a timeout for
slow clients: 2 seconds (gunicorn's gevent), 4 (uWSGI) or 5 (gunicorn's gthread)."""

PIECES = 128
"""Pieces of 64 KiB in a large answer: more than the kernel buffers for a client that
reads nothing, which is 4 MiB at most with the usual ``tcp_wmem``."""

BODY_BYTES = 1000
"""Length of the body of which half is sent."""


def partial_requests(probe: Probe) -> dict[SlowWay, PartialRequest]:
    """What a slow client sends, for each way to be slow."""
    head = probe.destination.head("GET", "ready")
    post = probe.destination.head("POST", "read", f"Content-Length: {BODY_BYTES}")
    large = probe.destination.head("GET", f"large?pieces={PIECES}")
    return {
        SlowWay.SILENT: PartialRequest(b""),
        SlowWay.HALF_HEADER: PartialRequest(head[: len(head) // 2]),
        SlowWay.HALF_BODY: PartialRequest(post + b"." * (BODY_BYTES // 2)),
        SlowWay.READS_NOTHING: PartialRequest(large, reads=False),
        SlowWay.IDLE: PartialRequest(head, stays=True),
    }


async def ask(servers: Servers, context: Context) -> SilentSeen:
    """See on separate servers what each kind of slow client takes away from others."""
    ways = [await _way(servers, context, way) for way in WAYS]
    return SilentSeen(watched_seconds=WATCHED_SECONDS, ways=tuple(ways))


async def _way(servers: Servers, context: Context, way: SlowWay) -> Slow:
    begun = time.monotonic()
    limit = max(MOST_CLIENTS, context.limit)
    if way is SlowWay.READS_NOTHING:
        limit = min(limit, AT_MOST_LARGE)
    search = partial(_search, way=way, context=context, limit=limit)
    steps = await servers.use(search)
    return Slow(way=way, steps=steps, seconds=time.monotonic() - begun)


async def _search(
    probe: Probe, way: SlowWay, context: Context, limit: int
) -> tuple[SlowStep, ...]:
    """Find the least number of slow clients of one way that shuts everyone out."""
    request, ordinary = partial_requests(probe)[way], min(context.ceiling, ORDINARY)
    step = partial(_step, probe, request, ordinary)
    bounds = Bounds(limit, WATCHED_SECONDS, slots_first=False)
    return await search(probe, context, bounds, step, _is_whole)


def _is_whole(step: SlowStep) -> bool:
    """Whether all were served in the end."""
    return step.answered == step.offered


async def _step(
    probe: Probe, request: PartialRequest, ordinary: int, coming: Arrivals
) -> SlowStep:
    """Make slow clients come, then ordinary requests; then the slow ones leave.

    For the least, one ordinary request shows whether it waits in a full worker.
    """
    batch = gather(probe, 1 if coming.order.goal is Goal.LEAST else ordinary)
    slow = gather_beside(probe, coming.clients, request)
    others = batch.clients
    send = partial(send_and_settle, probe, slow, lambda client: client.offered)
    with probe.dispersing():
        goal = await send_in_order(probe, coming.order, slow.clients, others, send)
        closed, since = _cut_off(slow), time.monotonic()
        batch.open([other for other in others if other.state is State.NEW])
        settled = await probe.until(probe.all_in_or_ended)
        if settled is Settled.STEADY_COUNT:
            await watch(probe, probe.all_in_or_ended)
        nobody = await _nobody_gets_in(probe, slow, closed)
        admitted = 0 if nobody else len(probe.holds.held)
        waiting = len(others) - len(batch.ended) - admitted
        freed = None
        if nobody:
            seconds = coming.watched_seconds
            after = await freed_after(probe, others, since, seconds)
            if after is not None:
                freed = Freed(seconds=after, closed=_cut_off(slow))
        slow.give_up()
        finished = await finish(probe)
        return SlowStep(
            clients=slow.offered,
            closed=closed,
            offered=len(others),
            admitted=admitted,
            waiting=waiting,
            settled=settled,
            freed=freed,
            answered=batch.account(probe.holds.entered).answered,
            order=goal,
            given_up_early=finished.given_up_early,
        )


def _cut_off(slow: Batch) -> int:
    """How many slow clients the server has closed or reset."""
    return sum(client.offered and client.cut_off() for client in slow.clients)


async def _nobody_gets_in(probe: Probe, slow: Batch, closed: int) -> bool:
    """Whether ordinary requests wait and none enters, even after a while.

    A request that enters only after the server closed more slow clients found no room.
    """
    if probe.holds.entered or probe.all_in_or_ended():
        return False
    await watch(probe, lambda: bool(probe.holds.entered))
    if not probe.holds.entered or _cut_off(slow) > closed:
        return True
    await probe.until(probe.all_in_or_ended)
    return False
