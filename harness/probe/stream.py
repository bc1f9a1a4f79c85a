"""Keeps a stream of requests coming, and records how many of them are in the app.

The number offered stays the same: a request that has ended is replaced. Each stays in
the app for a fixed time and is then let go. So that they do not all leave together, the
first ones stay longer, each by a different share of that time.

The tape has the moment of each change: when the app's line arrived, by the probe's
monotonic clock. No process has to be examined or asked.
"""

import asyncio
import time
from collections.abc import Callable

from harness.probe.batch import ending
from harness.probe.clients import Client
from harness.probe.gathering import one_more
from harness.probe.occupancy import Occupancy
from harness.probe.probe import Probe
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.records.life import LostRequest

PAUSE_SECONDS = 0.05
"""Pause before the successor of a lost request."""

MOST_LOST = 200
"""Most lost requests that are recorded one by one; all are counted."""

LOOK_SECONDS = 0.05
"""Seconds between two looks at the stream."""


class Stream:
    """A stream of requests to one server."""

    def __init__(self, probe: Probe, offered: int, stay_seconds: float) -> None:
        self._probe = probe
        self._offered = offered
        self._stay = stay_seconds
        self._loop = asyncio.get_running_loop()
        self._begun: dict[str, tuple[Client, float]] = {}
        """Requests that have not ended, and when each was begun."""
        self._entered: dict[str, tuple[int, float]] = {}
        """Process and time of entry of each request that has not ended."""
        self.requests = 0
        """Number of requests begun so far."""
        self.occupancy = Occupancy()
        self.held = self.occupancy.held
        """The process of each request in the app now."""
        self.lost: list[LostRequest] = []
        self.lost_in_all = 0
        self.lost_at = 0.0
        """When the last request was lost."""
        self.answered = 0
        self.long_one: str | None = None
        """The name of a request that is not released."""
        self.keep_next = False
        """Whether the next request that enters becomes that one."""
        self.replaces = True
        """Whether to replace a request that was answered."""
        self.replaces_lost = True
        """Whether to replace a request that was lost."""

    @property
    def pending(self) -> int:
        """Number of requests that have not ended."""
        return len(self._begun)

    # Requests --------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to offer requests."""
        self._probe.holds.begin()
        self._probe.holds.changed = self._look
        self._probe.lag.begin()
        for _ in range(self._offered):
            self._more()

    async def end(self, seconds: float) -> None:
        """Release all, and wait until each request has ended, at most ``seconds``.

        Requests that have not ended by then are lost.
        """
        self.replaces = self.replaces_lost = False
        self._probe.holds.letting_go = True
        for name in list(self.held):
            self.let_go(name)
        await self.watch(lambda: not self._begun, seconds)
        self.give_up()

    def give_up(self) -> None:
        """Abort all unfinished requests; those that were offered count as lost."""
        self.replaces = self.replaces_lost = False
        for client, _ in list(self._begun.values()):
            client.abort()
            if client.offered:
                self._ended(client)
        self._begun.clear()

    async def watch(self, reached: Callable[[], bool], seconds: float) -> bool:
        """Let requests come until ``reached()``; return whether that was in time."""
        deadline = time.monotonic() + seconds
        while not reached():
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    def _more(self) -> None:
        if not self.replaces:
            return
        name = f"s{self.requests}"
        self.requests += 1
        client = one_more(self._probe, name, self._client_changed)
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
        """Compare the held requests with those of the last look."""
        held = self._probe.holds.held
        for name in self.held.keys() - held.keys():
            self.occupancy.leave(name)
        for name in held.keys() - self.held.keys():
            self._enters(name)

    def _enters(self, name: str) -> None:
        hold = self._probe.holds.held[name]
        first = self.requests <= self._offered and self.occupancy.act_at is None
        at = hold.entered_app_at
        self.occupancy.enter(name, hold.introduction.process, at)
        if name in self._begun:
            self._entered[name] = hold.introduction.process, at
        if self.keep_next:
            self.long_one, self.keep_next = name, False
        elif name != self.long_one:
            more = len(self.held) / self._offered if first else 0.0
            self._loop.call_later(self._stay * (1 + more), self.let_go, name)

    def let_go(self, name: str) -> None:
        """Release one request, if it is in the app."""
        if name in self.held and name in self._probe.holds.held:
            self._probe.holds.release(name)
            self.occupancy.release(name)
