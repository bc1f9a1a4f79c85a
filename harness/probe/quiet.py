"""When nothing of a process tree runs.

Linux counts for every thread the nanoseconds it ran and the nanoseconds it waited for
a processor (``/proc/PID/task/TID/schedstat``, the kernel's ``Documentation/scheduler/
sched-stats``), and says in ``stat`` whether it is runnable now. Two looks at all
threads, none runnable in either and no counter moved between them, prove that there
was an instant, after the first look and before the second, at which the whole tree
slept: only a timer or a message from outside can wake it. A counter alone does not
do: a thread that waits for a busy processor is not charged before it gets it.

Some programs have a thread that never rests and has nothing to do with requests. Where
it was found before anything was asked of the server, the tree is quiet when all others
sleep, and that thread has had its turn since the last request moved.

Some servers compute for as long as they are full, and some for ever once they go wrong.
There a budget tells: each thread that computed has had many times the processor time
that requests take to enter the app, and let none in; all others slept. It is counted in
time on a processor, so a busy machine makes it take longer and no less sure.

Elsewhere there are no such counters. There the processor time of each process has to
stand still for longer, and the evidence says so.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import psutil

from harness.records.words import Settled
from harness.system.machine import quiet_method
from harness.system.schedstat import thread_state
from harness.system.schedstat import thread_times
from harness.system.schedstat import thread_turns

ALLOWANCE = 250_000
"""Nanoseconds of housekeeping, over a whole tree, that do not end a quiet window. A
request costs more than that to admit."""

NEVER_QUIET_SECONDS = 2.0
"""After so long without a quiet window, a count that stands still has to do."""

STEADY_SECONDS = 0.6
"""How long it has to stand still then. A tree that was not quiet the last time is given
no more time than this."""


STEADY_LOOKS = 8
"""How often at least it is looked meanwhile: a harness that does not run counts
nothing."""

MOST_SLOWED = 4.0
"""Times that long, at most, where the server has to wait for processors."""

BEGUN = 10
BUDGET_SECONDS = 50.0
"""A thread that has used a tenth of its budget is given so long to use up the rest."""

LOOKING_SHARE = 4
"""A pause between looks is at least so many times as long as a look took."""


Thread = tuple[int, int]
"""Process and thread."""


RESTLESS_LOOKS = 40
"""Looks by which it is told which threads of a tree never rest."""

RESTLESS_SHARE = 0.3
"""A thread never rests that had run in more than this share of them."""

TURNS = 25
TURN_NANOSECONDS = 50_000_000
"""A thread that never rests had its turn when it was run so often, or for so long."""


class Budget(NamedTuple):
    """How long threads may compute without letting requests in."""

    processes: frozenset[int]
    """Processes that were up before: others may compute as they start."""
    nanoseconds: int
    """On a processor, for each thread."""


NO_BUDGET = Budget(frozenset(), 0)


class Look(NamedTuple):
    """All threads of a tree at one time."""

    spent: dict[Thread, int]
    """Nanoseconds run and waited for a processor, by thread."""
    runnable: Collection[Thread]
    """Threads that were running, waiting for a processor, or in the kernel."""
    waited: int = 0
    """Nanoseconds that all of them waited for a processor."""
    ran: Mapping[Thread, int] = MappingProxyType({})
    """Nanoseconds run, by thread, where that is told apart."""


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
    spent: dict[Thread, int] = {}
    all_ran: dict[Thread, int] = {}
    runnable = set()
    all_waited = 0
    for process, thread, ran, waited in thread_times(processes):
        if state := thread_state(process, thread):
            spent[process, thread] = ran + waited
            all_ran[process, thread] = ran
            all_waited += waited
            if state in b"RD":
                runnable.add((process, thread))
    return Look(spent, runnable, all_waited, all_ran)


def look_at_times(processes: Iterable[int]) -> Look:
    """Like ``look``, where there is no schedstat: processor time by process."""
    spent: dict[Thread, int] = {}
    runnable = set()
    for process in processes:
        try:
            seen = psutil.Process(process)
            times = seen.cpu_times()
            if seen.status() == psutil.STATUS_RUNNING:
                runnable.add((process, process))
        except psutil.Error:
            continue
        spent[process, process] = int((times.user + times.system) * 1e9)
    return Look(spent, runnable)


NOTHING = Look({}, [(0, 0)])
"""Where its processes are not to be seen a server is never known to be quiet."""


def at_rest(before: Look, now: Look, left_out: frozenset[Thread] = frozenset()) -> bool:
    """Whether the tree slept between two looks but for housekeeping.

    Threads that are ``left_out`` may run. Others of the same process must not even do
    that: one that waits for the interpreter's lock wakes now and then to ask for it.
    """
    if not left_out.issuperset((*before.runnable, *now.runnable)):
        return False
    if before.spent.keys() ^ now.spent.keys():
        return False
    beside = {process for process, _ in left_out}
    moved = 0
    for thread in now.spent.keys() - left_out:
        its = now.spent[thread] - before.spent[thread]
        if its and thread[0] in beside:
            return False
        moved += its
    return moved <= ALLOWANCE


def slowed_down(before: Look, now: Look) -> float:
    """How many times longer the tree took as its threads waited for a processor."""
    spent = sum(now.spent.values()) - sum(before.spent.values())
    ran = spent - (now.waited - before.waited)
    return min(spent / ran, MOST_SLOWED) if 0 < ran < spent else 1.0


def look_at_nothing(processes: Iterable[int]) -> Look:
    """A look where the processes of the server cannot be seen."""
    return NOTHING


LOOKS = {
    Settled.SCHEDSTAT: look,
    Settled.CPU_TIMES: look_at_times,
    Settled.STEADY_COUNT: look_at_nothing,
}


class Still:
    """What was seen of a tree since the count of its requests last changed."""

    def __init__(self, left_out: frozenset[Thread], budget: Budget) -> None:
        self._left_out = left_out
        self._budget = budget
        self._since = time.monotonic()
        self._first: Look | None = None
        self._last: Look | None = None
        self._looks = 0
        self._turns: dict[Thread, tuple[int, int]] = {}
        self.rested = 0
        """Looks in a row, up to the last one, between which the tree slept."""
        self.in_vain = 0
        """The same without threads that have used up their budget."""
        self._computed_at: int | None = None
        """The last look at which nothing ran but threads that use up their budget."""

    def add(self, look: Look) -> None:
        """Take note of a look."""
        if self._last is None:
            self._first = look
            self._turns = {each: thread_turns(*each) for each in self._left_out}
            self.rested = 1
        elif at_rest(self._last, look, self._left_out):
            self.rested += 1
        else:
            self.rested = 1
        if self._last is not None and self._budget.processes:
            used_up = self._computed(look, self._budget.nanoseconds)
            slept = used_up and at_rest(self._last, look, self._left_out | used_up)
            self.in_vain = self.in_vain + 1 if slept else 1
            some = self._computed(look, self._budget.nanoseconds // BEGUN)
            if some and at_rest(self._last, look, self._left_out | some):
                self._computed_at = self._looks
        self._last = look
        self._looks += 1

    def _computed(self, look: Look, nanoseconds: int) -> frozenset[Thread]:
        """Threads that computed for so long, of processes that were up before."""
        assert self._first is not None
        before = self._first.ran
        return frozenset(
            thread
            for thread, ran in look.ran.items()
            if thread[0] in self._budget.processes
            and ran - before.get(thread, ran) >= nanoseconds
        )

    def all_had_their_turn(self) -> bool:
        """Whether each thread that never rests ran for long enough meanwhile.

        Whatever it does with requests, it had the time to do it.
        """
        for thread, (ran, turns) in self._turns.items():
            ran_now, turns_now = thread_turns(*thread)
            short = ran_now - ran < TURN_NANOSECONDS and turns_now - turns < TURNS
            if short and ran_now and time.monotonic() - self._since < STEADY_SECONDS:
                return False
        return True

    def gave_up(self, patience_over: bool) -> bool:
        """Whether the count has been steady for so long that this must suffice."""
        if not patience_over or self._looks < STEADY_LOOKS:
            return False
        computed_at = self._computed_at
        computes = computed_at is not None and self._looks - computed_at <= STEADY_LOOKS
        if computes and time.monotonic() - self._since < BUDGET_SECONDS:
            return False  # it is about to use up its budget
        assert self._first is not None and self._last is not None
        seconds = STEADY_SECONDS * slowed_down(self._first, self._last)
        return time.monotonic() - self._since > seconds


class Quiet:
    """Tells when a process tree is quiet."""

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
                # threads a look is dear.
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
            if still.gave_up(time.monotonic() - begun > patience):
                self._restless = True
                return Settled.STEADY_COUNT
            await asyncio.sleep(pause)

    async def find_restless(self) -> frozenset[Thread]:
        """Threads that never rest, of a tree that nothing was asked of."""
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
        """Call the tree quiet although these threads never rest."""
        self._left_out, self._restless = threads, False
