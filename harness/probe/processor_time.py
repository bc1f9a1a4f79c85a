"""Measures the processor time that threads of a process tree used and waited for.

Linux counts both for each thread, in nanoseconds (``/proc/PID/task/TID/schedstat``, the
kernel's ``Documentation/scheduler/sched-stats``).
"""

import time
from collections.abc import Iterable
from typing import NamedTuple

from harness.system.schedstat import thread_times

Spent = dict[tuple[int, int], tuple[int, int]]
"""By process and thread: nanoseconds that it ran, and waited for a processor."""


class CannotTell(Exception):
    """This machine does not count processor time, or does not show it."""


class Used(NamedTuple):
    """Processor time that a process tree has used so far."""

    at: float
    """Seconds, by ``time.monotonic()``."""
    spent: Spent


class Between(NamedTuple):
    """Processor time between two moments, in seconds."""

    seconds: float
    used: float
    """Processor time."""
    waited: float
    """Time in which threads were ready to run and waited for a processor."""


def used(processes: Iterable[int]) -> Used:
    """Processor time used until now. Raises ``CannotTell``."""
    spent: Spent = {
        (process, thread): (ran, waited)
        for process, thread, ran, waited in thread_times(processes)
    }
    if not any(ran for ran, _ in spent.values()):
        raise CannotTell("the processor time of the server's threads cannot be seen")
    return Used(time.monotonic(), spent)


def between(before: Used, now: Used) -> Between:
    """Processor time used between two moments by the threads of the second."""
    ran = waited = 0
    for thread, (ran_now, waited_now) in now.spent.items():
        ran_before, waited_before = before.spent.get(thread, (0, 0))
        ran += ran_now - ran_before
        waited += waited_now - waited_before
    return Between(now.at - before.at, ran / 1e9, waited / 1e9)
