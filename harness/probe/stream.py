"""Requests that keep coming, and the tape of how many of them are in the app.

Always as many are offered as were asked for: one that has ended is replaced. Each stays
in the app for a fixed time and is then let go. So that they do not all leave together,
the first ones stay for longer, each by another share of that time.

The tape has the moment of each change, by the monotonic clock of the probe, when the
line of the app has arrived: no process has to be looked at, and none is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from harness.probe.clients import Client
from harness.probe.crowd import ending
from harness.probe.probe import Probe
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.records.life import Lane
from harness.records.life import LostRequest
from harness.records.life import SlowHandOff
from harness.system.schedstat import thread_times

PAUSE_SECONDS = 0.05
"""After a request was lost its successor waits so long."""

MOST_LOST = 200
"""Lost requests of which each is recorded; all are counted."""

LOOK_SECONDS = 0.05

WINDOW_SECONDS = 0.3
"""A level is the most that was in the app within so many seconds."""

SLOW_SECONDS = 0.1
"""Hand-offs that take longer are recorded, with what the process waited for."""


class Moment(NamedTuple):
    """How many were in the app from a moment on."""

    at: float
    old: int
    new: int


class Stream:
    """Requests that keep coming to one server."""

    def __init__(self, probe: Probe, offered: int, stay_seconds: float) -> None:
        self._probe = probe
        self._offered = offered
        self._stay = stay_seconds
        self._loop = asyncio.get_running_loop()
        self._begun: dict[str, tuple[Client, float]] = {}
        """Requests that have not ended, and when each was begun."""
        self._entered: dict[str, tuple[int, float]] = {}
        """Process and time of each that has entered and not ended."""
        self._held: dict[str, int] = {}
        """Process of each that is in the app, as it was seen last."""
        self._released: deque[float] = deque()
        self._lanes: dict[int, Lane] = {}
        self._rooms: dict[int, deque[tuple[float, int]]] = defaultdict(deque)
        """When a request left each process and no other has entered since, and for how
        many nanoseconds its threads had waited for a processor by then."""
        self.slow: list[SlowHandOff] = []
        """Hand-offs within one process that took long."""
        self._known: set[int] = set()
        self._number = 0
        self.act_at: float | None = None
        """When the act began; until then all processes are old ones."""
        self.moments: list[Moment] = []
        self.lost: list[LostRequest] = []
        self.lost_in_all = 0
        self.lost_at = 0.0
        """When the last one was lost."""
        self.answered = 0
        self.hand_off_seconds = 0.0
        self.kept: str | None = None
        """The name of a request that is not let go."""
        self.keep_next = False
        """Whether the next one that enters is to be that."""
        self.replaces = True
        """Whether one that was answered is replaced."""
        self.replaces_lost = True
        """Whether one that was lost is replaced."""

    # What is known ---------------------------------------------------------------

    @property
    def requests(self) -> int:
        """Requests that were begun so far."""
        return self._number

    @property
    def pending(self) -> int:
        """Requests that have not ended."""
        return len(self._begun)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The processes that held requests, by the time of the first."""
        return tuple(sorted(self._lanes.values(), key=lambda lane: lane.first))

    def where(self) -> dict[str, int]:
        """The process of each request that is in the app now."""
        return dict(self._held)

    def newcomers(self) -> list[Lane]:
        """Processes that held no request before the act, and do or did since."""
        return [lane for lane in self.lanes if lane.process not in self._known]

    def level(self) -> int:
        """The most that was in the app lately."""
        since = time.monotonic() - WINDOW_SECONDS
        most = 0
        for moment in reversed(self.moments):
            most = max(most, moment.old + moment.new)
            if moment.at < since:
                break
        return most

    # Requests --------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to offer requests."""
        self._probe.holds.begin()
        self._probe.holds.changed = self._look
        self._probe.lag.begin()
        for _ in range(self._offered):
            self._more()

    def act(self) -> None:
        """Take note that something is done to the server now."""
        self.act_at = time.monotonic()
        self._known = set(self._lanes)
        self._released.clear()

    async def end(self, seconds: float) -> None:
        """Let all go, and wait until each request has ended, for so long at most.

        What has not ended by then is lost.
        """
        self.replaces = self.replaces_lost = False
        self._probe.holds.letting_go = True
        for name in list(self._held):
            self.let_go(name)
        await self.watch(lambda: not self._begun, seconds)
        self.give_up()

    def give_up(self) -> None:
        """Abort all requests that have not ended: those that were offered are lost."""
        self.replaces = self.replaces_lost = False
        for client, _ in list(self._begun.values()):
            client.abort()
            if client.offered:
                self._ended(client)
        self._begun.clear()

    async def watch(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Let requests come until something is reached; whether it was in that time."""
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _more(self) -> None:
        if not self.replaces:
            return
        name = f"s{self._number}"
        self._number += 1
        client = self._probe.one_more(name, self._client_changed)
        self._begun[name] = client, time.monotonic()
        client.open()

    def _client_changed(self, client: Client) -> None:
        if client.state is State.OPEN:
            client.send()
        elif client.state in ENDED:
            self._ended(client)

    def _ended(self, client: Client) -> None:
        _, begun = self._begun.pop(client.name)
        entered = self._entered.pop(client.name, None)
        how = ending(client, client.name in self._probe.holds.entered)
        if how == "answered":
            self.answered += 1
            self._more()
            return
        self.lost_at = time.monotonic()
        self.lost_in_all += 1
        if len(self.lost) < MOST_LOST:
            self.lost.append(
                LostRequest(
                    request=client.name,
                    ended=how,
                    status=client.status,
                    process=entered[0] if entered else None,
                    offered_at=begun,
                    entered_at=entered[1] if entered else None,
                    ended_at=self.lost_at,
                )
            )
        if self.replaces_lost:
            self._loop.call_later(PAUSE_SECONDS, self._more)

    # Holds -----------------------------------------------------------------------

    def _look(self) -> None:
        """Compare what is held with what was held when it was last looked."""
        held = self._probe.holds.held
        for name in self._held.keys() - held.keys():
            self._left(name)
        for name in held.keys() - self._held.keys():
            self._enters(name)

    def _enters(self, name: str) -> None:
        hold = self._probe.holds.held[name]
        assert hold.said is not None
        process, at = hold.said.process, hold.entered_at
        self._held[name] = process
        if name in self._begun:
            self._entered[name] = process, at
        self._take_room(process, at)
        lane = self._lanes.get(process)
        self._lanes[process] = Lane(
            process=process,
            first=lane.first if lane else at,
            last=at,
            requests=(lane.requests if lane else 0) + 1,
        )
        if self._released:
            released = self._released.popleft()
            self.hand_off_seconds = max(self.hand_off_seconds, at - released)
        self._note()
        if self.keep_next:
            self.kept, self.keep_next = name, False
        elif name != self.kept:
            first = len(self.moments) <= self._offered and self.act_at is None
            more = len(self._held) / self._offered if first else 0.0
            self._loop.call_later(self._stay * (1 + more), self.let_go, name)

    def let_go(self, name: str) -> None:
        """Let one request go, if it is in the app."""
        if name in self._held and name in self._probe.holds.held:
            self._probe.holds.release(name)
            if self.act_at is None:
                self._released.append(time.monotonic())
            self._left(name)

    def _left(self, name: str) -> None:
        process = self._held.pop(name)
        self._rooms[process].append((time.monotonic(), _waited(process)))
        lane = self._lanes[process]
        self._lanes[process] = Lane(
            process=process,
            first=lane.first,
            last=time.monotonic(),
            requests=lane.requests,
        )
        self._note()

    def _take_room(self, process: int, at: float) -> None:
        """Take note of how long the place was empty that a request now takes."""
        if not self._rooms[process]:
            return
        left, waited = self._rooms[process].popleft()
        if at - left > SLOW_SECONDS:
            waited_since = (_waited(process) - waited) / 1e9
            self.slow.append(
                SlowHandOff(begin=left, end=at, process=process, waited=waited_since)
            )

    def _note(self) -> None:
        known = self._known if self.act_at is not None else set(self._lanes)
        old = sum(process in known for process in self._held.values())
        moment = Moment(time.monotonic(), old, len(self._held) - old)
        self.moments.append(moment)


def _waited(process: int) -> int:
    """For how many nanoseconds the threads of a process waited for a processor."""
    return sum(waited for _, _, _, waited in thread_times([process]))
