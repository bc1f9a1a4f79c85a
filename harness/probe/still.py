"""Watches a process tree while the count of its requests does not change.

Some programs have a thread that never rests and has nothing to do with requests. If it
was found before any request came, the tree is quiet once all other threads sleep and
that thread has had its turn since the last request moved.

Some servers compute for as long as they are full, and some forever once they go wrong.
Then a budget decides: each thread that computed has had many times the processor time
that requests take to enter the app, and let none in, while all others slept. Only time
on a processor counts, so on a busy machine this takes longer but is just as certain.
"""

import time
from collections.abc import Collection
from typing import NamedTuple

from harness.probe.look import at_rest
from harness.probe.look import Look
from harness.probe.look import slowed_down
from harness.probe.look import Thread
from harness.system.schedstat import thread_turns

STEADY_SECONDS = 0.6
"""Seconds for which the count must stand still to be accepted, in a tree that is never
quiet. A tree that was not quiet the last time gets no more time than this."""

STEADY_LOOKS = 8
"""The least number of looks in that time: if the harness itself was not running,
elapsed time proves nothing."""

BEGUN_PART = 10
BUDGET_SECONDS = 50.0
"""A thread that has used one part in ``BEGUN_PART`` of its budget is given this many
seconds to use up the rest."""

TURNS = 25
TURN_NANOSECONDS = 50_000_000
"""A thread that never rests has had its turn once it has run this often, or for this
long."""


LEAST_BUDGET = 250_000_000
"""The least budget of a thread, in nanoseconds on a processor. A request takes one or
two million to enter the app."""

TIMES_ALONE = 3
AT_ONCE = 8
"""For each of up to ``AT_ONCE`` waiting requests, a budget has at least ``TIMES_ALONE``
times what a request took that came alone: a thread may prepare several requests before
it lets in the first one."""

TO_PREPARE = 1_000_000
"""Nanoseconds that every waiting request adds to a budget: a thread may accept
thousands before it lets in the next. A quarter of this was seen."""


class Budget(NamedTuple):
    """Processor time that threads may use without letting requests in."""

    processes: frozenset[int]
    """Processes that are up already: any other may compute because it is starting."""
    nanoseconds: int
    """Time on a processor, for each thread."""


NO_BUDGET = Budget(frozenset(), 0)


def enough_budget(
    processes: Collection[int], waiting: int, alone_nanoseconds: int
) -> Budget:
    """The processor time after which a thread will surely let none of the requests in.

    ``waiting`` is their number, and ``alone_nanoseconds`` the processor time that a
    request needed to enter the app when it came alone.
    """
    waiting = max(1, waiting)
    least = max(LEAST_BUDGET, TIMES_ALONE * alone_nanoseconds * min(waiting, AT_ONCE))
    return Budget(frozenset(processes), least + TO_PREPARE * waiting)


class Still:
    """Observations of a tree since the count of its requests last changed."""

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
        """Add a look."""
        if self._last is None:
            self._first = look
            self._turns = {each: thread_turns(*each) for each in self._left_out}
            self.rested = 1
        elif at_rest(self._last, look, self._left_out):
            self.rested += 1  # one more instant at which all slept
        else:
            self.rested = 1
        if self._last is not None and self._budget.processes:
            used_up = self._computed(look, self._budget.nanoseconds)
            slept = used_up and at_rest(self._last, look, self._left_out | used_up)
            self.in_vain = self.in_vain + 1 if slept else 1
            some = self._computed(look, self._budget.nanoseconds // BEGUN_PART)
            if some and at_rest(self._last, look, self._left_out | some):
                self._computed_at = self._looks
        self._last = look
        self._looks += 1

    def _computed(self, look: Look, nanoseconds: int) -> frozenset[Thread]:
        """Threads of older processes that have used up their budget."""
        assert self._first is not None
        before = self._first.ran
        return frozenset(
            thread
            for thread, ran in look.ran.items()
            if thread[0] in self._budget.processes
            and ran - before.get(thread, ran) >= nanoseconds
        )

    def all_had_their_turn(self) -> bool:
        """Whether each thread that never rests has run for long enough.

        Whatever such a thread does with requests, it had the time to do it.
        """
        for thread, (ran, turns) in self._turns.items():
            ran_now, turns_now = thread_turns(*thread)
            short = ran_now - ran < TURN_NANOSECONDS and turns_now - turns < TURNS
            if short and ran_now and time.monotonic() - self._since < STEADY_SECONDS:
                return False
        return True

    def gave_up(self, waited: float, patience: float = 0.0) -> bool:
        """Whether the count has been steady long enough to give up waiting for quiet.

        ``waited`` is the whole wait so far, and ``patience`` the least wait, in
        seconds. The wait is longer if threads had to wait for processors.
        """
        if waited <= patience or self._looks < STEADY_LOOKS:
            return False
        computed_at = self._computed_at
        computes = computed_at is not None and self._looks - computed_at <= STEADY_LOOKS
        if computes and time.monotonic() - self._since < BUDGET_SECONDS:
            return False  # the thread is about to use up its budget
        assert self._first is not None and self._last is not None
        # On a busy machine the same work takes longer, so its absence takes longer to
        # prove.
        slowed = slowed_down(self._first, self._last)
        steady = time.monotonic() - self._since > STEADY_SECONDS * slowed
        return steady and waited > patience * slowed
