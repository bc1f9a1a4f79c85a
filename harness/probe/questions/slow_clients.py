"""Knows how to find out what slow clients take away from others; must not judge it.

Rule 1: it is told by ordinary requests: some slow clients, then as many ordinary
requests as get in without them, and how many of these are in the app once the server
is quiet. Rule 2: the slow clients leave before ordinary requests that wait do, so that
each of these ends in an answer and nothing is left behind for the next step.
"""

from __future__ import annotations

import time

from harness.probe.clients import Part
from harness.probe.crowd import Crowd
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.probe.questions.search import least
from harness.probe.questions.search import next_count
from harness.records.questions import SilentAsked
from harness.records.trouble import Freed
from harness.records.trouble import Slow
from harness.records.trouble import SlowStep
from harness.records.trouble import SlowWay
from harness.records.words import Arrival
from harness.records.words import Settled

WAYS = tuple(SlowWay)
"""Those that are tried, in order."""

AT_MOST = 128
"""Slow clients that are tried, unless more are asked for."""

AT_MOST_LARGE = 32
"""Of those that read nothing, whatever is asked for: each takes some megabytes."""

ORDINARY = 16
"""Ordinary requests that are offered at most."""

WATCHED_SECONDS = 8.0
"""How long a server that nobody gets into is watched. Some have a timeout for this: of
2 seconds (gunicorn's gevent), 4 (uWSGI) or 5 (gunicorn's gthread)."""

PIECES = 128
"""Of 64 KiB each, of a large answer: more than the kernel takes over from a server
whose client reads nothing, which is 4 MiB at most with the usual ``tcp_wmem``."""

BODY_BYTES = 1000

COMING_TRIES = 3
"""How often a server is waited for that is not quiet with slow clients about. To fill
what is between it and those that read nothing takes a machine that is busy long."""


def parts(probe: Probe) -> dict[SlowWay, Part]:
    """What a client of each way sends."""
    whole = probe.head("GET", "ready")
    post = probe.head("POST", "read", f"Content-Length: {BODY_BYTES}")
    large = probe.head("GET", f"large?pieces={PIECES}")
    return {
        SlowWay.SILENT: Part(b""),
        SlowWay.HALF_HEADER: Part(whole[: len(whole) // 2]),
        SlowWay.HALF_BODY: Part(post + b"." * (BODY_BYTES // 2)),
        SlowWay.READS_NOTHING: Part(large, reads=False),
        SlowWay.IDLE: Part(whole, stays=True),
    }


async def ask(servers: Servers, terms: Terms) -> SilentAsked:
    """What each way takes away from others, on a server of its own."""
    ways = [await _way(servers, terms, way) for way in WAYS]
    return SilentAsked(watched_seconds=WATCHED_SECONDS, ways=tuple(ways))


async def _way(servers: Servers, terms: Terms, way: SlowWay) -> Slow:
    begun = time.monotonic()
    limit = max(AT_MOST, terms.limit)
    if way is SlowWay.READS_NOTHING:
        limit = min(limit, AT_MOST_LARGE)
    ordinary = min(terms.ceiling, ORDINARY)

    async def search(probe: Probe) -> tuple[SlowStep, ...]:
        return await _search(probe, way, ordinary, limit)

    steps = await servers.use(search)
    return Slow(way=way, steps=steps, seconds=time.monotonic() - begun)


async def _search(
    probe: Probe, way: SlowWay, ordinary: int, limit: int
) -> tuple[SlowStep, ...]:
    """Find the least number of slow clients of one way that shuts everyone out.

    Ends early when the server does not serve again what waited meanwhile.
    """
    shut_out: dict[int, bool] = {}
    part = parts(probe)[way]
    steps = [await _step(probe, part, 0, ordinary)]
    while count := next_count(shut_out, limit):
        least_possible = count == 1 or shut_out.get(count - 1) is False
        seconds = WATCHED_SECONDS if least_possible else 0.0
        steps.append(await _step(probe, part, count, ordinary, seconds))
        shut_out[count] = not steps[-1].admitted
        if steps[-1].answered < steps[-1].offered:
            return tuple(steps)
    found = least(shut_out)
    if found is not None and steps[-1].clients != found:
        # It was not known then that it is the least, so it was not watched for long.
        steps.append(await _step(probe, part, found, ordinary, WATCHED_SECONDS))
    return tuple(steps)


async def _step(
    probe: Probe, part: Part, count: int, ordinary: int, seconds: float = 0.0
) -> SlowStep:
    """Some slow clients, then ordinary requests; then the slow ones leave.

    With none in the app the server is watched for ``seconds`` longer.
    """
    slow = probe.gather_beside(count, part)
    try:
        await _come(probe, slow)
        closed, since = _cut_off(slow), time.monotonic()
        crowd = probe.gather(ordinary)
        settled, _ = await probe.offer(Arrival.BURST)
        if settled is Settled.STEADY_COUNT:
            await probe.watch(probe.all_in_or_ended)
        nobody = await _nobody_gets_in(probe, slow, closed)
        admitted = 0 if nobody else len(probe.holds.held)
        waiting = ordinary - len(crowd.ended) - admitted
        freed = await _freed(probe, slow, since, seconds) if nobody else None
        slow.give_up()
        await probe.finish()
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
    """Have the slow clients send what they send, and the server do what it does."""
    count = len(slow.clients)
    slow.open(slow.clients)
    await probe.until(lambda: slow.offered == count or len(slow.ended) == count)
    slow.give_up_opening()
    for _ in range(COMING_TRIES):
        settled = await probe.unless_ended(probe.settle(), ROUND_SECONDS)
        if settled is not Settled.STEADY_COUNT:
            break


def _cut_off(slow: Crowd) -> int:
    """How many slow clients the server has done away with."""
    return sum(client.offered and client.cut_off() for client in slow.clients)


async def _nobody_gets_in(probe: Probe, slow: Crowd, closed: int) -> bool:
    """Whether ordinary requests wait and none gets in, though watched for a while.

    One that enters only when more slow clients are closed did not find room.
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
    """What was seen when a server that nobody got into let somebody in by itself."""
    await probe.watch(lambda: bool(probe.holds.entered), seconds)
    if not probe.holds.entered:
        return None
    entered = [hold.entered_at for hold in probe.holds.held.values()]
    first = min(entered, default=time.monotonic())
    return Freed(seconds=first - since, closed=_cut_off(slow))
