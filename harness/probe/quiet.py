"""Detects when no process of a tree runs.

It takes looks (``look``) until what was seen since the count of requests last changed
(``still``) shows that the tree slept, or that waiting longer is in vain.

Where the kernel keeps no counters of each thread, the processor time of each process
has to stand still for longer, and the evidence says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from harness.probe.look import LOOKS
from harness.probe.look import Thread
from harness.probe.still import Budget
from harness.probe.still import NO_BUDGET
from harness.probe.still import Still
from harness.records.words import Settled
from harness.system.machine import quiet_method

NEVER_QUIET_SECONDS = 2.0
"""Seconds without a quiet window after which a count that stands still is accepted."""

LOOKING_SHARE = 4
"""Least pause between looks, in multiples of the time that a look takes."""

RESTLESS_LOOKS = 40
"""Number of looks that find the threads of a tree that never rest."""

RESTLESS_SHARE = 0.3
"""A thread never rests if it ran in more than this share of the looks."""


class Window(NamedTuple):
    """How long a tree must be at rest to be called quiet."""

    looks: int
    interval: float
    """Seconds between two looks."""


ROUND = Window(looks=3, interval=0.0025)
"""Within a round. The proof needs two looks; the third is against short timers."""

BETWEEN = Window(looks=2, interval=0.002)
"""After a round: every request has ended, and nothing depends on the result."""

START = Window(looks=5, interval=0.010)
"""After start: workers that are still being made pause now and then."""

COARSE = Window(looks=5, interval=0.050)
"""Where only processor times are known: these move in steps of 10 ms."""


class Quiet:
    """Detects when a process tree is quiet."""

    def __init__(
        self, processes: Callable[[], list[int]], by: Settled | None = None
    ) -> None:
        self._processes = processes
        self.by = by or quiet_method()
        self._look = LOOKS[self.by]
        self._restless = False
        self._left_out: frozenset[Thread] = frozenset()

    async def wait(
        self,
        count: Callable[[], object],
        window: Window = ROUND,
        budget: Budget = NO_BUDGET,
    ) -> Settled:
        """Return once the tree is quiet and ``count`` has not changed meanwhile.

        Threads that have used up their ``budget`` in vain may compute: then
        ``Settled.IN_VAIN`` is returned.

        For a tree that is never quiet, a count that stands still for long has to do:
        then ``Settled.STEADY_COUNT`` is returned, which is less sure.
        """
        window = window if self.by is Settled.SCHEDSTAT else COARSE
        begun, pause = time.monotonic(), window.interval
        counted, still = count(), Still(self._left_out, budget)
        while True:
            if count() != counted:
                # Something is on its way: no need to look, and with thousands of
                # threads a look is expensive.
                counted, still = count(), Still(self._left_out, budget)
            else:
                looked = time.monotonic()
                still.add(self._look(self._processes()))
                rest = LOOKING_SHARE * (time.monotonic() - looked)
                pause = max(window.interval, rest)
            if still.rested >= window.looks and still.all_had_their_turn():
                self._restless = False
                return self.by
            if still.in_vain >= window.looks and still.all_had_their_turn():
                return Settled.IN_VAIN
            patience = 0.0 if self._restless else NEVER_QUIET_SECONDS
            if still.gave_up(time.monotonic() - begun, patience):
                self._restless = True
                return Settled.STEADY_COUNT
            await asyncio.sleep(pause)

    async def find_restless(self) -> frozenset[Thread]:
        """Find threads that never rest in a tree without requests."""
        moved: Counter[Thread] = Counter()
        if self.by is not Settled.SCHEDSTAT:
            return frozenset()
        before = self._look(self._processes())
        for _ in range(RESTLESS_LOOKS):
            await asyncio.sleep(START.interval)
            now = self._look(self._processes())
            moved.update(
                thread
                for thread, spent in now.spent.items()
                if spent > before.spent.get(thread, spent) or thread in now.runnable
            )
            before = now
        often = RESTLESS_LOOKS * RESTLESS_SHARE
        return frozenset(each for each, times in moved.items() if times > often)

    def leave_out(self, threads: frozenset[Thread]) -> None:
        """Ignore these threads, which never rest, from now on."""
        self._left_out, self._restless = threads, False
