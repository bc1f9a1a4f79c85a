"""Waits for requests that will still enter the app although the server is quiet.

Middleware that waits for something else, and a sleeping worker, are as quiet as a full
server. Four signs tell them apart: an idle server lets nobody in; a request that came
alone took long to enter; threads have begun to sleep on a clock since the requests
came; or connections found the backlog full, and the kernel is about to try them again
now that it has room.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.watching import patience
from harness.probe.watching import pause_patience
from harness.probe.watching import watch
from harness.records.words import Settled
from harness.system.asleep import on_clock
from harness.system.sockets import overflows
from harness.system.sockets import sockets_of
from harness.system.sockets import will_arrive

ALONE_SECONDS = 10.0
"""How long to watch an idle server that has never let a request in, in seconds."""

ASLEEP_SECONDS = 20.0
"""How long to wait for threads that sleep on a clock."""

LOOK_SECONDS = 0.1
"""Seconds between two looks at what may still arrive."""

PROCESSES_EXAMINED = 64
"""Most processes whose threads are examined for what they sleep in."""


class Before(NamedTuple):
    """The state of a server before requests were sent to it."""

    asleep: set[Thread]
    """Threads that slept on a clock."""
    overflows: int
    """How often a connection had found a backlog full on this machine."""


def state_before(processes: Iterable[int]) -> Before:
    """Look at a server that is about to get requests."""
    return Before(_asleep(processes), overflows())


def _asleep(processes: Iterable[int]) -> set[Thread]:
    """Threads of these processes that sleep on a clock."""
    processes = list(processes)
    if len(processes) > PROCESSES_EXAMINED:
        return set()
    return on_clock(processes)


async def wait_for_requests(probe: Probe, settled: Settled, before: Before) -> Settled:
    """Wait for requests that are on their way to the app of a quiet server.

    ``settled`` is how the server settled, and ``before`` its state before anything was
    sent. Returns how it settled in the end.
    """
    if settled is Settled.ALL_ENTERED or not probe.waiting():
        return settled
    if _nobody_came(probe) and not probe.learned.admits_none:
        settled = await _wait_for_first(probe, settled)
    if probe.learned.pause_seconds and probe.waiting():
        await watch(probe, probe.all_in_or_ended, pause_patience(probe.learned))
        settled = await probe.until(probe.all_in_or_ended)
    return await _wait_for_arrivals(
        probe, probe.all_in_or_ended, before, settled, clocks=True
    )


async def wait_for_connections(probe: Probe, before: Before) -> None:
    """Wait for connections that found a backlog full, before they are given up."""
    batch = probe.batch

    def all_offered() -> bool:
        return batch.offered == len(batch.clients) or probe.all_ended()

    await _wait_for_arrivals(probe, all_offered, before)


def _nobody_came(probe: Probe) -> bool:
    return not (probe.holds.entered or probe.batch.ended)


async def _wait_for_first(probe: Probe, settled: Settled) -> Settled:
    """Wait for the first request to enter an idle server."""
    begun = time.monotonic() - probe.batch.seconds_since_sent
    seconds = patience(probe.learned) if probe.holds.ever else ALONE_SECONDS
    await watch(probe, lambda: not _nobody_came(probe), seconds)
    if _nobody_came(probe):
        probe.learned.admits_none = True
        return settled
    if settled is not Settled.STEADY_COUNT:
        probe.learned.pause_seconds = max(
            probe.learned.pause_seconds, time.monotonic() - begun
        )
    return await probe.until(probe.all_in_or_ended)


def _may_arrive(probe: Probe) -> bool:
    """Whether connections that found a backlog full will now find it with room."""
    with contextlib.suppress(PermissionError):
        sockets = map(sockets_of, probe.server.processes())
        return will_arrive(set[str]().union(*sockets))
    return False


async def _wait_for_arrivals(
    probe: Probe,
    reached: Callable[[], bool],
    before: Before,
    settled: Settled = Settled.ALL_ENTERED,
    *,
    clocks: bool = False,
) -> Settled:
    """Wait for connections to arrive.

    With ``clocks``, threads that sleep on a clock are waited for too. Until then a
    count is not final. Connections that the kernel tries again come many at a time, so
    a backlog may be full at one look and have room at the next. ``settled`` is how the
    server settled before; returns how it did last.
    """
    deadline = time.monotonic() + ASLEEP_SECONDS
    looks = 0
    while not reached():
        asleep = clocks and _asleep(probe.server.processes()) - before.asleep
        overflowed = overflows() > before.overflows
        looks = 0 if asleep or (overflowed and _may_arrive(probe)) else looks + 1
        # After an overflow two looks in a row have to find nothing on its way.
        if looks > overflowed:
            break
        if time.monotonic() > deadline:
            return Settled.STEADY_COUNT
        await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), ASLEEP_SECONDS)
        settled = await probe.until(reached)
    return settled
