"""Counts memory, threads and open files of processes (Linux)."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from harness.system.proc import values_of

KIB = 1024


class NotCounted(Exception):
    """The system does not show how much memory a process uses; the message says why."""


class TakenTogether(NamedTuple):
    """What some processes use together; sizes are in bytes."""

    pss: int
    uss: int
    processes: int
    threads: int
    files: int


def taken_by(processes: Iterable[int]) -> TakenTogether:
    """Add up what processes use; those that end meanwhile are left out.

    From ``/proc/PID/smaps_rollup`` (proc_pid_smaps(5)), of which ``Pss`` is the
    proportional set size, and ``Private_Clean`` and ``Private_Dirty`` together are the
    unique set size. Raises ``NotCounted``.
    """
    counted = [each for each in map(_of_one, processes) if each is not None]
    if not counted:
        raise NotCounted("only Linux shows the memory of the server's processes")
    return TakenTogether(*map(sum, zip(*counted, strict=True)))


def _of_one(process: int) -> TakenTogether | None:
    try:
        sizes = values_of(process, "smaps_rollup")
        threads = len(os.listdir(f"/proc/{process}/task"))
        files = len(os.listdir(f"/proc/{process}/fd"))
    except OSError:
        return None
    if not sizes:
        return None  # it has ended and is not reaped yet
    pss, *own = (
        KIB * int(sizes.get(name, "0 kB").split()[0])
        for name in ("Pss", "Private_Clean", "Private_Dirty")
    )
    return TakenTogether(pss, sum(own), 1, threads, files)
