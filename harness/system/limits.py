"""Lowers the limits of running processes.

This is only for processes that were started here. Children that they start later
inherit the limits.
"""

import os
import resource
import sys
from collections.abc import Sequence

import psutil

from harness.records.breaks import Scarce
from harness.system.proc import values_of


class NotLimited(Exception):
    """This cannot be limited here; the message says why."""


def limit(processes: Sequence[int], scarce: Scarce, more: int) -> None:
    """Allow processes only ``more`` than each of them uses now.

    Raises ``NotLimited``.
    """
    if sys.platform != "linux":
        raise NotLimited("the limits of a running process are set on Linux only")
    for process in processes:
        try:
            match scarce:
                case Scarce.FILES:
                    _set(process, resource.RLIMIT_NOFILE, _files(process) + more)
                case Scarce.THREADS:
                    _set(process, resource.RLIMIT_NPROC, _tasks_of_user(process) + more)
                case Scarce.MEMORY:
                    _set(process, resource.RLIMIT_DATA, _data(process) + more)
                case _:
                    raise NotLimited("that is limited for a group of processes")
        except (ProcessLookupError, FileNotFoundError, psutil.Error):
            continue  # it has ended
        except OSError as problem:
            raise NotLimited(
                f"the limits of a process cannot be set: {problem}"
            ) from None


def _set(process: int, which: int, value: int) -> None:
    """Lower the soft limit and, so that it cannot be raised again, the hard one."""
    assert sys.platform == "linux"
    _, hard = resource.prlimit(process, which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.prlimit(process, which, (value, value))


def _files(process: int) -> int:
    """One more than the highest open file descriptor, which the limit counts."""
    return 1 + max(map(int, os.listdir(f"/proc/{process}/fd")), default=0)


def _tasks_of_user(process: int) -> int:
    """Threads of all processes of its user. Raises ``NotLimited`` for root."""
    user = psutil.Process(process).uids().real
    if user == 0:
        raise NotLimited("root is not held to a limit of threads (ulimit -u)")
    return sum(
        each.info["num_threads"] or 0
        for each in psutil.process_iter(("uids", "num_threads"))
        if each.info["uids"] and each.info["uids"].real == user
    )


def _data(process: int) -> int:
    """Bytes that count against ``RLIMIT_DATA`` (``VmData`` in proc_pid_status(5))."""
    return 1024 * int(values_of(process)["VmData"].split()[0])
