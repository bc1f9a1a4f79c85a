"""Waits until all workers of a server take requests: a quiet one may still start some.

A server answers as soon as its first worker is up, and a worker that sleeps while it
boots is as quiet as one that waits for requests. What it sleeps in tells them apart.
"""

from __future__ import annotations

import asyncio
import time

from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.quiet import START
from harness.probe.workers import find_workers
from harness.probe.workers import forked_by_workers
from harness.records.words import Settled
from harness.system.asleep import takes_no_message
from harness.system.schedstat import thread_state

BOOT_SECONDS = 60.0
"""How long workers are waited for that sleep, or compute, before their first request.
After that they are taken for what does not take requests."""

FORKED_SECONDS = 20.0
"""The same for those that a process forked which takes requests itself: some servers
do that, and so does an app that forks when it is imported."""

LOOK_SECONDS = 0.05

ENDED = (b"Z", b"X")


async def wait_until_booted(probe: Probe) -> None:
    """Wait until every worker of a server takes requests, and it is quiet.

    Threads that never rest are told apart from workers that boot. Raises ``Ended``.
    """
    begun = time.monotonic()
    while True:
        settled = await probe.unless_ended(probe.settle(START), BOOT_SECONDS)
        restless: frozenset[Thread] = frozenset()
        if settled is Settled.STEADY_COUNT:
            finding = probe.quiet.find_restless()
            restless = await probe.unless_ended(finding, BOOT_SECONDS)
        boots = _is_booting(probe, restless, time.monotonic() - begun)
        if not boots or time.monotonic() - begun > BOOT_SECONDS:
            break
        await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), BOOT_SECONDS)
    if restless and not boots:
        probe.quiet.leave_out(restless)
        await probe.unless_ended(probe.settle(START), BOOT_SECONDS)


async def wait_for_new_processes(probe: Probe) -> set[int]:
    """The processes of a server, once all its new ones are up."""
    if _alive(probe) != probe.processes:
        if probe.processes:
            await wait_until_booted(probe)
        probe.processes = _alive(probe)
    return probe.processes


def _alive(probe: Probe) -> set[int]:
    """The processes of a server, without zombies."""
    processes = probe.server.processes()
    return {
        process for process in processes if thread_state(process, process) not in ENDED
    }


def _is_booting(probe: Probe, restless: frozenset[Thread], seconds: float) -> bool:
    """Whether a worker that has not answered yet sleeps on a clock, or computes.

    For so many ``seconds`` such workers were waited for.
    """
    seen = set(probe.holds.ever)
    if probe.answered_by is not None:
        seen.add(probe.answered_by)
    processes = probe.server.origin.processes()
    boot = {
        worker
        for worker in set(find_workers(processes, seen).workers) - seen
        if takes_no_message(worker) or (worker, worker) in restless
    }
    if boot and seconds > FORKED_SECONDS:
        boot -= forked_by_workers(processes, seen)
    return bool(boot)
