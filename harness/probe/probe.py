"""Knows how to run rounds against a running server; must not judge what it sees.

Rule 1: nothing is concluded from elapsed time. A request is in the app while its hold
is open; no more will enter when the server is quiet and every hold has been counted.
Rule 2: every request is followed to its one ending, and every wait has a deadline and
ends when the server does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from typing import NamedTuple
from typing import TypeVar

from harness.probe.clients import Headers
from harness.probe.clients import Part
from harness.probe.crowd import Crowd
from harness.probe.holds import Holds
from harness.probe.quiet import BETWEEN
from harness.probe.quiet import Quiet
from harness.probe.quiet import ROUND
from harness.probe.quiet import START
from harness.probe.quiet import Window
from harness.probe.schedule import Offer
from harness.probe.schedule import Schedule
from harness.records.evidence import Claims
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Settled
from harness.system.process import ProcessTree

ROUND_SECONDS = 60.0
"""No single wait in a round is longer; quiet ends nearly all of them much sooner."""

PATIENCE_SECONDS = 1.5
"""How long a quiet server is watched before it is believed that it falls short: a
worker that boots slowly may sleep meanwhile, and some servers look for waiting
connections once a second."""


T = TypeVar("T")


class Place(NamedTuple):
    """Where requests were held: the processes, and the most in any one of them."""

    processes: int
    threads: int


class Probe:
    """The instrument, pointed at one running server."""

    def __init__(
        self,
        server: ProcessTree,
        holds: Holds,
        address: tuple[str, int],
        target: str,
        quiet: Quiet | None = None,
        headers: Headers = (),
        claims: Claims | None = None,
    ) -> None:
        self.server = server
        self.holds = holds
        self.claims = claims
        """What the server told the app of itself."""
        self.address = address
        """Where its requests go to."""
        self._target = target
        self._headers = headers
        self._quiet = quiet or Quiet(server.processes)
        self._moved = asyncio.Event()
        self.moved = self._moved.set
        """To be called whenever a request has moved; ``holds`` and clients do."""
        self.crowd = Crowd([], address, target, self.moved)
        self._beside: Crowd | None = None
        self._mortal = True
        self._number = 0
        holds.changed = self.moved

    # What is known at any moment -----------------------------------------------

    def _count(self) -> tuple[int, ...]:
        """Differs whenever a request has moved: offered, entered, broken or ended."""
        beside = self._beside.moved() if self._beside else ()
        return len(self.holds.entered), self.holds.broken, *self.crowd.moved(), *beside

    def all_in_or_ended(self) -> bool:
        """Whether none of the offered requests waits."""
        entered, ended = self.holds.entered, self.crowd.ended
        asked = len(self.crowd.clients)
        # The sizes first: the union is dear with ten thousand requests.
        return len(entered) + len(ended) >= asked and len(entered | ended) == asked

    def all_ended(self) -> bool:
        """Whether every request has ended."""
        return len(self.crowd.ended) == len(self.crowd.clients)

    def names_waiting(self) -> set[str]:
        """Requests that are offered, and neither in the app nor ended."""
        gone = self.holds.entered | self.crowd.ended
        return {c.name for c in self.crowd.clients if c.offered and c.name not in gone}

    def waiting(self) -> int:
        """How many these are."""
        return len(self.names_waiting())

    def place(self) -> Place:
        """Where requests are held now."""
        lanes: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
        for hold in self.holds.held.values():
            assert hold.said is not None
            lanes[hold.said.process].add((hold.said.thread, hold.said.greenlet))
        return Place(len(lanes), max(map(len, lanes.values()), default=0))

    # Waiting ---------------------------------------------------------------------

    @contextlib.contextmanager
    def outliving(self) -> Iterator[None]:
        """The server may end meanwhile: no wait is broken off when it does."""
        self._mortal = False
        self.server.ended.add_done_callback(lambda _: self.moved())
        try:
            yield
        finally:
            self._mortal = True

    async def unless_ended(self, awaited: Awaitable[T], seconds: float) -> T:
        """Wait for something that the server is to bring about.

        Raises ``TimeoutError`` after ``seconds``, and ``Ended`` when the server
        ends and was not to be outlived.
        """
        if self._mortal:
            return await self.server.unless_ended(awaited, seconds)
        return await asyncio.wait_for(awaited, seconds)

    async def settle(self, window: Window = ROUND) -> Settled:
        """Wait until the server is quiet and all that it has said is counted."""
        while True:
            by = await self._quiet.wait(self._count, window)
            before = self._count()
            await self.holds.catch_up()
            if self._count() == before or by is Settled.STEADY_COUNT:
                return by

    async def settle_after_start(self) -> Settled:
        """The same, with the longer window that a booting server needs."""
        return await self.unless_ended(self.settle(START), ROUND_SECONDS)

    async def until(self, reached: Callable[[], bool]) -> Settled:
        """Wait until something is so, or the server is quiet without it.

        ``Settled.ALL_ENTERED`` means that it is so.
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

    async def watch(
        self, reached: Callable[[], bool], seconds: float = PATIENCE_SECONDS
    ) -> bool:
        """Watch a quiet server as long as something still moves now and then.

        Whether it came to what is to be reached; not, when nothing has moved for so
        many seconds.
        """
        while not reached():
            before = self._count()
            try:
                self._moved.clear()
                await self.unless_ended(self._moved.wait(), seconds)
            except TimeoutError:
                return False
            if self._count() != before:
                await self.until(reached)
        return True

    async def wait(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so, without looking at the server meanwhile.

        For what it is to be busy with. Raises ``TimeoutError`` and ``Ended``.
        """

        async def moving() -> None:
            while not reached():
                self._moved.clear()
                await self._moved.wait()

        await self.server.unless_ended(moving(), ROUND_SECONDS)

    async def expect(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so; a while longer where the server is quiet."""
        await self.until(reached)
        await self.watch(reached)

    # Requests --------------------------------------------------------------------

    def gather(self, count: int, more: str = "", view: str = "hold") -> Crowd:
        """So many requests that are to be held, none opened yet; accounts begin anew.

        ``more`` is added to what each asks for, such as ``&wait=lock``; ``view`` is the
        end of the path that is asked.
        """
        self._number += 1
        names = [f"r{self._number}.{index}" for index in range(count)]
        self.holds.begin()
        target = self._target.replace("/hold?", f"/{view}?") + more
        self.crowd = Crowd(names, self.address, target, self.moved, self._headers)
        return self.crowd

    def gather_beside(self, count: int, part: Part) -> Crowd:
        """So many clients that send no more than a part; these are never held."""
        names = [f"beside.{index}" for index in range(count)]
        self._beside = Crowd(names, self.address, "/", self.moved, part=part)
        return self._beside

    def head(self, method: str, view: str, *headers: str) -> bytes:
        """The head of a request to another view than the one that holds."""
        host, port = self.address
        place = self._target.partition("hold?")[0]
        lines = [f"{method} {place}{view} HTTP/1.1", f"Host: {host}:{port}", *headers]
        lines += [f"{name}: {value}" for name, value in self._headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def disperse(self) -> None:
        """Let go of every hold, and give up every request that has not ended."""
        self.holds.release_all()
        self.crowd.give_up()

    # One round -------------------------------------------------------------------

    async def round(
        self,
        offer: Offer,
        *,
        patient_below: int = 0,
        more: str = "",
        view: str = "hold",
    ) -> Round:
        """Offer one load, see how many are in the app, then let all of them go.

        While fewer than ``patient_below`` of the offered ones are in the app, the
        server is watched for longer before that is believed. Raises ``Ended``.
        """
        self.gather(offer.asked, more, view)
        try:
            return await self._run(offer, patient_below)
        finally:
            self.disperse()

    async def _run(self, offer: Offer, patient_below: int) -> Round:
        settled, settle_seconds = await self.offer(offer.arrival)
        self.crowd.give_up_opening()
        first = len(self.holds.entered)
        if self.waiting() and len(self.holds.held) < patient_below:
            await self.watch(self.all_in_or_ended)
        admitted, waiting, place = len(self.holds.held), self.waiting(), self.place()
        late = len(self.holds.entered) - first
        entered_on_release, hand_off_seconds = None, None
        if waiting and admitted:
            entered_on_release, hand_off_seconds = await self.hand_off()
        stalled = await self.finish()
        return Round(
            arrival=offer.arrival,
            asked=offer.asked,
            offered=self.crowd.offered,
            admitted=admitted,
            peak=self.holds.peak,
            waiting=waiting,
            late=late,
            processes=place.processes,
            threads=place.threads,
            settled=settled,
            settle_seconds=settle_seconds,
            entered_on_release=entered_on_release,
            hand_off_seconds=hand_off_seconds,
            broken=self.holds.broken,
            stalled=stalled,
            account=self.crowd.account(self.holds.entered),
        )

    async def offer(self, arrival: Arrival) -> tuple[Settled, float]:
        """Offer the load; how the server settled, and how long after the last sent."""
        clients = self.crowd.clients
        if arrival is Arrival.STAGGERED:
            for client in clients[:-1]:
                self.crowd.open([client])
                await self.until(self._is_in_or_ended(client.name))
            clients = clients[-1:]
        self.crowd.open(clients)
        asked = len(self.crowd.clients)
        await self.until(lambda: self.crowd.offered == asked or self.all_ended())
        sent = time.monotonic()
        settled = await self.until(self.all_in_or_ended)
        return settled, time.monotonic() - sent

    def _is_in_or_ended(self, name: str) -> Callable[[], bool]:
        return lambda: name in self.holds.entered or name in self.crowd.ended

    async def hand_off(self) -> tuple[int, float | None]:
        """Let one request go; how many enter in its place, and after how long."""
        before = set(self.holds.entered)
        released = time.monotonic()
        self.holds.release_oldest()
        await self.until(lambda: len(self.holds.entered) > len(before))
        await self.unless_ended(self.settle(), ROUND_SECONDS)
        entered = [
            hold.said.at if hold.said.at is not None else hold.entered_at
            for name, hold in self.holds.held.items()
            if name not in before and hold.said is not None
        ]
        return len(entered), min(entered) - released if entered else None

    async def finish(self) -> int:
        """Let everything go and account for it; how many were never served."""
        self.holds.release_all()
        await self.until(self.all_ended)
        if not self.all_ended():
            await self.watch(self.all_ended)
        stalled = self.crowd.give_up()
        await self.unless_ended(self.settle(BETWEEN), ROUND_SECONDS)
        return stalled


async def measure_overlap(probe: Probe, schedule: Schedule) -> bool:
    """Run the scheduled rounds; whether the question is answered.

    It is not when the server has stalled: with requests waiting for ever in it, it
    has to be started anew for the rounds that are left. Nor is it when what is left is
    to be offered to another server. Raises ``Ended``.
    """
    fresh = True
    while offer := schedule.next():
        if offer.anew and not fresh:
            return False
        fresh = False
        done = await probe.round(offer, patient_below=schedule.patient_below(offer))
        schedule.seen(done)
        if done.stalled:
            return schedule.next() is None
    return True
