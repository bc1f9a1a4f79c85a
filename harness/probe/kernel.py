"""The kernel's account of the requests in a server (Linux).

It shares nothing with holds: what counts is which connections processes of the server
have accepted, whatever the app says.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.records.witness import KernelAccount
from harness.system.sockets import Connection
from harness.system.sockets import connections
from harness.system.sockets import listening
from harness.system.sockets import Place
from harness.system.sockets import sockets_of

LINUX = sys.platform == "linux"


async def take_account(probe: Probe) -> None:
    """Ask the kernel if more requests are held than when it was last asked.

    Where it contradicts them, it is asked once more: a request may just have left.
    Raises ``Ended``.
    """
    if len(probe.holds.held) <= (probe.kernel.held if probe.kernel else 0):
        return
    account = kernel_account(probe)
    if not account.reason and account.held_accepted < account.held:
        await probe.unless_ended(probe.settle(), ROUND_SECONDS)
        account = kernel_account(probe)
    probe.kernel = account


def kernel_account(probe: Probe) -> KernelAccount:
    """What the kernel says of the requests that were sent and not yet answered."""
    held = len(probe.holds.held)
    if not LINUX:
        return KernelAccount(held=held, reason="only Linux tells")
    begun = time.thread_time()
    try:
        account = _account(probe)
    except PermissionError:
        reason = "the sockets of the server's processes cannot be seen"
        return KernelAccount(held=held, reason=reason)
    seconds = round(time.thread_time() - begun, 6)
    return KernelAccount(held=held, seconds=seconds, **account)


def _account(probe: Probe) -> dict[str, Any]:
    if probe.address.path:
        return {"reason": "of a Unix socket the kernel does not tell who is connected"}
    listeners, port = listening(), probe.address.port
    owned = {process: sockets_of(process) for process in probe.server.processes()}
    everyones = set[str]().union(*owned.values())
    if port not in {listeners.get(inode) for inode in everyones}:
        return {"reason": "the server's port is not of one of its processes"}
    inodes, behind = _behind(probe, owned, listeners)
    lines = connections({port, *behind})
    names = probe.crowd.ports()
    ours = [each for each in lines if each.port == port and each.peer in names]
    accepted = [each for each in ours if each.inode in everyones]
    return {
        "held_accepted": sum(names[each.peer] in probe.holds.held for each in accepted),
        "accepted": len(accepted),
        "queued": sum(not each.is_accepted for each in ours),
        "by_process": _by_process(accepted, owned.values()),
        "upstream": _upstream(lines, behind, inodes) if behind else None,
    }


def _behind(
    probe: Probe, owned: Mapping[int, set[str]], listeners: Mapping[str, Place]
) -> tuple[set[str], set[int]]:
    """The sockets of the server behind a proxy, and its ports; none without a proxy."""
    origin = probe.server.origin
    if origin is probe.server:
        return set(), set()
    inodes = set[str]().union(*(owned.get(each, ()) for each in origin.processes()))
    places = {place for inode, place in listeners.items() if inode in inodes}
    return inodes, {place for place in places if isinstance(place, int)}


def _by_process(
    accepted: Iterable[Connection], owned: Iterable[set[str]]
) -> tuple[int, ...]:
    inodes = {each.inode for each in accepted}
    return tuple(sorted(filter(None, (len(inodes & its) for its in owned)))[::-1])


def _upstream(lines: Iterable[Connection], ports: set[int], inodes: set[str]) -> int:
    return sum(each.port in ports and each.inode in inodes for each in lines)
