"""Looks at all threads of a process tree, and compares two looks.

Linux counts for every thread the nanoseconds it ran and the nanoseconds it waited for
a processor (``/proc/PID/task/TID/schedstat``, the kernel's ``Documentation/scheduler/
sched-stats``), and says in ``stat`` whether it is runnable now. Two looks at all
threads, none runnable in either and no counter moved between them, prove that there
was an instant, after the first look and before the second, at which the whole tree
slept: only a timer or a message from outside can wake it. A counter alone is not
enough: a thread that waits for a busy processor is not charged before it gets it.

Elsewhere there are no such counters, only the processor time of each process.
"""

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import psutil

from harness.records.words import Settled
from harness.system.schedstat import thread_state
from harness.system.schedstat import thread_times

ALLOWANCE = 250_000
"""Nanoseconds of housekeeping, over a whole tree, that do not end a quiet window. A
request costs more than that to admit."""

MOST_SLOWED = 4.0
"""The largest slowdown that waiting for processors is credited with."""

Thread = tuple[int, int]
"""Process and thread."""


class Look(NamedTuple):
    """The counters of all threads of a tree at one time."""

    spent: dict[Thread, int]
    """Nanoseconds run and waited for a processor, by thread."""
    runnable: Collection[Thread]
    """Threads that were running, waiting for a processor, or in the kernel."""
    waited: int = 0
    """Nanoseconds that all threads waited for a processor."""
    ran: Mapping[Thread, int] = MappingProxyType({})
    """Nanoseconds run, by thread, if the system counts them apart."""


def look(processes: Iterable[int]) -> Look:
    """Read every thread's counters and state; threads that have ended are left out."""
    spent: dict[Thread, int] = {}
    all_ran: dict[Thread, int] = {}
    runnable = set()
    all_waited = 0
    for process, thread, ran, waited in thread_times(processes):
        # One that has ended since its counters were read is left out: with it missing,
        # this look is unlike the last one, and nothing is concluded from the two.
        if state := thread_state(process, thread):
            spent[process, thread] = ran + waited
            all_ran[process, thread] = ran
            all_waited += waited
            if state in b"RD":
                runnable.add((process, thread))
    return Look(spent, runnable, all_waited, all_ran)


def look_at_times(processes: Iterable[int]) -> Look:
    """Like ``look``, for systems without schedstat: processor time by process."""
    spent: dict[Thread, int] = {}
    runnable = set()
    for process in processes:
        try:
            shown = psutil.Process(process)
            times = shown.cpu_times()
            if shown.status() == psutil.STATUS_RUNNING:
                runnable.add((process, process))
        except psutil.Error:
            continue
        spent[process, process] = int((times.user + times.system) * 1e9)
    return Look(spent, runnable)


NOTHING = Look({}, [(0, 0)])
"""The empty look: a server with invisible processes is never known to be quiet."""


def at_rest(before: Look, now: Look, left_out: frozenset[Thread] = frozenset()) -> bool:
    """Whether the tree slept between two looks, except for housekeeping.

    Threads that are ``left_out`` may run. For the other threads of their processes
    there is no allowance for housekeeping: a thread that waits for the interpreter's
    lock wakes now and then to ask for it.
    """
    if not left_out.issuperset((*before.runnable, *now.runnable)):
        return False
    if before.spent.keys() ^ now.spent.keys():
        return False  # a new thread has run, if only to begin
    never_resting = {process for process, _ in left_out}
    total = 0
    for thread in now.spent.keys() - left_out:
        spent = now.spent[thread] - before.spent[thread]
        if spent and thread[0] in never_resting:
            return False
        total += spent
    return total <= ALLOWANCE


def slowed_down(before: Look, now: Look) -> float:
    """The factor by which waiting for processors slowed the tree down."""
    spent = sum(now.spent.values()) - sum(before.spent.values())
    ran = spent - (now.waited - before.waited)
    return min(spent / ran, MOST_SLOWED) if 0 < ran < spent else 1.0


def look_at_nothing(processes: Iterable[int]) -> Look:
    """A look if the server's processes cannot be seen: empty."""
    return NOTHING


LOOKS = {
    Settled.SCHEDSTAT: look,
    Settled.CPU_TIMES: look_at_times,
    Settled.STEADY_COUNT: look_at_nothing,
}
