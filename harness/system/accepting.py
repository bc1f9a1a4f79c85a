"""Finds the threads that wait for connections, by the system calls that they are in."""

import contextlib
from collections import Counter
from collections.abc import Collection
from collections.abc import Iterator
from itertools import chain

from harness.system.proc import threads_of
from harness.system.sockets import socket_files
from harness.system.system_calls import system_call
from harness.system.waited_for import files_waited_for


def sockets_waited_for(process: int, sockets: Collection[str]) -> set[str]:
    """The listening sockets among these on which a thread waits for a connection.

    ``sockets`` are inodes. Empty if unknown.
    """
    return set[str]().union(*_waits(process, sockets).values())


def waiting_for_connections(process: int, sockets: Collection[str]) -> set[int]:
    """The threads of a process that wait for a connection on one of these sockets."""
    return {thread for thread, inodes in _waits(process, sockets).items() if inodes}


def most_on_one_socket(process: int, sockets: Collection[str]) -> int:
    """The most threads of a process that wait for connections on the same socket."""
    waits = Counter(chain.from_iterable(_waits(process, sockets).values()))
    return max(waits.values(), default=0)


def _waits(process: int, sockets: Collection[str]) -> dict[int, set[str]]:
    """The listening sockets on which each thread waits, if the system shows it."""
    try:
        files = {file: each for file, each in socket_files(process) if each in sockets}
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
            yield thread, files_waited_for(process, system_call(process, thread))
