"""Asks how many requests compute at the same time.

Requests are held until all that are to compute are in the app, and are released
together. Each computes, and is held once more (``NAME.out``). From the release until
the first of them is done, all have something to compute.

The kernel adds up the time in which the threads of the server ran, and in which they
were ready to run and waited for a processor. The sum, divided by the elapsed time, is
the number of requests that computed, or would have computed with a processor for each.
A busy machine does not change it: waiting for a processor is counted. A thread that
waits for the interpreter lock sleeps, which counts as neither.
"""

import time

from harness.probe.gathering import gather
from harness.probe.hold import OUT
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.probe.processor_time import Between
from harness.probe.processor_time import between
from harness.probe.processor_time import used
from harness.probe.questions.context import Context
from harness.probe.round import finish
from harness.probe.round import offer
from harness.records.seen import ComputeRound
from harness.records.seen import ParallelSeen
from harness.records.words import Arrival
from harness.system.processors import processors

SECONDS = 0.25
"""Processor time that each request uses."""

FIRST_STEPS = 300_000
"""Steps of the first computation, which shows how many steps take ``SECONDS``."""

AT_ONCE = 8
"""The most requests that compute together."""

ROUNDS = 3
"""The most rounds: chance may decide which worker gets a request."""


async def ask(probe: Probe, context: Context) -> ParallelSeen:
    """Let all requests that fit compute together, until all processes take part.

    Raises ``CannotTell``.
    """
    together = min(context.ceiling, AT_ONCE)
    known = context.numbers.processes or 1
    steps = await _steps(probe)
    rounds: list[ComputeRound] = []
    for _ in range(ROUNDS):
        rounds.append(await _round(probe, together, steps))
        if rounds[-1].processes >= min(together, known):
            break
    return ParallelSeen(processors=processors(), rounds=tuple(rounds))


async def _steps(probe: Probe) -> int:
    """The number of steps that take ``SECONDS`` of processor time."""
    alone = await _round(probe, 1, FIRST_STEPS)
    return int(FIRST_STEPS * SECONDS / max(alone.used, 0.001))


async def _round(probe: Probe, count: int, steps: int) -> ComputeRound:
    gather(probe, count, query=f"&compute={steps}")
    with probe.dispersing():
        await offer(probe, Arrival.BURST)
        spread = probe.holds.spread()
        computing = list(probe.holds.held)
        seen, lag = await _compute(probe, computing)
        await finish(probe)
    return ComputeRound(
        computing=len(computing),
        processes=spread.processes,
        lag_seconds=lag,
        **seen._asdict(),
    )


async def _compute(probe: Probe, computing: list[str]) -> tuple[Between, float]:
    """Release these requests; return the time used until the first is done.

    Also how long this process was held up meanwhile.
    """
    # Others, such as a master process, do not compute.
    processes = {*probe.holds.processes().values()} & {*probe.server.processes()}
    probe.lag.begin()
    before = used(processes)
    for name in computing:
        probe.holds.release(name)
    releasing = time.monotonic() - before.at
    await probe.unless_ended(_one_computed(probe), ROUND_SECONDS)
    return between(before, used(processes)), max(releasing, probe.lag.worst())


async def _one_computed(probe: Probe) -> None:
    """Wait until one has computed, without checking whether the server is quiet."""
    while not probe.all_ended():
        if any(name.endswith(OUT) for name in probe.holds.held):
            return
        await probe.until_moved(ROUND_SECONDS)
