"""Finds the threads that wait for connections, by the system calls that they are in.

``accept`` names the listening socket itself, the sockets of an epoll are in
``/proc/PID/fdinfo``, and the lists of ``poll`` and ``select`` are in the memory of the
process, where they do not change while the thread sleeps.
"""

from __future__ import annotations

import contextlib
import struct
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator

from harness.system.proc import threads_of
from harness.system.sockets import socket_files
from harness.system.system_calls import memory_of
from harness.system.system_calls import system_call
from harness.system.system_calls import SystemCall

POLLFD = struct.Struct("=ihh")
"""An entry of the list of ``poll``: a file and the events (``man 2 poll``)."""

MOST_FILES = 4096
"""Most entries of a list that are read."""


def sockets_waited_for(process: int, sockets: Collection[str]) -> set[str]:
    """The listening sockets among these on which a thread waits for a connection.

    ``sockets`` are inodes. None if unknown.
    """
    return set[str]().union(*_waits(process, sockets).values())


def waiting_for_connections(process: int, sockets: Collection[str]) -> set[int]:
    """The threads of a process that wait for a connection on one of these sockets."""
    return {thread for thread, its in _waits(process, sockets).items() if its}


def most_on_one_socket(process: int, sockets: Collection[str]) -> int:
    """The most threads of a process that wait for connections on the same socket."""
    waits = Counter(each for its in _waits(process, sockets).values() for each in its)
    return max(waits.values(), default=0)


def _waits(process: int, sockets: Collection[str]) -> dict[int, set[str]]:
    """The listening sockets on which each thread waits, if the system shows it."""
    try:
        files = {file: its for file, its in socket_files(process) if its in sockets}
    except OSError:
        return {}
    return {
        thread: {files[each] for each in waited_for & files.keys()}
        for thread, waited_for in (_waited_for(process) if files else ())
    }


def _waited_for(process: int) -> Iterator[tuple[int, set[int]]]:
    """The files that each thread of a process waits for."""
    for thread in threads_of(process):
        with contextlib.suppress(OSError, ValueError):
            yield thread, _files(process, system_call(process, thread))


def _files(process: int, call: SystemCall) -> set[int]:
    """The files that a call waits for. Raises ``OSError``."""
    first, second, *_ = call.arguments
    match call.name:
        case "accept" | "accept4":
            return {first}
        case "epoll_wait" | "epoll_pwait" | "epoll_pwait2":
            path = f"/proc/{process}/fdinfo/{first}"
            with open(path, encoding="utf-8") as file:
                lines = [line.split() for line in file]
            return {int(words[1]) for words in lines if words[:1] == ["tfd:"]}
        case "poll" | "ppoll":
            size = min(second, MOST_FILES) * POLLFD.size
            listed = memory_of(process, first, size)
            return {file for file, _, _ in POLLFD.iter_unpack(listed)}
        case "select" | "pselect6" if second:
            bits = min(first, MOST_FILES)
            mask = memory_of(process, second, (bits + 7) // 8)
            return {n for n in range(bits) if mask[n // 8] >> n % 8 & 1}
    return set()
