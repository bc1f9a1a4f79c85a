"""Measures how late the probe's own event loop runs, which is not the server's fault.

A loop that should wake every ``TICK_SECONDS`` wakes later if this process waits for a
processor or is busy itself.
"""

import asyncio

TICK_SECONDS = 0.02
"""Seconds between two wake-ups of the loop."""


class Lag:
    """Watches an event loop for the longest time that it is late."""

    def __init__(self) -> None:
        self._worst = 0.0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Start watching again."""
        self.end()
        self._worst = 0.0
        self._wait()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + TICK_SECONDS
        self._timer = loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._worst = self.worst()
        self._wait()

    def worst(self) -> float:
        """The longest delay since ``begin``, in seconds."""
        if self._timer is None:
            return self._worst
        late = asyncio.get_running_loop().time() - self._due
        return max(self._worst, late)

    def end(self) -> None:
        """End watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
