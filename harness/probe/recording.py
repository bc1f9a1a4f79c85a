"""Records the tape of one server during an act."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any
from typing import TypeVar

import msgspec

from harness.probe.probe import Probe
from harness.probe.questions.recovery import Unreachable
from harness.probe.stream import Stream
from harness.records.choices import Act
from harness.records.life import Lane
from harness.records.life import LostRequest
from harness.records.life import Sent
from harness.records.life import SlowHandOff
from harness.records.life import TapeSeen
from harness.system.process import Ended

MOST_SLOTS = 32
"""Most slots of a tape; servers with more are offered no more than this."""

SPARE = 4
"""Requests offered in addition to twice the number of slots."""

STAY_SECONDS = 0.2
"""How long each request stays in the app; longer with many slots, where requests would
otherwise come and go too fast to be measured."""

STAY_FOR_EACH_SLOT = 0.01

FILL_SECONDS = 5.0
"""How long filling all slots may take."""

BEFORE_SECONDS = 1.5
"""How long requests come before the act."""

CALM_SECONDS = 1.5
"""Seconds with enough in the app, the same processes and no lost request, after which
everything is as before."""

LEAST_SECONDS = 4.0
"""Least seconds that a server is watched."""

MOST_SECONDS = 20.0
"""Most seconds that a server is watched until everything is as before."""

LEAVE_SECONDS = 10.0
"""How long requests may take to be answered after all are released."""

FIRST = "the first process"

OF_LOST = ("offered_at", "entered_at", "ended_at")

Noted = TypeVar("Noted", Lane, SlowHandOff, LostRequest)


class Recording:
    """Records a server with a stream of requests, before and after an act."""

    def __init__(self, probe: Probe, slots: int, *, bounded: bool) -> None:
        self._slots = min(slots, MOST_SLOTS)
        more = bounded and slots <= MOST_SLOTS
        self._offered = 2 * self._slots + SPARE if more else MOST_SLOTS
        self._stay = max(STAY_SECONDS, STAY_FOR_EACH_SLOT * self._slots)
        self._act_at = 0.0
        self._watched = 0.0
        self._ended_at: float | None = None
        self._sent: list[Sent] = []
        self._lost_before = 0
        self.probe = probe
        self.server = probe.server
        self.first: int = probe.server.origin.started.result()
        """The first process of the server."""
        self.stream = Stream(probe, self._offered, self._stay)
        self.enough = 0
        """The number in the app at which everything is as before."""
        self.fields: dict[str, Any] = {}
        """Fields of ``TapeSeen`` that the act fills in."""

    async def run(
        self, act: Callable[[Recording], Awaitable[None]], *, anywhere: bool = False
    ) -> None:
        """Let requests come, carry out the act, and follow what becomes of them.

        Raises ``Ended`` if the server ended before the act. Raises ``Unreachable`` if
        its workers are not processes of its tree, as in a container, unless the act can
        be carried out ``anywhere``.
        """
        self.server.ended.add_done_callback(self._take_end)
        self.stream.begin()
        level = self.stream.occupancy.level
        await self.stream.watch(lambda: level() >= self._slots, FILL_SECONDS)
        if await self.until_ended(BEFORE_SECONDS):
            raise Ended(self.server.ended.result())
        if not anywhere:
            # Some workers end by themselves now and then, while no request is in the
            # app.
            await self.stream.watch(lambda: bool(self.stream.held), FILL_SECONDS)
        if not anywhere and not set(self.stream.held.values()) & set(self.alive()):
            raise Unreachable
        self.enough = level()
        self._lost_before = self.stream.lost_in_all
        self._act_at = time.monotonic()
        self.stream.occupancy.act()
        await act(self)
        self._watched = time.monotonic() - self._act_at
        ended = self.server.ended.done() and not self.alive()
        await self.stream.end(0.0 if ended else LEAVE_SECONDS)

    def _take_end(self, _: object) -> None:
        self._ended_at = time.monotonic()

    async def until_ended(self, seconds: float) -> bool:
        """Let requests come until the first process ends; whether it did in time."""
        return await self.stream.watch(self.server.ended.done, seconds)

    def send(
        self, number: signal.Signals, process: int | None = None, to: str = FIRST
    ) -> None:
        """Send a signal to a process of the server's own tree, by default the first."""
        at = time.monotonic() - self._act_at
        process = process or self.first
        if process not in self.alive():
            return
        os.kill(process, number)
        if not any(each.to == to and each.signal == number.name for each in self._sent):
            self._sent.append(Sent(at=at, signal=number.name, to=to))

    def alive(self) -> list[int]:
        """The server's processes, without those of a proxy in front."""
        return self.server.origin.processes()

    async def calm(self) -> None:
        """Wait until everything is as before the act, for at most ``MOST_SECONDS``."""
        processes, since = self.alive(), time.monotonic()
        least = since + LEAST_SECONDS

        def is_calm() -> bool:
            nonlocal processes, since
            now, last = time.monotonic(), processes
            processes = self.alive()
            if processes != last or self.stream.occupancy.level() < self.enough:
                since = now
            since = max(since, self.stream.lost_at)
            self.stream.replaces = bool(processes)
            return now >= least and (not processes or now - since >= CALM_SECONDS)

        await self.stream.watch(is_calm, MOST_SECONDS)

    def tape(self, act: Act) -> TapeSeen:
        """The recorded tape, with times in seconds after the act."""
        stream, at, ended = self.stream, self._act_at, self.server.ended
        noted = stream.occupancy
        return TapeSeen(
            act=act,
            places=self._slots,
            offered=self._offered,
            stay_seconds=self._stay,
            boot_seconds=self.probe.learned.boot_seconds,
            sent=tuple(self._sent),
            at_ms=tuple(round(1000 * (moment.at - at)) for moment in noted.moments),
            old=tuple(moment.old for moment in noted.moments),
            new=tuple(moment.new for moment in noted.moments),
            lanes=tuple(_after(lane, at, "first", "last") for lane in noted.lanes),
            slow=tuple(_after(each, at, "begin", "end") for each in noted.slow),
            requests=stream.requests,
            answered=stream.answered,
            lost=tuple(_after(each, at, *OF_LOST) for each in stream.lost),
            lost_in_all=stream.lost_in_all,
            before_act=self._lost_before,
            hand_off_seconds=noted.hand_off_seconds,
            lag_seconds=self.probe.lag.worst(),
            ended=ended.result() if ended.done() else "",
            ended_at=None if self._ended_at is None else self._ended_at - at,
            watched_seconds=self._watched,
            **self.fields,
        )


def _after(record: Noted, act_at: float, *moments: str) -> Noted:
    """A record whose named moments are counted from the act on."""
    known = {name: getattr(record, name) for name in moments}
    moved = {name: at - act_at for name, at in known.items() if at is not None}
    return msgspec.structs.replace(record, **moved)
