"""Asks what a slot costs: memory, threads and open files while requests are held.

A fresh server is looked at while nothing is in the app, then with one request held,
with half of its slots taken, and with all; each time once it is quiet.
"""

import time

from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.load import fill
from harness.probe.round import finish
from harness.probe.watching import look_until
from harness.records.memory import Footprint
from harness.records.memory import MemorySeen
from harness.records.words import Settled
from harness.system.footprint import taken_by

MOST = 256
"""Most requests that are held."""

MADE_SECONDS = 20.0
"""How long a server may take to start all its processes."""


async def ask(probe: Probe, context: Context) -> MemorySeen:
    """Hold more and more requests, and look at all processes each time.

    Raises ``NotCounted``.
    """
    slots = min(context.ceiling, MOST)
    await _all_made(probe)
    steps = [_look(probe, Settled.SCHEDSTAT)]
    for load in sorted({1, max(1, slots // 2), slots}):
        with probe.dispersing():
            await fill(probe, load, load)
            settled = await probe.settle()
            steps.append(_look(probe, settled))
            await finish(probe)
    return MemorySeen(steps=tuple(steps), after=_look(probe, Settled.SCHEDSTAT))


async def _all_made(probe: Probe) -> None:
    """Wait until no new process or thread has appeared for a while.

    A server answers before all its workers are there, and pauses between starting them.
    """
    last = taken_by(probe.server.origin.processes())

    def more_were_made() -> bool:
        nonlocal last
        before, last = last, taken_by(probe.server.origin.processes())
        return (before.processes, before.threads) != (last.processes, last.threads)

    deadline = time.monotonic() + MADE_SECONDS
    while await look_until(probe, more_were_made):
        if time.monotonic() > deadline:
            break


def _look(probe: Probe, settled: Settled) -> Footprint:
    """Count what the server uses now. Raises ``NotCounted``."""
    taken = taken_by(probe.server.origin.processes())
    held = len(probe.holds.held)
    return Footprint(held=held, settled=settled, **taken._asdict())
