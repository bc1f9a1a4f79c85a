"""Knows when nothing of a process tree runs; must not know what it is waited for.

Linux counts for every thread the nanoseconds it ran and the nanoseconds it waited for
a processor (``/proc/PID/task/TID/schedstat``, the kernel's ``Documentation/scheduler/
sched-stats``), and says in ``stat`` whether it is runnable now. Two looks at all
threads, none runnable in either and no counter moved between them, prove that there
was an instant, after the first look and before the second, at which the whole tree
slept: only a timer or a message from outside can wake it. A counter alone does not
do: a thread that waits for a busy processor is not charged before it gets it.

Elsewhere there are no such counters. There the processor time of each process has to
stand still for longer, and the evidence says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

import psutil

from harness.records.words import Settled
from harness.system.machine import quiet_method
from harness.system.schedstat import thread_state
from harness.system.schedstat import thread_times

ALLOWANCE = 250_000
"""Nanoseconds of housekeeping, over a whole tree, that do not end a quiet window. A
request costs more than that to admit."""

NEVER_QUIET_SECONDS = 2.0
"""After so long without a quiet window, a count that stands still has to do."""

STEADY_SECONDS = 0.6
"""How long it has to stand still then. A tree that was not quiet the last time is given
no more time than this."""


LOOKING_SHARE = 4
"""A pause between looks is at least so many times as long as a look took."""


class Look(NamedTuple):
    """All threads of a tree at one time."""

    spent: dict[tuple[int, int], int]
    """By process and thread: nanoseconds run and waited for a processor."""
    runnable: bool
    """Whether any thread was running, waiting for a processor, or in the kernel."""


class Window(NamedTuple):
    """How long a tree has to be at rest to be called quiet."""

    looks: int
    interval: float
    """Seconds between two looks."""


ROUND = Window(looks=3, interval=0.005)
"""Within a round. The proof needs two looks; the third is against short timers."""

BETWEEN = Window(looks=2, interval=0.003)
"""After a round: every request has ended, and nothing is concluded from it."""

START = Window(looks=5, interval=0.010)
"""After start: workers that are still being made pause now and then."""

COARSE = Window(looks=5, interval=0.050)
"""Where only processor times are known: these move in steps of 10 ms."""


def look(processes: Iterable[int]) -> Look:
    """Read every thread's counters and state; threads that have ended are left out."""
    spent: dict[tuple[int, int], int] = {}
    runnable = False
    for process, thread, ran, waited in thread_times(processes):
        if state := thread_state(process, thread):
            spent[process, thread] = ran + waited
            runnable = runnable or state in b"RD"
    return Look(spent, runnable)


def look_at_times(processes: Iterable[int]) -> Look:
    """The same where there is no schedstat: processor time by process."""
    spent: dict[tuple[int, int], int] = {}
    runnable = False
    for process in processes:
        try:
            seen = psutil.Process(process)
            times = seen.cpu_times()
            runnable = runnable or seen.status() == psutil.STATUS_RUNNING
        except psutil.Error:
            continue
        spent[process, process] = int((times.user + times.system) * 1e9)
    return Look(spent, runnable)


def at_rest(before: Look, now: Look) -> bool:
    """Whether the tree slept between two looks but for housekeeping."""
    if before.runnable or now.runnable or before.spent.keys() != now.spent.keys():
        return False
    moved = sum(now.spent[thread] - before.spent[thread] for thread in now.spent)
    return moved <= ALLOWANCE


def look_at_nothing(processes: Iterable[int]) -> Look:
    """Where its processes are not to be seen a server is never known to be quiet."""
    return Look({}, runnable=True)


LOOKS = {
    Settled.SCHEDSTAT: look,
    Settled.CPU_TIMES: look_at_times,
    Settled.STEADY_COUNT: look_at_nothing,
}


class Quiet:
    """Tells when one process tree is quiet."""

    def __init__(
        self, processes: Callable[[], list[int]], by: Settled | None = None
    ) -> None:
        self._processes = processes
        self.by = by or quiet_method()
        self._look = LOOKS[self.by]
        self._restless = False

    async def wait(
        self, count: Callable[[], object], window: Window = ROUND
    ) -> Settled:
        """Return once the tree is quiet and ``count`` has not changed meanwhile.

        For a tree that is never quiet, a count that stands still for long has to do:
        then ``Settled.STEADY_COUNT`` is returned, which is less sure.
        """
        window = window if self.by is Settled.SCHEDSTAT else COARSE
        begun = steady_since = time.monotonic()
        counted, before, rested, pause = count(), None, 0, window.interval
        while True:
            if count() != counted:
                # Something is on its way: no need to look, and with thousands of
                # threads a look is dear.
                counted, steady_since, before, rested = (
                    count(),
                    time.monotonic(),
                    None,
                    0,
                )
            else:
                looked = time.monotonic()
                now = self._look(self._processes())
                pause = max(
                    window.interval, LOOKING_SHARE * (time.monotonic() - looked)
                )
                rested = rested + 1 if before and at_rest(before, now) else 1
                before = now
            if rested == window.looks:
                self._restless = False
                return self.by
            if self._gave_up(begun, steady_since):
                self._restless = True
                return Settled.STEADY_COUNT
            await asyncio.sleep(pause)

    def _gave_up(self, begun: float, steady_since: float) -> bool:
        now = time.monotonic()
        patience = 0.0 if self._restless else NEVER_QUIET_SECONDS
        return now - begun > patience and now - steady_since > STEADY_SECONDS
