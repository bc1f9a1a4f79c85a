"""Waits until all workers of a server take requests.

A quiet server may still boot some. A server answers as soon as its first worker is up,
and a worker that sleeps while it boots is as quiet as one that waits for requests. The
system call in which it sleeps tells them apart.
"""

import asyncio
import time

from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.quiet import START
from harness.probe.workers import find_workers
from harness.probe.workers import forked_by_workers
from harness.probe.workers import request_port
from harness.records.words import Settled
from harness.system.asleep import takes_no_message
from harness.system.schedstat import thread_state

BOOT_SECONDS = 60.0
"""How long to wait for workers that sleep or compute before their first request. A
process that still does so after that counts as one that serves no requests."""

FORKED_SECONDS = 20.0
"""The same for processes forked by one that takes requests itself: some servers fork
workers that way, and some apps fork when they are imported."""

LOOK_SECONDS = 0.05
"""Seconds between two looks at workers that are still starting."""

ENDED = (b"Z", b"X")
"""States of a process that has ended, zombie or dead, in ``/proc/PID/stat``."""


async def wait_until_booted(probe: Probe) -> None:
    """Wait until every worker of a server takes requests, and it is quiet.

    Threads that never rest are told apart from workers that boot. Raises ``Ended``.
    """
    begun = time.monotonic()
    while True:
        settled = await probe.settle(START)
        restless: frozenset[Thread] = frozenset()
        if settled is Settled.STEADY_COUNT:
            finding = probe.quiet.find_restless()
            restless = await probe.unless_ended(finding, BOOT_SECONDS)
        boots = _is_booting(probe, restless, time.monotonic() - begun)
        if not boots or time.monotonic() - begun > BOOT_SECONDS:
            break
        await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), BOOT_SECONDS)
    # A booting worker computes too: only threads that go on after that never rest.
    if restless and not boots:
        probe.quiet.leave_out(restless)
        await probe.settle(START)


async def wait_for_new_processes(probe: Probe) -> set[int]:
    """The processes of a server, once all its new ones are up."""
    if _alive(probe) != probe.learned.processes:
        if probe.learned.processes:
            await wait_until_booted(probe)
        probe.learned.processes = _alive(probe)
    return probe.learned.processes


def _alive(probe: Probe) -> set[int]:
    """The processes of a server, without zombies."""
    processes = probe.server.processes()
    return {
        process for process in processes if thread_state(process, process) not in ENDED
    }


def _is_booting(probe: Probe, restless: frozenset[Thread], seconds: float) -> bool:
    """Whether a worker that has not answered yet sleeps on a clock, or computes.

    ``seconds`` is how long the probe has waited for such workers.
    """
    answered = set(probe.holds.ever)
    if probe.learned.answered_by is not None:
        answered.add(probe.learned.answered_by)
    processes, reached = probe.server.origin.processes(), request_port(probe)
    boot = {
        worker
        for worker in set(find_workers(processes, answered, reached).workers) - answered
        if takes_no_message(worker) or (worker, worker) in restless
    }
    if boot and seconds > FORKED_SECONDS:
        boot -= forked_by_workers(processes, answered)
    return bool(boot)
