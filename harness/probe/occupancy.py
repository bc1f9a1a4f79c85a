"""Notes requests that enter and leave the app, moment by moment."""

import time
from collections import defaultdict
from collections import deque
from typing import NamedTuple

import msgspec

from harness.records.life import Lane
from harness.records.life import SlowHandOff
from harness.system.schedstat import thread_times

WINDOW_SECONDS = 0.3
"""Length of the window in which a level is the most requests in the app."""

SLOW_SECONDS = 0.1
"""Hand-offs that take longer are recorded, with what the process waited for."""


class Moment(NamedTuple):
    """The number of requests in the app from a moment on."""

    at: float
    old: int
    new: int


class Occupancy:
    """Records the requests in the app, and when their slots were empty."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        """The process of each request in the app."""
        self.act_at: float | None = None
        """When the act began; before that, no process counts as new."""
        self.moments: list[Moment] = []
        self.slow: list[SlowHandOff] = []
        """Hand-offs within one process that took long."""
        self.hand_off_seconds = 0.0
        """The longest time from a release until the next entry, before the act."""
        self._released: deque[float] = deque()
        self._lanes: dict[int, Lane] = {}
        self._rooms: dict[int, deque[tuple[float, int]]] = defaultdict(deque)
        """When a request left each process and no other has entered since, and for how
        many nanoseconds its threads had waited for a processor by then."""
        self._known: set[int] = set()

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The processes that held requests, in the order of their first request."""
        return tuple(sorted(self._lanes.values(), key=lambda lane: lane.first))

    def newcomers(self) -> list[Lane]:
        """Processes that have held requests only since the act."""
        return [lane for lane in self.lanes if lane.process not in self._known]

    def level(self) -> int:
        """The most requests in the app within the last ``WINDOW_SECONDS``."""
        since = time.monotonic() - WINDOW_SECONDS
        most = 0
        for moment in reversed(self.moments):
            most = max(most, moment.old + moment.new)
            if moment.at < since:
                break
        return most

    def act(self) -> None:
        """Note that the act begins now."""
        self.act_at = time.monotonic()
        self._known = set(self._lanes)
        self._released.clear()

    def enter(self, name: str, process: int, at: float) -> None:
        """Note that a request entered the app at a time.

        That may be some time ago, if this process was held up since.
        """
        self.held[name] = process
        self._take_room(process, at)
        lane = self._lanes.get(process)
        self._lanes[process] = Lane(
            process=process,
            first=lane.first if lane else at,
            last=at,
            requests=(lane.requests if lane else 0) + 1,
        )
        if self._released:
            gap = at - self._released.popleft()
            self.hand_off_seconds = max(self.hand_off_seconds, gap)
        self._note(at)

    def release(self, name: str) -> None:
        """Note that a request was released."""
        if self.act_at is None:
            self._released.append(time.monotonic())
        self.leave(name)

    def leave(self, name: str) -> None:
        """Note that a request has left the app."""
        process, now = self.held.pop(name), time.monotonic()
        self._rooms[process].append((now, _waited(process)))
        lane = self._lanes[process]
        self._lanes[process] = msgspec.structs.replace(lane, last=now)
        self._note(now)

    def _take_room(self, process: int, at: float) -> None:
        """Record how long the slot that a request now takes was empty."""
        if not self._rooms[process]:
            return
        left, before = self._rooms[process].popleft()
        if at - left > SLOW_SECONDS:
            waited = (_waited(process) - before) / 1e9
            self.slow.append(
                SlowHandOff(begin=left, end=at, process=process, waited=waited)
            )

    def _note(self, at: float) -> None:
        known = self._known if self.act_at is not None else set(self._lanes)
        old = sum(process in known for process in self.held.values())
        # Moments stay in the order in which they were noted.
        at = max(at, self.moments[-1].at) if self.moments else at
        self.moments.append(Moment(at, old, len(self.held) - old))


def _waited(process: int) -> int:
    """Nanoseconds that the threads of a process waited for a processor."""
    return sum(waited for _, _, _, waited in thread_times([process]))
