"""Knows who listens on which port; must not know what answers there.

Some servers, granian and eventlet among them, share an occupied port without a word
(``SO_REUSEPORT``): the kernel then hands part of the requests to somebody else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

import psutil

LISTENING = "0A"
"""The state of a socket that listens, in the kernel's tables."""

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


class Entry(NamedTuple):
    """A line of the kernel's tables of TCP sockets (see ``man 5 proc``)."""

    port: int
    """The local one."""
    state: str
    queued: int
    """In the receive queue: of one that listens, its backlog."""
    inode: str


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """The lines of a table without its head; what is not told of one is empty."""
    for words in map(str.split, lines):
        if len(words) > 4 and words[0].endswith(":"):
            port, queued = (int(words[n].rpartition(":")[2], 16) for n in (1, 4))
            yield Entry(port, words[3], queued, "".join(words[9:10]))


def _listeners(port: int) -> set[str]:
    """The inodes of all sockets that listen on a port; none elsewhere than on Linux."""
    found = set()
    for table in TABLES:
        try:
            with open(table) as file:
                lines = file.read().splitlines()
        except OSError:
            continue
        found |= {
            each.inode
            for each in entries(lines)
            if each.state == LISTENING and each.port == port
        }
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
