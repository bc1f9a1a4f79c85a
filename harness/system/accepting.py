"""Finds the threads that wait for connections, by the system calls that they are in.

Linux tells the call and its arguments in ``/proc/PID/task/TID/syscall`` (``man 5
proc``). ``accept`` names the listening socket itself, the sockets of an epoll are in
``/proc/PID/fdinfo``, and the lists of ``poll`` and ``select`` are in the memory of the
process, where they stay as they are for as long as the thread sleeps.
"""

from __future__ import annotations

import contextlib
import platform
import struct
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from typing import NamedTuple

from harness.system.calls import call_of
from harness.system.foreign_memory import memory_of
from harness.system.proc import threads_of
from harness.system.sockets import socket_files

POLLFD = struct.Struct("=ihh")
"""An entry of the list of ``poll``: a file and the events (``man 2 poll``)."""

MOST_FILES = 4096
"""Most entries of a list that are read."""


class SleepingCall(NamedTuple):
    """The first two arguments of a system call in which a thread sleeps."""

    process: int
    first: int
    second: int


def _accept(call: SleepingCall) -> set[int]:
    return {call.first}


def _epoll(call: SleepingCall) -> set[int]:
    place = f"/proc/{call.process}/fdinfo/{call.first}"
    with open(place, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    return {int(words[1]) for words in lines if words[:1] == ["tfd:"]}


def _poll(call: SleepingCall) -> set[int]:
    size = min(call.second, MOST_FILES) * POLLFD.size
    listed = memory_of(call.process, call.first, size)
    return {file for file, _, _ in POLLFD.iter_unpack(listed)}


def _select(call: SleepingCall) -> set[int]:
    if not call.second:
        return set()
    bits = min(call.first, MOST_FILES)
    mask = memory_of(call.process, call.second, (bits + 7) // 8)
    return {n for n in range(bits) if mask[n // 8] >> n % 8 & 1}


_FILES: dict[str, dict[int, Callable[[SleepingCall], set[int]]]] = {
    "x86_64": {
        **dict.fromkeys((43, 288), _accept),  # accept, accept4
        **dict.fromkeys((232, 281, 441), _epoll),  # epoll_wait, _pwait, _pwait2
        **dict.fromkeys((7, 271), _poll),  # poll, ppoll
        **dict.fromkeys((23, 270), _select),  # select, pselect6
    },
    "aarch64": {
        **dict.fromkeys((202, 242), _accept),
        **dict.fromkeys((22, 441), _epoll),
        73: _poll,
        72: _select,
    },
}


def sockets_waited_for(process: int, sockets: Collection[str]) -> set[str]:
    """The listening sockets among these on which a thread waits for a connection.

    ``sockets`` are inodes. None where that cannot be told.
    """
    return set[str]().union(*_waits(process, sockets).values())


def waiting_for_connections(process: int, sockets: Collection[str]) -> set[int]:
    """The threads of a process that wait for a connection on one of these sockets."""
    return {thread for thread, its in _waits(process, sockets).items() if its}


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
    """The files for which each thread of a process waits."""
    calls = _FILES.get(platform.machine(), {})
    for thread in threads_of(process):
        with contextlib.suppress(OSError, ValueError):
            number, *words = call_of(process, thread).split()
            if words and (files := calls.get(int(number))):
                first, second = (int(word, 16) for word in words[:2])
                yield thread, files(SleepingCall(process, first, second))
