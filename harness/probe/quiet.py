"""Detects when no process of a tree runs.

It looks at the tree (``look``) until what it has seen since the count of requests last
changed (``still``) shows that the tree slept, or that waiting longer is in vain.

If the kernel has no counters for threads, the processor time of each process has to
stand still for longer, and the evidence says so.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from harness.probe.look import Look
from harness.probe.look import LOOKS
from harness.probe.look import Thread
from harness.probe.still import Budget
from harness.probe.still import NO_BUDGET
from harness.probe.still import Still
from harness.records.words import Settled
from harness.system.asleep import wake_within
from harness.system.machine import quiet_method
from harness.system.processors import nothing_else_runs

SENT_SECONDS = 0.002
"""How long a server is busy after it was sent something, so that a look tells
nothing."""

SOON_SECONDS = 0.001
"""Pause within which a running server is likely to come to rest."""

BRIEF_SECONDS = 0.002
"""How long a tree must be at rest if nothing can be on its way. A timer that is due
within ten times as long counts as something on its way."""

WAITED_PART = 8
"""The longer a server runs, the rarer are the looks at it: the pause before the next is
at least one part in so many of the wait so far."""

LONGEST_PAUSE_SECONDS = 0.01
"""The most that this pause grows to."""

THREADS_EXAMINED = 64
"""Most threads that are examined for timers."""

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
"""Within a round. The proof needs two looks; the third is a guard against short timers,
and on a busy machine against other programs that work for the server."""

BETWEEN = Window(looks=2, interval=0.001)
"""After a round: every request has ended, and nothing depends on the result."""

ACCEPTING = Window(looks=2, interval=0.002)
"""While a server accepts connections: nothing is concluded from it."""

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
        *,
        after: float = 0.0,
        brief: Callable[[], bool] = lambda: False,
    ) -> Settled:
        """Return once the tree is quiet and ``count`` has not changed meanwhile.

        Threads that have used up their ``budget`` in vain may compute: then
        ``Settled.IN_VAIN`` is returned.

        For a tree that is never quiet, a count that stands still for long has to
        suffice: then ``Settled.STEADY_COUNT`` is returned, which is less sure.

        The first look is ``after`` so many seconds. While ``brief()`` is true, two
        looks are enough if nothing can be on its way.
        """
        window = window if self.by is Settled.SCHEDSTAT else COARSE
        begun, rest = time.monotonic(), 0.0
        counted, still = count(), Still(self._left_out, budget)
        if after:
            await asyncio.sleep(after)
        while True:
            if count() != counted:
                # Earlier looks say nothing about requests that move now. Nor would a
                # look now: something is on its way.
                counted, still = count(), Still(self._left_out, budget)
                pause = max(SOON_SECONDS, rest)
            else:
                looked = time.monotonic()
                look = self._look(self._processes())
                still.add(look)
                rest = LOOKING_SHARE * (time.monotonic() - looked)
                pause = max(_pause(window, look, still), rest)
                # Two looks prove that all slept at one instant. A third is only a guard
                # against what may wake them soon after, and here nothing can.
                if still.rested == 2 and brief() and self._is_alone(look):
                    self._restless = False
                    return self.by
            waited = time.monotonic() - begun
            if settled := self._settled(still, window, waited):
                return settled
            if still.rested < 2:
                rarer = min(waited / WAITED_PART, LONGEST_PAUSE_SECONDS)
                pause = max(pause, rarer)
            await asyncio.sleep(pause)

    def _settled(self, still: Still, window: Window, waited: float) -> Settled | None:
        """The result of a wait after so many seconds, if its looks are conclusive."""
        if still.rested >= window.looks and still.all_had_their_turn():
            self._restless = False
            return self.by
        if still.in_vain >= window.looks and still.all_had_their_turn():
            return Settled.IN_VAIN
        patience = 0.0 if self._restless else NEVER_QUIET_SECONDS
        if still.gave_up(waited, patience):
            self._restless = True
            return Settled.STEADY_COUNT
        return None

    def _is_alone(self, look: Look) -> bool:
        """Whether nothing can be on its way to the threads that were looked at.

        None of them has a timer that is due soon, and no other thread runs on this
        machine: neither a program that works for them, nor the kernel.
        """
        known = self.by is Settled.SCHEDSTAT and not self._left_out
        if not known or not 0 < len(look.spent) <= THREADS_EXAMINED:
            return False
        return nothing_else_runs() and not wake_within(10 * BRIEF_SECONDS, look.spent)

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


def _pause(window: Window, look: Look, still: Still) -> float:
    """Seconds until the next look."""
    if still.rested > 1 or window.interval > ROUND.interval:
        return window.interval
    return min(window.interval, SOON_SECONDS if look.runnable else BRIEF_SECONDS)
