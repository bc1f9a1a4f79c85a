"""The instrument: sends requests to one running server and follows each of them.

Nothing is concluded from elapsed time. A request is in the app while its hold is open,
and no more will enter once the server is quiet and every hold has been counted. Every
wait has a deadline, and ends when the server does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple
from typing import TypeVar

from harness.probe.clients import Client
from harness.probe.crowd import Crowd
from harness.probe.holds import Holds
from harness.probe.lag import Lag
from harness.probe.look import Thread
from harness.probe.messages import PartialRequest
from harness.probe.quiet import Quiet
from harness.probe.quiet import ROUND
from harness.probe.quiet import START
from harness.probe.quiet import Window
from harness.probe.still import Budget
from harness.probe.still import NO_BUDGET
from harness.probe.transports import Address
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.probe.transports import NotSpoken
from harness.records.evidence import Claims
from harness.records.witness import KernelAccount
from harness.records.words import Settled
from harness.system.process import ProcessTree

NAME_HEADER = "X-Flask-Concurrency-Request"
PLACE_HEADER = "X-Flask-Concurrency-Place"
"""Headers by which a request for a route of the app's own says which it is, and at
which place it is to be held."""

ROUND_SECONDS = 60.0
"""Deadline of a single wait. Nearly all waits end much sooner, with a quiet server."""

PATIENCE_SECONDS = 1.5
"""How long a quiet server that falls short is watched before that is believed: a worker
may sleep while it boots, and some servers look for connections once a second."""


LEAST_BUDGET = 250_000_000
"""Nanoseconds on a processor that a thread may use, at least, without letting any of
the requests in that wait. A request takes one or two million to enter."""

TIMES_ALONE = 3
AT_ONCE = 8
"""Times what a request took that was alone, for each that waits, up to so many: a
thread may prepare several before it lets in the first one."""

TO_PREPARE = 1_000_000
"""The same, beside, for each of all that wait: a thread may accept every one of
thousands before it lets in the next. That was seen to take a quarter of this."""

ACCEPT_BUDGET = 50_000_000
"""Nanoseconds in which a server has surely accepted the connections that it wants."""

GROWING_SECONDS = 6.0
"""The same for a server that is known to start processes only while requests wait:
uWSGI looks once a second, and starts one every four seconds by default."""

WATCH_SECONDS = 0.1
"""How long it is watched at a stretch, and the most that counts of it."""

LOOK_SECONDS = 0.05
"""How often it is looked for what no request tells of."""

SHORTEST_PAUSE_SECONDS = 0.5
"""The least that a server is watched for requests that pause in front of the app."""

PAUSES = 3
"""Times the longest pause in front of the app that a server is watched for."""

T = TypeVar("T")


class Spread(NamedTuple):
    """How held requests are spread over a server."""

    processes: int
    """Processes that hold at least one."""
    threads: int
    """The most in one process, each in its own thread or greenlet."""


class Probe:
    """The instrument, connected to one running server."""

    def __init__(
        self,
        server: ProcessTree,
        holds: Holds,
        address: Address,
        target: str,
        quiet: Quiet | None = None,
        headers: Headers = (),
        from_inside: str = "",
    ) -> None:
        self.server = server
        self.holds = holds
        self.claims: Claims | None = None
        """What the server claims about itself (PEP 3333)."""
        self.address = Endpoint.of(address)
        """Where requests are sent to."""
        self._from_inside = from_inside
        self._target = target
        self._headers = headers
        self.quiet = quiet or Quiet(server.processes)
        self._moved = asyncio.Event()
        self.moved = self._moved.set
        """To be called after each change in a request; holds and clients call it."""
        self.crowd = Crowd([], address, target, self.moved)
        self.sources: Iterator[int] = repeat(0)
        """The port that each request is to be sent from; 0 for any."""
        self.answered_by: int | None = None
        """The process that answered first, where it said so."""
        self.boot_seconds = 0.0
        """How long the app was made to take to be imported."""
        self.route = ""
        """The path of a route of the app's own, if requests may take one."""
        self.places: dict[str, bool] = {}
        """Places inside the app at which requests of that route are held, by name;
        whether each was found once the app was ready."""
        self.grows = False
        """Whether the server starts processes only while requests wait."""
        self.processes: set[int] = set()
        """Those of the server before the last round."""
        self.pause_seconds = 0.0
        """The longest that a request took to enter the app with the server quiet: so
        long does something pause in front of the app, such as middleware."""
        self.admits_none = False
        """Whether a request was watched in vain that was alone in the server."""
        self.slept_idle: set[Thread] = set()
        """Threads that slept for a time before the requests of the last round came."""
        self.had_turn: dict[Thread, float] = {}
        """Threads that sleep for a time, and have run while requests waited; for each
        the seconds that it was waited for at most."""
        self.slept_on: set[Thread] = set()
        """Threads that slept on a clock for all of the time that they were given."""
        self.sleep_long: set[Thread] = set()
        """Threads that slept on a clock for all of the time that a worker had alone."""
        self.kernel: KernelAccount | None = None
        """The kernel's account, of when most requests were held."""
        self.lag = Lag()
        """How late this process was since requests were gathered."""
        self.alone_nanoseconds = 0
        """On processors: what a request took to enter the app that was alone."""
        self.always_quiet = True
        """Whether every count was made with the server known to be quiet."""
        self.gave_up_early = False
        """Whether requests were given up last in a server that was not quiet."""
        self._beside: Crowd | None = None
        self._mortal = True
        self._number = 0
        holds.changed = self.moved

    @property
    def from_inside(self) -> str:
        """``HOST:PORT`` by which the app reaches its own server.

        Raises ``NotSpoken``: the app calls it over plain HTTP.
        """
        self.check_plain()
        return self._from_inside or self.address.name

    def check_plain(self) -> None:
        """Raise ``NotSpoken`` about a server that is not spoken to in plain HTTP."""
        if not self.address.is_plain:
            raise NotSpoken("this is asked only of servers that speak HTTP on a port")

    @property
    def quiet_by(self) -> Settled:
        """The method that tells when this server is quiet."""
        return self.quiet.by

    # What is known ---------------------------------------------------------------

    def _count(self) -> tuple[int, ...]:
        """A value that differs after each change in a request."""
        beside = self._beside.moved() if self._beside else ()
        return len(self.holds.entered), self.holds.broken, *self.crowd.moved(), *beside

    def all_in_or_ended(self) -> bool:
        """Whether every request has entered the app or has ended."""
        entered, ended = self.holds.entered, self.crowd.ended
        count = len(self.crowd.clients)
        # The sizes first: with ten thousand requests the union is expensive.
        return len(entered) + len(ended) >= count and len(entered | ended) == count

    def all_ended(self) -> bool:
        """Whether every request has ended."""
        return len(self.crowd.ended) == len(self.crowd.clients)

    def names_waiting(self) -> set[str]:
        """Names of offered requests that have neither entered the app nor ended."""
        gone = self.holds.entered | self.crowd.ended
        return {c.name for c in self.crowd.clients if c.offered and c.name not in gone}

    def waiting(self) -> int:
        """Number of offered requests that have neither entered the app nor ended."""
        return len(self.names_waiting())

    def spread(self) -> Spread:
        """How the requests that are held now are spread over the server."""
        # Processes of different containers may have the same number.
        lanes: dict[tuple[str, int], set[tuple[int, int | None]]] = defaultdict(set)
        for hold in self.holds.held.values():
            assert hold.said is not None
            process = hold.origin, hold.said.process
            lanes[process].add((hold.said.thread, hold.said.greenlet))
        return Spread(len(lanes), max(map(len, lanes.values()), default=0))

    # Waiting ---------------------------------------------------------------------

    @contextlib.contextmanager
    def outliving(self) -> Iterator[None]:
        """A block in which waits go on after the server has ended."""
        self._mortal = False
        self.server.ended.add_done_callback(lambda _: self.moved())
        try:
            yield
        finally:
            self._mortal = True

    async def unless_ended(self, awaited: Awaitable[T], seconds: float) -> T:
        """Wait for something that the server is to bring about.

        Raises ``TimeoutError`` after ``seconds``, and ``Ended`` when the server
        ends outside of ``outliving``.
        """
        if self._mortal:
            return await self.server.unless_ended(awaited, seconds)
        return await asyncio.wait_for(awaited, seconds)

    async def settle(self, window: Window = ROUND) -> Settled:
        """Wait until the server is quiet and all its holds are counted."""
        while True:
            # As it starts a server computes without letting anything in.
            budget = NO_BUDGET if window is START else self._budget()
            by = await self.quiet.wait(self._count, window, budget)
            self.always_quiet &= by is not Settled.STEADY_COUNT
            before = self._count()
            await self.holds.catch_up()
            if self._count() == before or by is Settled.STEADY_COUNT:
                return by

    def _budget(self) -> Budget:
        """The processor time that threads may use without letting requests in."""
        waiting = max(1, self.waiting())
        several = TIMES_ALONE * self.alone_nanoseconds * min(waiting, AT_ONCE)
        least = max(LEAST_BUDGET, several)
        took = self.processes | self.holds.ever
        return Budget(frozenset(took), least + TO_PREPARE * waiting)

    async def let_accept(self) -> None:
        """Give a server the time to accept connections, though it may compute then.

        Nothing is concluded from it: it only makes one order likely.
        """
        budget = Budget(frozenset(self.server.processes()), ACCEPT_BUDGET)
        await self.unless_ended(
            self.quiet.wait(self._count, ROUND, budget), ROUND_SECONDS
        )

    async def until(self, reached: Callable[[], bool]) -> Settled:
        """Wait until ``reached()``, or the server is quiet without it.

        Returns ``Settled.ALL_ENTERED`` in the first case.
        """
        settling = asyncio.ensure_future(self.settle())
        try:
            while True:
                self._moved.clear()
                if reached():
                    return Settled.ALL_ENTERED
                if settling.done():
                    return settling.result()
                await self.unless_ended(self._moved_or_done(settling), ROUND_SECONDS)
        finally:
            settling.cancel()

    async def _moved_or_done(self, settling: asyncio.Future[Settled]) -> None:
        moved = asyncio.ensure_future(self._moved.wait())
        try:
            await asyncio.wait((moved, settling), return_when=asyncio.FIRST_COMPLETED)
        finally:
            moved.cancel()

    @property
    def patience(self) -> float:
        """How long a quiet server is watched before it is believed, in seconds."""
        least = GROWING_SECONDS if self.grows else PATIENCE_SECONDS
        return max(least, PAUSES * self.pause_seconds)

    @property
    def pause_patience(self) -> float:
        """How long it is watched for requests that pause in front of the app."""
        return max(SHORTEST_PAUSE_SECONDS, PAUSES * self.pause_seconds)

    async def watch(
        self, reached: Callable[[], bool], seconds: float | None = None
    ) -> bool:
        """Watch a quiet server until ``reached()``, as long as something still changes.

        Returns whether it was reached; gives up after ``seconds`` without any change,
        which is ``patience`` unless given.
        """
        seconds = self.patience if seconds is None else seconds
        while not reached():
            if not await self._changes(seconds):
                return False
            await self.until(reached)
        return True

    async def _changes(self, seconds: float) -> bool:
        """Whether a request changes within so many seconds in which this process ran.

        Time in which it was stopped itself, or got no processor, does not count: what
        came in meanwhile is still to be read.
        """
        before, watched = self._count(), 0.0
        while watched < seconds:
            begun = time.monotonic()
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                await self.unless_ended(self._moved.wait(), WATCH_SECONDS)
            if self._count() != before:
                return True
            watched += min(time.monotonic() - begun, WATCH_SECONDS)
        return False

    async def look_until(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Look now and then until ``reached()``; whether it was, in so many seconds.

        For what no request tells of. Time in which this process did not run counts no
        more than a look; nor does what it missed meanwhile go unseen.
        """
        watched = 0.0
        while not reached():
            if watched >= seconds:
                return False
            begun = time.monotonic()
            await self.unless_ended(asyncio.sleep(LOOK_SECONDS), ROUND_SECONDS)
            watched += min(time.monotonic() - begun, 2 * LOOK_SECONDS)
        return True

    async def wait(self, reached: Callable[[], bool]) -> None:
        """Wait until ``reached()`` without looking whether the server is quiet.

        Used while the server computes. Raises ``TimeoutError`` and ``Ended``.
        """

        async def moving() -> None:
            while not reached():
                self._moved.clear()
                await self._moved.wait()

        await self.server.unless_ended(moving(), ROUND_SECONDS)

    async def expect(self, reached: Callable[[], bool]) -> None:
        """Wait until ``reached()``, and watch a quiet server a while longer for it."""
        await self.until(reached)
        await self.watch(reached)

    # Requests --------------------------------------------------------------------

    def gather(self, count: int, more: str = "", view: str = "hold") -> Crowd:
        """Prepare ``count`` requests that are to be held, and begin to count anew.

        ``more`` is added to the target of each, such as ``&wait=lock``, and ``view`` is
        the end of its path.
        """
        names = self._begin(count)
        target = self._target.replace("/hold?", f"/{view}?") + more
        self.crowd = Crowd(names, self.address, target, self.moved, self._headers)
        for client in self.crowd.clients:
            client.source = next(self.sources, 0)
        return self.crowd

    def _begin(self, count: int) -> list[str]:
        """Begin to count anew; names for so many requests."""
        self._number += 1
        names = [f"r{self._number}.{index}" for index in range(count)]
        self.holds.begin(names)
        self.lag.begin()
        return names

    def one_more(self, name: str, changed: Callable[[Client], None]) -> Client:
        """One more request that is to be held, beside those that were gathered."""
        self.holds.expect(name)
        target = self._target.format(name=name)
        return Client(name, self.address, target, changed, self._headers)

    def gather_for_route(self, count: int, place: str) -> Crowd:
        """Prepare ``count`` requests for the app's own ``route``, and count anew.

        Each is to be held at the place of this name.
        """
        names = self._begin(count)
        self.crowd = Crowd(
            names,
            self.address,
            self.route.replace("{", "{{").replace("}", "}}"),
            self.moved,
            (*self._headers, (PLACE_HEADER, place)),
            name_header=NAME_HEADER,
        )
        return self.crowd

    def gather_beside(
        self, count: int, partial: PartialRequest, port: int | None = None
    ) -> Crowd:
        """Prepare ``count`` clients that send a partial request, beside the crowd.

        They connect to another ``port``, if one is given. Raises ``NotSpoken``.
        """
        self.check_plain()
        names = [f"beside.{index}" for index in range(count)]
        where = self.address._replace(port=port or self.address.port)
        self._beside = Crowd(names, where, "/", self.moved, partial=partial)
        return self._beside

    def head(self, method: str, view: str, *headers: str) -> bytes:
        """The head of a request to another view than the one that holds.

        A ``view`` that begins with a slash is a path of the app's own.
        """
        place = "" if view.startswith("/") else self._target.partition("hold?")[0]
        own = (("Host", self.address.name), *self._headers)
        lines = {name.lower(): f"{name}: {value}" for name, value in own}
        lines |= {line.partition(":")[0].lower(): line for line in headers}
        whole = [f"{method} {place}{view} HTTP/1.1", *lines.values(), "", ""]
        return "\r\n".join(whole).encode("latin-1")

    def disperse(self) -> None:
        """Release every hold, and give up every request that has not ended."""
        self.lag.end()
        self.holds.release_all()
        self.crowd.give_up()
