"""Calls back when sockets can be read or written.

An event loop does that too, but wraps each event in a handle with a context of its own,
and a round has thousands of events. Here the loop watches one selector, and that
watches all sockets (``man 7 epoll``).
"""

import asyncio
from collections.abc import Callable
from selectors import DefaultSelector
from selectors import EVENT_READ
from selectors import EVENT_WRITE
from weakref import WeakKeyDictionary

Callback = Callable[[], None]


class Readiness:
    """Watches sockets by their descriptors."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._selector = DefaultSelector()
        self._callbacks: dict[int, dict[int, Callback]] = {}
        """What to call back for each event, by socket."""
        loop.add_reader(self._selector.fileno(), self._call_back)

    def watch_reading(self, file: int, callback: Callback) -> None:
        """Call back whenever there is something to read."""
        self._watch(file, EVENT_READ, callback)

    def watch_writing(self, file: int, callback: Callback) -> None:
        """Call back whenever something can be written."""
        self._watch(file, EVENT_WRITE, callback)

    def _watch(self, file: int, event: int, callback: Callback) -> None:
        if callbacks := self._callbacks.get(file):
            callbacks[event] = callback
            self._selector.modify(file, sum(callbacks))
        else:
            self._callbacks[file] = {event: callback}
            self._selector.register(file, event)

    def ignore_writing(self, file: int) -> None:
        """Watch no more whether something can be written, if that was watched."""
        callbacks = self._callbacks.get(file, {})
        if callbacks.pop(EVENT_WRITE, None) is None:
            return
        if callbacks:
            self._selector.modify(file, EVENT_READ)
        else:
            self.forget(file)

    def forget(self, file: int) -> None:
        """Watch a socket no more; it is about to be closed."""
        if self._callbacks.pop(file, None) is not None:
            self._selector.unregister(file)

    def _call_back(self) -> None:
        """Call back for everything that is ready now, in the order of that."""
        for key, events in self._selector.select(0):
            # Each may be forgotten by now, and its number have become that of a new
            # socket, which then finds nothing to read.
            for event in (EVENT_READ, EVENT_WRITE):
                if events & event and (
                    callback := self._callbacks.get(key.fd, {}).get(event)
                ):
                    callback()


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Readiness] = WeakKeyDictionary()


def readiness() -> Readiness:
    """What watches sockets in the running event loop."""
    loop = asyncio.get_running_loop()
    if (known := _by_loop.get(loop)) is None:
        known = _by_loop[loop] = Readiness(loop)
    return known
