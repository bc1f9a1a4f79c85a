"""Knows who listens on which port; must not know what answers there.

Some servers, granian and eventlet among them, share an occupied port without a word
(``SO_REUSEPORT``): the kernel then hands part of the requests to somebody else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import psutil

LISTENING = "0A"
"""The state in the kernel's tables of sockets."""

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def _listeners(port: int) -> set[str]:
    """The inodes of all sockets that listen on a port; none elsewhere than on Linux."""
    found = set()
    for table in TABLES:
        try:
            with open(table) as file:
                lines = file.read().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _sockets(process: int) -> set[str]:
    """The inodes of a process's sockets. Raises ``PermissionError``."""
    folder = f"/proc/{process}/fd"
    found = set()
    try:
        for name in os.listdir(folder):
            try:
                target = os.readlink(f"{folder}/{name}")
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                found.add(target[len("socket:[") : -1])
    except FileNotFoundError:
        pass  # the process has ended
    return found


def shared(port: int, processes: Iterable[int]) -> bool:
    """Whether others than some processes listen on a port that these listen on.

    One listener alone is theirs; where it cannot be seen whose sockets are whose, they
    are believed to be theirs.
    """
    listeners = _listeners(port)
    if len(listeners) < 2:
        return False
    try:
        return bool(listeners.difference(*map(_sockets, processes)))
    except PermissionError:
        return False


def listened_on(processes: Iterable[int]) -> set[int]:
    """The TCP ports that some processes listen on."""
    found: set[int] = set()
    for process in processes:
        try:
            connections = psutil.Process(process).net_connections("tcp")
        except psutil.Error:
            continue
        found |= {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    return found
