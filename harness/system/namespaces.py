"""Finds the process with number 1 in a PID namespace, such as a container's first."""

from __future__ import annotations

from collections.abc import Iterable

from harness.system.proc import values_of


def process_one(processes: Iterable[int]) -> int | None:
    """The first of some processes that is number 1 in a PID namespace below our own.

    ``None`` where there is none, or that is not told. The line ``NSpid`` of
    ``/proc/PID/status`` has the number of a process in each namespace that it is in,
    ours first, see pid_namespaces(7). Of such a process the kernel drops every signal
    that it has no handler for, but for SIGKILL and SIGSTOP.
    """
    return next((each for each in processes if _numbers(each)[1:][-1:] == [1]), None)


def _numbers(process: int) -> list[int]:
    """The ids of a process, from the outermost visible PID namespace inwards."""
    try:
        return [int(number) for number in values_of(process).get("NSpid", "").split()]
    except OSError:
        return []
