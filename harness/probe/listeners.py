"""Which ports a server listens on, and whether it shares them.

Some servers, granian and eventlet among them, silently share an occupied port
(``SO_REUSEPORT``): the kernel then gives some of the requests to another program.
"""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from harness.system.sockets import listening
from harness.system.sockets import sockets_of


def shared(port: int, processes: Iterable[int]) -> bool:
    """Whether a process that is none of these listens on the port as well.

    A single listener is taken for theirs, and so are all where their owners cannot be
    seen.
    """
    listeners = {inode for inode, its in listening().items() if its == port}
    if len(listeners) < 2:
        return False
    try:
        return bool(listeners.difference(*map(sockets_of, processes)))
    except PermissionError:
        return False


def listened_on(processes: Iterable[int]) -> set[int]:
    """The TCP ports that these processes listen on."""
    ports: set[int] = set()
    for process in processes:
        try:
            connections = psutil.Process(process).net_connections("tcp")
        except psutil.Error:
            continue
        ports |= {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    return ports
