"""Reads each thread's time on a processor and its time ready to run (Linux).

Both are nanoseconds, in ``/proc/PID/task/TID/schedstat``; see the kernel's
``Documentation/scheduler/sched-stats``. Threads that end while they are read are left
out.
"""

import os
from collections.abc import Iterable
from collections.abc import Iterator

from harness.system.proc import start_of
from harness.system.proc import threads_of


def thread_times(processes: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
    """Process, thread, nanoseconds run, and nanoseconds waited for a processor."""
    for process in processes:
        for thread in threads_of(process):
            try:
                counted = start_of(f"/proc/{process}/task/{thread}/schedstat")
                ran, waited, _ = map(int, counted.split())
            except (OSError, ValueError):
                continue
            yield process, thread, ran, waited


def longest_delay(processes: Iterable[int]) -> float:
    """The most seconds that one of these threads has waited for a processor so far."""
    times = thread_times(processes)
    return max((waited for _, _, _, waited in times), default=0) / 1e9


def thread_turns(process: int, thread: int) -> tuple[int, int]:
    """Nanoseconds that a thread ran, and its number of runs; zeros if it has ended."""
    try:
        ran, _, turns = start_of(f"/proc/{process}/task/{thread}/schedstat").split()
    except (OSError, ValueError):
        return 0, 0
    return int(ran), int(turns)


def thread_state(process: int, thread: int) -> bytes:
    """The letter of a thread's state, such as ``b"S"``; empty when it has ended."""
    try:
        stat = start_of(f"/proc/{process}/task/{thread}/stat")
    except OSError:
        return b""
    return stat.rpartition(b") ")[2][:1]


def is_counted() -> bool:
    """Whether this machine counts these times."""
    return any(thread_times([os.getpid()]))
