"""Finds which processes of a server take requests, and how to choose their order.

The workers are the processes that listen on the same sockets as those that have held
requests. Two kinds of process listen there too without being workers. A master has
workers below it; it counts as one only if it held requests itself or waits for
connections. A process forked by a worker that has a master is not one either: new
workers would come from that master, so the app must have forked this process.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from harness.probe.orders import Choice
from harness.probe.orders import SEVERAL_SOCKETS
from harness.probe.probe import Probe
from harness.records.steering import BY_THREADS
from harness.records.steering import Steering
from harness.records.words import Settled
from harness.system import warden
from harness.system.accepting import most_on_one_socket
from harness.system.accepting import sockets_waited_for
from harness.system.asleep import wakes_by_itself
from harness.system.sockets import listening
from harness.system.sockets import PortOrPath
from harness.system.sockets import share_an_address
from harness.system.sockets import sockets_of
from harness.system.stopping import may_stop

PASSED_ON = "each worker listens elsewhere, and what passes requests on to them chooses"
"""Why no order is chosen for workers that each listen at their own address."""

Listeners = dict[int, dict[str, PortOrPath]]
"""The port or path of each listening socket by inode, for each process."""

Inodes = dict[int, set[str]]
"""The inodes of listening sockets, by process."""


def choose(probe: Probe) -> Choice:
    """Find the present workers of a server, and how to choose their order."""
    server = probe.server
    processes = server.origin.processes()
    choice = find_workers(processes, probe.holds.ever, request_port(probe))
    if choice.by is not None and probe.quiet.by is not Settled.SCHEDSTAT:
        reason = "this machine does not show for sure when a server is quiet"
        return choice._replace(by=None, reason=reason)
    if choice.by is Steering.PORT and server.origin is not server:
        reason = "what stands in front chooses the connections"
        return choice._replace(by=None, reason=reason)
    if len(choice.workers) == 1 and is_shared_by_threads(probe, *choice.workers):
        return Choice(reason=BY_THREADS)
    return choice


def is_shared_by_threads(probe: Probe, worker: int) -> bool:
    """Whether each of several threads of a worker accepts more than it can serve.

    The number served then depends on the order of these threads. For threads that
    accept one connection at a time, the order makes no difference, even if some of
    their requests wait in front of the app.
    """
    learned, kernel = probe.learned, probe.learned.kernel
    if kernel and kernel.waiting_inside > 0 and not learned.shared_by_threads:
        threads = most_on_one_socket(worker, listening().keys())
        learned.shared_by_threads = 1 < threads < kernel.accepted
    return learned.shared_by_threads


def may_be_booting(probe: Probe, workers: Iterable[int]) -> set[int]:
    """The workers that never took a request and sleep for a time.

    A process forked by one that took requests itself is no worker: the app forked it.
    """
    asleep = {w for w in set(workers) - probe.holds.ever if wakes_by_itself(w)}
    if not asleep:
        return asleep
    processes = probe.server.origin.processes()
    return asleep - forked_by_workers(processes, probe.holds.ever)


def request_port(probe: Probe) -> PortOrPath | None:
    """The port that requests are sent to.

    ``None`` if a proxy takes them first, or if it is not a port.
    """
    behind = probe.server.origin is not probe.server
    endpoint = probe.destination.endpoint
    return None if behind or endpoint.path else endpoint.port


def find_workers(
    processes: Iterable[int], held: set[int], reached: PortOrPath | None = None
) -> Choice:
    """The workers among some processes; ``held`` are those that held requests.

    ``reached`` is where requests are sent, if that is known.
    """
    try:
        listeners = _listeners(processes)
    except PermissionError:
        return Choice(reason="the sockets of the server's processes cannot be seen")
    waited_on = [
        set(_waited_on(process, listeners[process]).values())
        for process in held
        if process in listeners
    ]
    if held and not waited_on and len(listeners) > 1:
        return Choice(reason="the processes that hold requests do not listen")
    # The sockets that all of them wait on: some may have inherited others.
    common = set.intersection(*waited_on) if waited_on else set()
    wanted = common or {to for bound in listeners.values() for to in bound.values()}
    if reached in common:
        wanted = {reached}
    elif waited_on and not common:
        wanted.discard(reached)  # what listens there passes requests on
    workers = _without_masters(_listening_on(wanted, listeners), held)
    if waited_on and not common:
        return Choice(tuple(sorted(workers)), reason=PASSED_ON)
    # With SO_REUSEPORT the kernel chooses a socket by a hash of both addresses, so even
    # a single worker does not take requests in the order in which they come.
    if any(len(each) > 1 and share_an_address(each) for each in workers.values()):
        return Choice(reason=SEVERAL_SOCKETS)
    return _choice(workers)


def other_listeners(processes: Iterable[int], workers: Collection[int]) -> set[int]:
    """Processes that listen on a socket of the workers without being workers.

    Empty if that is unknown.
    """
    try:
        listeners = _listeners(processes)
    except PermissionError:
        return set()
    of_workers = {inode for worker in workers for inode in listeners.get(worker, ())}
    return {
        process
        for process, inodes in listeners.items()
        if process not in workers and not of_workers.isdisjoint(inodes)
    }


def _listening_on(wanted: Collection[PortOrPath], listeners: Listeners) -> Inodes:
    """The processes that listen at a wanted address, and their sockets there."""
    return {
        process: {inode for inode, to in bound.items() if to in wanted}
        for process, bound in listeners.items()
        if not set(wanted).isdisjoint(bound.values())
    }


def _without_masters(listening_on: Inodes, held: Collection[int]) -> Inodes:
    """Those that take requests themselves.

    A master keeps the listening socket open for its workers, and processes forked by an
    app have inherited it. Neither takes requests, unless it held some or waits to
    accept.
    """
    forked = _forked_by_workers(listening_on, set(held))
    others = listening_on.keys()
    return {
        process: inodes
        for process, inodes in listening_on.items()
        if process in held
        or not (forked.get(process) or others & set(warden.descendants(process)))
        or sockets_waited_for(process, inodes)
    }


def forked_by_workers(processes: Iterable[int], answered: set[int]) -> set[int]:
    """Processes that were forked by a worker, and listen as it does.

    A worker is a process that has ``answered``, or that waits for connections.
    """
    try:
        listeners = _listeners(processes)
    except PermissionError:
        return set()
    waited_on = {process: set(inodes) for process, inodes in listeners.items()}
    return set(_forked_by_workers(waited_on, answered))


def _forked_by_workers(
    listening_on: Mapping[int, Collection[str]], answered: set[int]
) -> dict[int, bool]:
    """The processes that a worker forked, and whether that worker has a master."""
    parents = {
        child: process for process in listening_on for child in warden.children(process)
    }
    return {
        process: parent in parents
        for process, parent in parents.items()
        if process in listening_on
        and (parent in answered or sockets_waited_for(parent, listening_on[parent]))
    }


def _waited_on(process: int, listeners: dict[str, PortOrPath]) -> dict[str, PortOrPath]:
    """The listening sockets that a process waits on.

    All that it has if no wait is seen.
    """
    waited_for = sockets_waited_for(process, listeners)
    return {inode: listeners[inode] for inode in waited_for} or listeners


def _listeners(processes: Iterable[int]) -> Listeners:
    bound = listening()
    inodes = {
        process: {i: bound[i] for i in sockets_of(process) & bound.keys()}
        for process in processes
    }
    return {process: own for process, own in inodes.items() if own}


def _choice(workers: dict[int, set[str]]) -> Choice:
    """How to choose the order of workers, by the inodes that each listens on."""
    order = tuple(sorted(workers))
    if len(order) < 2:
        return Choice(order)
    if unreachable := [each for each in order if not may_stop(each)]:
        return Choice(order, reason=f"process {unreachable[0]} may not be stopped")
    # If all share one socket, whichever worker runs takes what comes. If each has its
    # own, the kernel has chosen one before any worker runs, and a stopped worker keeps
    # its requests.
    shared = set.intersection(*workers.values())
    every = set.union(*workers.values())
    if shared == every:
        return Choice(order, Steering.STOP)
    if sum(map(len, workers.values())) == len(every):
        return Choice(order, Steering.PORT)
    return Choice(order, reason="some workers share a listening socket, others do not")
