"""The instrument: sends requests to one running server and follows each of them.

Nothing is concluded from elapsed time. A request is in the app while its hold is open,
and no more will enter once the server is quiet and every hold has been counted. Every
wait has a deadline, and ends when the server does.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from itertools import repeat
from typing import TypeVar

from harness.probe.batch import Batch
from harness.probe.destination import Destination
from harness.probe.holds import Holds
from harness.probe.lag import Lag
from harness.probe.learned import Learned
from harness.probe.moves import Moves
from harness.probe.quiet import ACCEPTING
from harness.probe.quiet import Quiet
from harness.probe.quiet import ROUND
from harness.probe.quiet import SENT_SECONDS
from harness.probe.quiet import START
from harness.probe.quiet import Window
from harness.probe.still import Budget
from harness.probe.still import enough_budget
from harness.probe.still import NO_BUDGET
from harness.records.words import Settled
from harness.system.process import ProcessTree

ROUND_SECONDS = 60.0
"""Deadline of a single wait. Nearly all waits end much sooner, with a quiet server."""

ACCEPT_BUDGET = 50_000_000
"""Processor time, in nanoseconds, in which a server surely accepts what it wants."""

T = TypeVar("T")


class Probe:
    """The instrument, connected to one running server."""

    def __init__(
        self,
        server: ProcessTree,
        holds: Holds,
        destination: Destination,
        quiet: Quiet | None = None,
    ) -> None:
        self.server = server
        self.holds = holds
        self.destination = destination
        self.quiet = quiet or Quiet(server.processes)
        self.moves = Moves()
        """Each change in a request, as reported by holds and clients."""
        self.batch = Batch({}, destination.endpoint, self.moves.happened)
        """The requests of the present count."""
        self.beside: Batch | None = None
        """Clients that are not counted, if there are any."""
        self.sources: Iterator[int] = repeat(0)
        """The source port of each request; 0 for any."""
        self.learned = Learned()
        """What is remembered of the server from one round to the next."""
        self.lag = Lag()
        """How late this process has run since requests were gathered."""
        self.always_quiet = True
        """Whether every count was made with the server known to be quiet."""
        self._outlives_server = False
        holds.changed = self.moves.happened

    def count(self) -> tuple[int, ...]:
        """A value that differs after each change in a request."""
        beside = self.beside.moved() if self.beside else ()
        return len(self.holds.entered), self.holds.broken, *self.batch.moved(), *beside

    def all_in_or_ended(self) -> bool:
        """Whether every request has entered the app or has ended."""
        entered, ended = self.holds.entered, self.batch.ended
        count = len(self.batch.clients)
        # The sizes first: with ten thousand requests the union is expensive.
        return len(entered) + len(ended) >= count and len(entered | ended) == count

    def all_ended(self) -> bool:
        """Whether every request has ended."""
        return len(self.batch.ended) == len(self.batch.clients)

    def names_waiting(self) -> set[str]:
        """Names of offered requests that have neither entered the app nor ended."""
        gone = self.holds.entered | self.batch.ended
        return {c.name for c in self.batch.clients if c.offered and c.name not in gone}

    def waiting(self) -> int:
        """Number of offered requests that have neither entered the app nor ended."""
        return len(self.names_waiting())

    @contextlib.contextmanager
    def outliving(self) -> Iterator[None]:
        """A block in which waits continue after the server has ended."""
        self._outlives_server = True
        self.server.ended.add_done_callback(lambda _: self.moves.happened())
        try:
            yield
        finally:
            self._outlives_server = False

    async def unless_ended(self, awaited: Awaitable[T], seconds: float) -> T:
        """Wait for work that depends on the server.

        Raises ``TimeoutError`` after ``seconds``, and ``Ended`` when the server ends,
        except within ``outliving``.
        """
        if self._outlives_server:
            return await asyncio.wait_for(awaited, seconds)
        return await self.server.unless_ended(awaited, seconds)

    async def settle(self, window: Window = ROUND) -> Settled:
        """Wait until the server is quiet and all its holds are counted."""
        return await self.unless_ended(self._settle(window), ROUND_SECONDS)

    async def _settle(self, window: Window, after: float = 0.0) -> Settled:
        """``settle`` without a deadline; the first look is after some seconds."""
        while True:
            budget = NO_BUDGET
            if window is not START:  # then it computes without letting anything in
                took = self.learned.processes | self.holds.ever
                budget = enough_budget(
                    took, self.waiting(), self.learned.alone_nanoseconds
                )
            by = await self.quiet.wait(
                self.count,
                window,
                budget,
                after=after,
                brief=lambda: bool(self.holds.entered),
            )
            self.always_quiet &= by is not Settled.STEADY_COUNT
            # A request may have entered just before the last look, with its line still
            # unread. The looks prove something only about requests that are counted.
            before = self.count()
            await self.holds.catch_up()
            if self.count() == before or by is Settled.STEADY_COUNT:
                return by

    async def let_accept(self) -> None:
        """Give a server time to accept connections, even if it computes meanwhile.

        Nothing is concluded from this wait: it only makes one order likely.
        """
        budget = Budget(frozenset(self.server.processes()), ACCEPT_BUDGET)
        waiting = self.quiet.wait(self.count, ACCEPTING, budget)
        await self.unless_ended(waiting, ROUND_SECONDS)

    async def until(self, reached: Callable[[], bool]) -> Settled:
        """Wait until ``reached()``, or the server is quiet without it.

        Returns ``Settled.ALL_ENTERED`` in the first case.
        """
        if reached():
            return Settled.ALL_ENTERED
        settling = asyncio.ensure_future(self._settle(ROUND, SENT_SECONDS))
        settling.add_done_callback(lambda _: self.moves.happened())
        try:
            while not reached():
                if settling.done():
                    return settling.result()
                moves = self.moves.count
                over = self.moves.until(lambda: reached() or settling.done())
                try:
                    await self.unless_ended(over, ROUND_SECONDS)
                except TimeoutError:
                    if self.moves.count == moves:
                        raise
            return Settled.ALL_ENTERED
        finally:
            settling.cancel()

    async def until_moved(self, seconds: float) -> None:
        """Wait until a request changes, at most ``seconds``. Raises ``Ended``."""
        before = self.moves.count
        moved = self.moves.until(lambda: self.moves.count != before)
        with contextlib.suppress(TimeoutError):
            await self.unless_ended(moved, seconds)

    @contextlib.contextmanager
    def dispersing(self) -> Iterator[None]:
        """A block that leaves no request behind, however it ends."""
        try:
            yield
        finally:
            self.disperse()

    def disperse(self) -> None:
        """Release every hold, and give up every request that has not ended."""
        self.lag.end()
        self.holds.release_all()
        self.batch.give_up()
        if self.beside:
            self.beside.give_up()
