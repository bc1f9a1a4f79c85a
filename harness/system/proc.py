"""Reads what Linux shows about a process in ``/proc`` (``man 5 proc``)."""

import contextlib
import os
import signal
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from harness.system.kept_files import KeptFiles

KEPT_FILES = KeptFiles()
"""Open files of the threads that are being examined."""


def start_of(path: str) -> bytes:
    """The first 512 bytes of a file. Raises ``OSError``.

    The kernel's files about one thread are shorter, and are read thousands of times a
    minute.
    """
    return KEPT_FILES.read(path, _start)


def _start(file: int) -> bytes:
    return os.pread(file, 512, 0)


def values_of(process: int, name: str = "status") -> dict[str, str]:
    """The values of a file with lines such as ``VmData: 12 kB``, by key.

    Raises ``OSError`` if the system has no such file, or the process has ended.
    """
    text = Path(f"/proc/{process}/{name}").read_text(encoding="utf-8", errors="replace")
    pairs = (line.partition(":") for line in text.splitlines())
    return {key: value.strip() for key, _, value in pairs}


def threads_of(process: int) -> list[int]:
    """The threads of a process; none when it has ended."""
    try:
        return [int(each) for each in KEPT_FILES.read(f"/proc/{process}/task", _names)]
    except OSError:
        return []


def _names(folder: int) -> list[str]:
    """The names in a folder of threads. Raises ``OSError`` if all have ended."""
    names = os.listdir(folder)
    if not names:  # a process has one thread at least
        raise ProcessLookupError
    return names


def open_files(process: int) -> Iterator[tuple[int, str]]:
    """The file descriptors of a process, each with its target.

    None when it has ended. Raises ``PermissionError`` if they cannot be seen.
    """
    folder = f"/proc/{process}/fd"
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                yield int(name), os.readlink(f"{folder}/{name}")


def catches(process: int, number: signal.Signals) -> bool | None:
    """Whether a process has a handler for a signal; ``None`` if unknown.

    The line ``SigCgt`` of ``/proc/PID/status`` is a mask, see proc_pid_status(5). Some
    runtimes take signals from a descriptor or wait for them instead: these block them,
    which is ``SigBlk``, and that counts too.
    """
    try:
        masks = values_of(process)
    except OSError:
        return None
    bit = 1 << (number - 1)
    return any(int(masks[mask], 16) & bit for mask in ("SigCgt", "SigBlk"))


def process_one(processes: Iterable[int]) -> int | None:
    """The first of some processes that is number 1 in a PID namespace below our own.

    ``None`` if there is none, or if the system does not say. The line ``NSpid`` of
    ``/proc/PID/status`` has the number of a process in each namespace that it is in,
    ours first, see pid_namespaces(7). The kernel drops every signal to such a process
    for which it has no handler, except SIGKILL and SIGSTOP.
    """
    return next(
        (process for process in processes if _numbers_of(process)[1:][-1:] == [1]), None
    )


def _numbers_of(process: int) -> list[int]:
    """The numbers of a process, in the outermost namespace that we see first."""
    try:
        return [int(number) for number in values_of(process).get("NSpid", "").split()]
    except OSError:
        return []
