"""Finds the ports that a server listens on, and whether others share them.

Some servers, granian and eventlet among them, silently share an occupied port
(``SO_REUSEPORT``): the kernel then gives some of the requests to another program.
"""

import contextlib
from collections.abc import Iterable

import psutil

from harness.system.sockets import addresses_of_listeners
from harness.system.sockets import listening
from harness.system.sockets import sockets_of


def shared(port: int, processes: Iterable[int]) -> bool:
    """Whether any other process listens at the same address and port as well.

    A listener at another address takes none of these requests. Where the owners of
    sockets cannot be seen, or none of them is one of these processes, the answer is no.
    """
    listeners = {inode for inode, at in listening().items() if at == port}
    if len(listeners) < 2:
        return False
    try:
        own = listeners & set[str]().union(*map(sockets_of, processes))
    except PermissionError:
        return False
    at = addresses_of_listeners()
    addresses = {at.get(inode) for inode in own}
    return any(at.get(inode) in addresses for inode in listeners - own)


def belongs_to_others(port: int, processes: Iterable[int]) -> bool:
    """Whether other processes listen on a port, and none of these.

    Where the owners of sockets cannot be seen, the answer is no.
    """
    listeners = {inode for inode, at in listening().items() if at == port}
    owned: set[str] = set()
    for process in processes:
        try:
            owned.update(sockets_of(process))
        except PermissionError:
            return False
        except OSError:
            continue
    return bool(listeners) and not listeners & owned


def listened_on(processes: Iterable[int]) -> set[int]:
    """The TCP ports that these processes listen on."""
    return {port for _, port in listening_addresses(processes)}


def listening_addresses(processes: Iterable[int]) -> set[tuple[str, int]]:
    """The addresses and ports that these processes listen on."""
    if not (bound := addresses_of_listeners()):
        return _by_table(processes)
    return {bound[inode] for inode in owned_by(processes) if inode in bound}


def owned_by(processes: Iterable[int]) -> set[str]:
    """The inodes of the sockets of processes, where they can be seen."""
    owned: set[str] = set()
    for process in processes:
        with contextlib.suppress(OSError):
            owned |= sockets_of(process)
    return owned


def _by_table(processes: Iterable[int]) -> set[tuple[str, int]]:
    """Listening addresses read from the table of all connections of the machine.

    Reading it takes long while many requests come and go.
    """
    addresses: set[tuple[str, int]] = set()
    for process in processes:
        try:
            connections = psutil.Process(process).net_connections("tcp")
        except psutil.Error:
            continue
        bound = (c.laddr for c in connections if c.status == psutil.CONN_LISTEN)
        addresses |= {(address.ip, address.port) for address in bound}
    return addresses
