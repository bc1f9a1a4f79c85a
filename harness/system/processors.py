"""Counts processors, and decides how many environments to measure at a time."""

import os

from harness.system.proc import start_of


def processors() -> int:
    """Processors that this process is allowed to use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side() -> int:
    """How many environments are measured at a time by default.

    One more than there are processors: a cell spends part of the time waiting, for
    quiet or for what may come late. With yet another one, the environment that takes
    longest would get a smaller share of the processors, and end later. The benchmark
    ``selection`` shows that numbers stay the same, as they do when every processor is
    kept busy several times over.
    """
    return processors() + 1


def nothing_else_runs() -> bool:
    """Whether no thread on this machine runs, or waits for a processor, but this one.

    The fourth field of ``/proc/loadavg`` begins with their number (``man 5 proc``).
    False if unknown.
    """
    try:
        return start_of("/proc/loadavg").split()[3].startswith(b"1/")
    except (OSError, IndexError):
        return False
