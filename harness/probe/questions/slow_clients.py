"""What slow clients take away from others.

Some slow clients come first, then as many ordinary requests as enter without them; what
counts is how many of these are in the app once the server is quiet. The slow clients
leave before the waiting ordinary requests do, so that each of these is answered and
nothing is left for the next step.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from harness.probe.crowd import Crowd
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.probe.questions.context import Context
from harness.probe.questions.context import Servers
from harness.probe.round import finish
from harness.probe.round import offer
from harness.records.seen import Freed
from harness.records.seen import SilentSeen
from harness.records.seen import Slow
from harness.records.seen import SlowStep
from harness.records.seen import SlowWay
from harness.records.words import Arrival
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

COMING_TRIES = 3
"""How often a server that is not quiet is waited for once the slow clients are there. A
busy machine takes long to fill the buffers of those that read nothing."""


def partial_requests(probe: Probe) -> dict[SlowWay, PartialRequest]:
    """What a slow client sends, for each way of being slow."""
    whole = probe.head("GET", "ready")
    post = probe.head("POST", "read", f"Content-Length: {BODY_BYTES}")
    large = probe.head("GET", f"large?pieces={PIECES}")
    return {
        SlowWay.SILENT: PartialRequest(b""),
        SlowWay.HALF_HEADER: PartialRequest(whole[: len(whole) // 2]),
        SlowWay.HALF_BODY: PartialRequest(post + b"." * (BODY_BYTES // 2)),
        SlowWay.READS_NOTHING: PartialRequest(large, reads=False),
        SlowWay.IDLE: PartialRequest(whole, stays=True),
    }


async def ask(servers: Servers, context: Context) -> SilentSeen:
    """See what each way takes away from others, on a server of its own."""
    ways = [await _way(servers, context, way) for way in WAYS]
    return SilentSeen(watched_seconds=WATCHED_SECONDS, ways=tuple(ways))


async def _way(servers: Servers, context: Context, way: SlowWay) -> Slow:
    begun = time.monotonic()
    limit = max(AT_MOST, context.limit)
    if way is SlowWay.READS_NOTHING:
        limit = min(limit, AT_MOST_LARGE)
    ordinary = min(context.ceiling, ORDINARY)
    search = partial(_search, way=way, ordinary=ordinary, limit=limit)
    steps = await servers.use(search)
    return Slow(way=way, steps=steps, seconds=time.monotonic() - begun)


async def _search(
    probe: Probe, way: SlowWay, ordinary: int, limit: int
) -> tuple[SlowStep, ...]:
    """Find the least number of slow clients of one way that shuts everyone out.

    Ends early when the server does not serve the requests that waited meanwhile.
    """
    shut_out: dict[int, bool] = {}
    partial = partial_requests(probe)[way]
    steps = [await _step(probe, partial, 0, ordinary)]
    while count := next_count(shut_out, limit):
        least_possible = count == 1 or shut_out.get(count - 1) is False
        seconds = WATCHED_SECONDS if least_possible else 0.0
        steps.append(await _step(probe, partial, count, ordinary, seconds))
        shut_out[count] = not steps[-1].admitted
        if steps[-1].answered < steps[-1].offered:
            return tuple(steps)
    count = least(shut_out)
    if count is not None and steps[-1].clients != count:
        # When it was tried it was not known to be the least, and not watched for long.
        steps.append(await _step(probe, partial, count, ordinary, WATCHED_SECONDS))
    return tuple(steps)


async def _step(
    probe: Probe,
    partial: PartialRequest,
    count: int,
    ordinary: int,
    seconds: float = 0.0,
) -> SlowStep:
    """Have slow clients come, then ordinary requests; then have the slow ones leave.

    Where none is in the app the server is watched for ``seconds`` longer.
    """
    slow = probe.gather_beside(count, partial)
    try:
        await _come(probe, slow)
        closed, since = _cut_off(slow), time.monotonic()
        crowd = probe.gather(ordinary)
        settled, _ = await offer(probe, Arrival.BURST)
        if settled is Settled.STEADY_COUNT:
            await probe.watch(probe.all_in_or_ended)
        nobody = await _nobody_gets_in(probe, slow, closed)
        admitted = 0 if nobody else len(probe.holds.held)
        waiting = ordinary - len(crowd.ended) - admitted
        freed = await _freed(probe, slow, since, seconds) if nobody else None
        slow.give_up()
        await finish(probe)
        return SlowStep(
            clients=slow.offered,
            closed=closed,
            offered=ordinary,
            admitted=admitted,
            waiting=waiting,
            settled=settled,
            freed=freed,
            answered=crowd.account(probe.holds.entered).answered,
        )
    finally:
        slow.give_up()
        probe.disperse()


async def _come(probe: Probe, slow: Crowd) -> None:
    """Have the slow clients send what they send, and wait until the server is quiet."""
    count = len(slow.clients)
    slow.open(slow.clients)
    await probe.until(lambda: slow.offered == count or len(slow.ended) == count)
    slow.give_up_opening()
    for _ in range(COMING_TRIES):
        settled = await probe.unless_ended(probe.settle(), ROUND_SECONDS)
        if settled is not Settled.STEADY_COUNT:
            break


def _cut_off(slow: Crowd) -> int:
    """How many slow clients the server has closed or reset."""
    return sum(client.offered and client.cut_off() for client in slow.clients)


async def _nobody_gets_in(probe: Probe, slow: Crowd, closed: int) -> bool:
    """Whether ordinary requests wait and none enters, also when watched for a while.

    One that enters only after more slow clients were closed did not find room.
    """
    if probe.holds.entered or probe.all_in_or_ended():
        return False
    await probe.watch(lambda: bool(probe.holds.entered))
    if not probe.holds.entered or _cut_off(slow) > closed:
        return True
    await probe.until(probe.all_in_or_ended)
    return False


async def _freed(
    probe: Probe, slow: Crowd, since: float, seconds: float
) -> Freed | None:
    """How a server that admitted nobody came to admit somebody by itself, if it did."""
    await probe.watch(lambda: bool(probe.holds.entered), seconds)
    if not probe.holds.entered:
        return None
    entered = [hold.entered_at for hold in probe.holds.held.values()]
    first = min(entered, default=time.monotonic())
    return Freed(seconds=first - since, closed=_cut_off(slow))


# ----------------------------------------------------------------------- the search


def least(shut_out: Mapping[int, bool]) -> int | None:
    """The least number tried that shut everyone out; ``None`` if none did."""
    return min((count for count, shut in shut_out.items() if shut), default=None)


def next_count(shut_out: Mapping[int, bool], limit: int) -> int | None:
    """The number to try next; ``None`` when the least is found, or exceeds ``limit``.

    The number is doubled until everyone is shut out, then halved in between.
    ``shut_out`` says of each number tried whether it shut everyone out.
    """
    least_shut = least(shut_out)
    open_to = max(
        (
            n
            for n, shut in shut_out.items()
            if not shut and (not least_shut or n < least_shut)
        ),
        default=0,
    )
    if least_shut is None:
        return min(2 * open_to or 1, limit) if open_to < limit else None
    return (open_to + least_shut) // 2 if least_shut - open_to > 1 else None
