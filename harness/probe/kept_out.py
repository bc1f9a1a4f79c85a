"""Finds processes that may let in requests later without a further connection.

A worker with room need not be waiting for a connection. Another worker may hold a lock
around accept, which this one tries again after a moment; or it was full, and looks
again only after a moment. A master may also check periodically whether to start another
worker.
"""

from collections.abc import Mapping

from harness.probe.booting import BOOT_SECONDS
from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.workers import find_workers
from harness.probe.workers import request_port
from harness.system import warden
from harness.system.accepting import waiting_for_connections
from harness.system.sockets import listening


def kept_out(probe: Probe) -> set[int]:
    """The workers that have no request, and no thread that waits for a connection.

    Workers that have requests are left out: they may be full, and each would be waited
    for.
    """
    _, workers = _workers(probe)
    empty = workers.difference(probe.holds.processes().values())
    sockets = listening().keys()
    return {each for each in empty if not waiting_for_connections(each, sockets)}


def threads_of_masters(
    probe: Probe, sleep: Mapping[Thread, float | None]
) -> set[Thread]:
    """The masters' threads among ``sleep``, which has the most seconds each one sleeps.

    A master is a process that has started workers and is not one itself. A thread that
    wakes later than a worker may take to boot does not count.
    """
    if not sleep:
        return set()
    processes, workers = _workers(probe)
    masters = {
        each
        for each in set(processes) - workers
        if not workers.isdisjoint(warden.children(each))
    }
    return {
        thread
        for thread, seconds in sleep.items()
        if thread[0] in masters and (seconds or 0.0) < BOOT_SECONDS
    }


def _workers(probe: Probe) -> tuple[list[int], set[int]]:
    """The processes of a server, and its workers among them."""
    processes = probe.server.origin.processes()
    choice = find_workers(processes, probe.holds.ever, request_port(probe))
    return processes, set(choice.workers)
