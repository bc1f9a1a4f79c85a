"""Knows how to see how many requests compute at the same time; must not judge it.

Requests are held until as many as are to compute are in the app, and are let go
together. Each computes, and is held once more (``NAME.out``). From the release until
the first of them is through, all have something to compute.

What counts is how many threads of the server ran, or were ready to run and waited for a
processor: the kernel adds up both, and their sum by how long it took is how many
computed, or would have with a processor for each. So a busy machine changes nothing:
what others use makes threads wait for a processor, and that is counted. A thread that
waits for the lock of the interpreter does neither: it sleeps.
"""

from __future__ import annotations

from harness.probe.probe import Probe
from harness.probe.processor_time import Between
from harness.probe.processor_time import between
from harness.probe.processor_time import CannotTell
from harness.probe.processor_time import used
from harness.probe.questions.context import Servers
from harness.probe.questions.context import Terms
from harness.records.questions import ComputeRound
from harness.records.questions import ParallelAsked
from harness.records.rounds import sum_up
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.system.machine import processors

OUT = ".out"
"""What the name of a hold ends with whose request has computed."""

SECONDS = 0.25
"""Processor time that one request computes for."""

FIRST_STEPS = 300_000
"""Steps of the computation by which it is found out how many take so long."""

AT_ONCE = 8
"""Requests that compute together, at most."""

ROUNDS = 3
"""Which worker gets a request may be chance."""


async def ask(servers: Servers, terms: Terms) -> ParallelAsked:
    """Let as many compute as are let in at once, until all processes take part."""
    together = min(terms.ceiling, AT_ONCE)
    known = sum_up(terms.rounds, terms.load).processes or 1

    async def rounds(probe: Probe) -> tuple[ComputeRound, ...]:
        steps = await _steps(probe)
        seen: list[ComputeRound] = []
        for _ in range(ROUNDS):
            seen.append(await _round(probe, together, steps))
            if seen[-1].processes >= min(together, known):
                break
        return tuple(seen)

    try:
        seen = await servers.use(rounds)
    except CannotTell as problem:
        return ParallelAsked(outcome=Outcome.NOT_SUPPORTED, reason=str(problem))
    return ParallelAsked(processors=processors(), rounds=seen)


async def _steps(probe: Probe) -> int:
    """How many take one request so long; by its processor time, not the clock."""
    alone = await _round(probe, 1, FIRST_STEPS)
    return int(FIRST_STEPS * SECONDS / max(alone.used, 0.001))


async def _round(probe: Probe, count: int, steps: int) -> ComputeRound:
    probe.gather(count, more=f"&compute={steps}")
    try:
        await probe.offer(Arrival.BURST)
        place = probe.place()
        computing = list(probe.holds.held)
        seen = await _compute(probe, computing)
        await probe.finish()
    finally:
        probe.disperse()
    return ComputeRound(
        computing=len(computing), processes=place.processes, **seen._asdict()
    )


async def _compute(probe: Probe, computing: list[str]) -> Between:
    """Let these go; what was used until the first of them is through."""
    holding = {hold.said.process for hold in probe.holds.held.values() if hold.said}
    # Others of the server, such as one that watches over these, do not compute.
    processes = holding.intersection(probe.server.processes())
    before = used(processes)
    for name in computing:
        probe.holds.release(name)
    await probe.wait(
        lambda: probe.all_ended() or any(n.endswith(OUT) for n in probe.holds.held)
    )
    return between(before, used(processes))
