"""Finds sockets and connections by ``sock_diag``, or by ``/proc`` (``man 5 proc``)."""

import contextlib
import os
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

import psutil

from harness.system.proc import open_files
from harness.system.sock_diag import Address
from harness.system.sock_diag import sock_diag
from harness.system.sock_diag import Unavailable

LISTENING = "0A"
"""The state of a listening socket in the kernel's tables."""

BEGUN = "03"
"""The state of a connection that no listening socket has yet. With
``TCP_DEFER_ACCEPT``, which uWSGI sets, that is its state until the request has arrived,
and as long as the backlog is full."""

TIME_WAIT = "06"
"""The state of a connection that has ended."""

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
UNIX_TABLE = "/proc/net/unix"

_ACCEPTS = 0x10000
"""The flag of a listening socket in ``/proc/net/unix``."""

PortOrPath = int | str
"""What a listening socket is bound to: a TCP port, or the path of a Unix socket."""


class SocketEntry(NamedTuple):
    """A line of ``/proc/net/tcp`` or ``/proc/net/tcp6``."""

    port: int
    """The local port."""
    state: str
    queued: int
    """Length of the receive queue; for a listening socket, of its backlog."""
    inode: str


def entries(lines: Iterable[str]) -> Iterator[SocketEntry]:
    """Parse the lines of a table, without its head."""
    for words in map(str.split, lines):
        if len(words) > 4 and words[0].endswith(":"):
            port, queued = (int(words[n].rpartition(":")[2], 16) for n in (1, 4))
            yield SocketEntry(port, words[3], queued, "".join(words[9:10]))


def listening() -> dict[str, PortOrPath]:
    """The port or path of each listening socket, by inode; empty if unknown."""
    bound: dict[str, PortOrPath] = {}
    try:
        with sock_diag() as kernel:
            bound.update(kernel.listening())
    except (Unavailable, OSError):
        bound.update(_listening_by_table())
    for words in map(str.split, _lines_of(UNIX_TABLE)):
        if words[0].endswith(":") and int(words[3], 16) & _ACCEPTS:
            bound[words[6]] = " ".join(words[7:]) or words[6]
    return bound


def _lines_of(table: str) -> Iterator[str]:
    """The lines of a table; none if it cannot be read."""
    with (
        contextlib.suppress(OSError),
        open(table, encoding="utf-8", errors="surrogateescape") as file,
    ):
        yield from file


def share_an_address(inodes: Collection[str]) -> bool:
    """Whether some of these sockets listen at one address and port (SO_REUSEPORT).

    False if unknown.
    """
    addresses = addresses_of_listeners()
    at = [addresses[inode] for inode in inodes if inode in addresses]
    return len(set(at)) < len(at)


def addresses_of_listeners() -> dict[str, Address]:
    """The address and port of each listening socket, by inode; empty if unknown."""
    try:
        with sock_diag() as kernel:
            return kernel.addresses()
    except (Unavailable, OSError):
        return {}


def _listening_by_table() -> dict[str, int]:
    """The port of each listening socket, by inode.

    The kernel lists these first, so the rest of a table is not read: a busy machine has
    tens of thousands of others.
    """
    ports = {}
    for table in TABLES:
        for entry in entries(_lines_of(table)):
            if entry.state not in (LISTENING, BEGUN):
                break
            if entry.state == LISTENING:
                ports[entry.inode] = entry.port
    return ports


def overflows() -> int:
    """How often a connection has found a backlog full since the machine started.

    Its client tries again after a second or less (``ListenOverflows`` of the kernel's
    ``Documentation/networking/snmp_counter``).
    """
    try:
        with open("/proc/net/netstat", encoding="utf-8") as file:
            tables = [line.split() for line in file if line.startswith("TcpExt:")]
        return int(dict(zip(*tables, strict=True))["ListenOverflows"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def will_arrive(inodes: Collection[str]) -> bool:
    """Whether connections that found a backlog full will now find room.

    ``inodes`` are those of listening sockets. False if unknown.
    """
    try:
        with sock_diag() as kernel:
            return any(map(kernel.without_server, kernel.with_room(inodes)))
    except (Unavailable, OSError):
        return False


def connections(ports: Collection[int]) -> set[str]:
    """The inodes of the connections of some local ports; "0" for those in a backlog.

    Empty if unknown. The kernel lists them in pieces while they change, so connections
    may be missing.
    """
    try:
        with sock_diag() as kernel:
            return set[str]().union(*map(kernel.connections, ports))
    except (Unavailable, OSError):
        return _connections_by_table(ports)


def _connections_by_table(ports: Collection[int]) -> set[str]:
    """The inodes of connections, from the kernel's tables.

    A table has tens of thousands of lines: only those with one of the ports are parsed.
    """
    marks = [f":{port:04X} " for port in ports]
    inodes = set()
    for table in TABLES:
        lines = (s for s in _lines_of(table) if any(mark in s for mark in marks))
        for entry in entries(lines):
            if entry.port in ports and entry.state not in (LISTENING, TIME_WAIT):
                inodes.add(entry.inode)
    return inodes


def sockets_of(process: int) -> set[str]:
    """The inodes of the sockets of a process; none when it has ended.

    Raises ``PermissionError`` if they cannot be seen.
    """
    return {inode for _, inode in socket_files(process)}


def socket_files(process: int) -> Iterator[tuple[int, str]]:
    """The file descriptor and the inode of each socket of a process.

    Raises ``PermissionError`` if they cannot be seen.
    """
    for number, target in open_files(process):
        if target.startswith("socket:["):
            yield number, target[len("socket:[") : -1]


def unix_sockets(processes: list[int]) -> list[str]:
    """The Unix sockets that processes listen on, as ``connect`` takes them.

    gunicorn's control socket serves no requests, and is left out. A process may see
    other files than this one, so that paths lead through ``/proc/PID/root``.
    """
    bound = listening()
    paths: dict[str, None] = {}
    for process in processes:
        try:
            inodes = sockets_of(process)
            folder = psutil.Process(process).cwd()
        except (OSError, psutil.Error):
            continue
        for path in (bound.get(inode) for inode in sorted(inodes)):
            if isinstance(path, str) and not path.isdigit():
                own = f"/proc/{process}/root{os.path.join(folder, path)}"
                # The kernel shows both in the same way.
                nameless = ["\0" + path[1:]] if path.startswith("@") else []
                if not path.endswith(".ctl"):
                    paths |= dict.fromkeys((own, *nameless))
    return list(paths)
