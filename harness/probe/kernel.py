"""The kernel's account of the requests in a server (Linux).

It shares nothing with holds: it counts the connections that processes of the server
have accepted, whatever the app says.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from harness.probe.probe import Probe
from harness.records.witness import KernelAccount
from harness.system.sock_diag import sock_diag
from harness.system.sock_diag import Unavailable
from harness.system.sockets import connections
from harness.system.sockets import listening
from harness.system.sockets import PortOrPath
from harness.system.sockets import sockets_of

LINUX = sys.platform == "linux"

READS = 3
"""How often to read a table that may leave out connections."""


async def ask_kernel(probe: Probe) -> None:
    """Ask the kernel about the requests, if more are held or wait than the last time.

    The probe keeps the account of the fullest moment. If the kernel contradicts the
    app, it is asked once more: a request may just have left. Raises ``Ended``.
    """
    last = probe.learned.kernel
    before = (last.held, last.accepted + last.queued) if last else (0, 0)
    held = len(_held(probe))
    if (held, held + probe.waiting()) <= before or not held:
        return
    account = kernel_account(probe)
    if not account.reason and account.held_accepted < account.held:
        await probe.settle()
        account = kernel_account(probe)
    probe.learned.kernel = account


def kernel_account(probe: Probe) -> KernelAccount:
    """The kernel's account of the requests that were sent and not yet answered."""
    held = len(_held(probe))
    if not LINUX:
        return KernelAccount(held=held, reason="only Linux provides this")
    begun = time.thread_time()
    try:
        account = _account(probe)
    except Unavailable as problem:
        return KernelAccount(
            held=held, reason=f"this kernel does not answer: {problem}"
        )
    except PermissionError:
        reason = "the sockets of the server's processes cannot be seen"
        return KernelAccount(held=held, reason=reason)
    seconds = round(time.thread_time() - begun, 6)
    return KernelAccount(held=held, seconds=seconds, **account)


def processes_with_room(probe: Probe) -> set[int]:
    """The processes in which no request waits: all connections they accepted are held.

    Empty if the kernel does not say.
    """
    try:
        accepted = set(_inodes(probe).values())
        owned = {process: sockets_of(process) for process in probe.server.processes()}
    except (Unavailable, PermissionError):
        return set()
    held = Counter(probe.holds.processes().values())
    return {each for each, own in owned.items() if len(own & accepted) <= held[each]}


def _held(probe: Probe) -> set[str]:
    """The names of requests in the app that still have a connection.

    A server may cut the connection of one that it runs (gunicorn 21.0.1 does).
    """
    return probe.holds.held.keys() - probe.batch.ended


def _account(probe: Probe) -> dict[str, Any]:
    if probe.destination.endpoint.path:
        return {"reason": "the kernel does not show who is connected to a Unix socket"}
    listeners, port = listening(), probe.destination.endpoint.port
    owned = {process: sockets_of(process) for process in probe.server.processes()}
    everyones = set[str]().union(*owned.values())
    if port not in {listeners.get(inode) for inode in everyones}:
        return {"reason": "the server's port is not of one of its processes"}
    inodes = _inodes(probe)
    accepted = {name: inode for name, inode in inodes.items() if inode in everyones}
    # The kernel gives a connection no inode, "0", until a process has accepted it.
    return {
        "held_accepted": len(accepted.keys() & _held(probe)),
        "accepted": len(accepted),
        "queued": sum(inode == "0" for inode in inodes.values()),
        "by_process": _by_process(set(accepted.values()), owned.values()),
        "upstream": _upstream(probe, owned, listeners),
    }


def _inodes(probe: Probe) -> dict[str, str]:
    """The inode of each request's connection at the server, by name."""
    by_name = {}
    with sock_diag() as kernel:
        for client in probe.batch.clients:
            ends = client.ends
            inode = ends and kernel.inode(ends.peer, ends.own)
            if inode:
                by_name[client.name] = inode
    return by_name


def _by_process(inodes: set[str], owned: Iterable[set[str]]) -> tuple[int, ...]:
    numbers = (len(inodes & sockets) for sockets in owned)
    return tuple(sorted(filter(None, numbers), reverse=True))


def _upstream(
    probe: Probe, owned: Mapping[int, set[str]], listeners: Mapping[str, PortOrPath]
) -> int | None:
    """How many connections the server behind a proxy has accepted.

    The other ends of these are unknown, so a table is read, which may leave some out.
    """
    origin = probe.server.origin
    if origin is probe.server:
        return None
    inodes = set[str]().union(
        *(owned.get(process, ()) for process in origin.processes())
    )
    bound = {bound_to for inode, bound_to in listeners.items() if inode in inodes}
    ports = {bound_to for bound_to in bound if isinstance(bound_to, int)}
    accepted: set[str] = set()
    # The table is read in pieces, between which connections come and go.
    for _ in range(READS):
        accepted |= connections(ports) & inodes
        if len(accepted) >= len(_held(probe)):
            break
    return len(accepted) if ports else None
