"""Calls back when sockets can be read or written.

An event loop does that too, but wraps each event in a handle with a context of its own,
and a round has thousands of events. Here the loop watches one epoll, and that watches
all sockets (``man 7 epoll``). Systems without it leave it to the loop.
"""

import asyncio
import select
import sys
from collections.abc import Callable
from typing import Protocol
from weakref import WeakKeyDictionary

Callback = Callable[[], None]


class Readiness(Protocol):
    """Watches sockets by their descriptors."""

    def watch_reading(self, file: int, callback: Callback) -> None:
        """Call back whenever there is something to read."""

    def watch_writing(self, file: int, callback: Callback) -> None:
        """Call back whenever something can be written."""

    def ignore_writing(self, file: int) -> None:
        """Watch no more whether something can be written, if that was watched."""

    def forget(self, file: int) -> None:
        """Watch a socket no more; it is about to be closed."""


class LoopReadiness(Readiness):
    """Watches sockets by the event loop itself."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def watch_reading(self, file: int, callback: Callback) -> None:
        """Call back whenever there is something to read."""
        self._loop.add_reader(file, callback)

    def watch_writing(self, file: int, callback: Callback) -> None:
        """Call back whenever something can be written."""
        self._loop.add_writer(file, callback)

    def ignore_writing(self, file: int) -> None:
        """Watch no more whether something can be written, if that was watched."""
        self._loop.remove_writer(file)

    def forget(self, file: int) -> None:
        """Watch a socket no more; it is about to be closed."""
        self._loop.remove_reader(file)
        self._loop.remove_writer(file)


if sys.platform == "linux":
    _READ, _WRITE = select.EPOLLIN, select.EPOLLOUT

    class EpollReadiness(Readiness):
        """Watches sockets by an epoll, which the event loop watches."""

        def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
            self._epoll = select.epoll()
            self._readers: dict[int, Callback] = {}
            self._writers: dict[int, Callback] = {}
            loop.add_reader(self._epoll.fileno(), self._call_back)

        def watch_reading(self, file: int, callback: Callback) -> None:
            """Call back whenever there is something to read."""
            if file in self._writers:
                self._epoll.modify(file, _READ | _WRITE)
            else:
                self._epoll.register(file, _READ)
            self._readers[file] = callback

        def watch_writing(self, file: int, callback: Callback) -> None:
            """Call back whenever something can be written."""
            if file in self._readers:
                self._epoll.modify(file, _READ | _WRITE)
            elif file not in self._writers:
                self._epoll.register(file, _WRITE)
            self._writers[file] = callback

        def ignore_writing(self, file: int) -> None:
            """Watch no more whether something can be written, if that was watched."""
            if self._writers.pop(file, None) is None:
                return
            if file in self._readers:
                self._epoll.modify(file, _READ)
            else:
                self._epoll.unregister(file)

        def forget(self, file: int) -> None:
            """Watch a socket no more; it is about to be closed.

            That is when the kernel forgets it.
            """
            self._readers.pop(file, None)
            self._writers.pop(file, None)

        def _call_back(self) -> None:
            """Call back for everything that is ready now, in the order of that."""
            most = len(self._readers) + len(self._writers)
            for file, events in self._epoll.poll(0, max(1, most)):
                # As in ``selectors``, an error is for both. Each may be forgotten by
                # now, and its number have become that of a new socket, which then
                # finds nothing to read.
                if events & ~_WRITE and (callback := self._readers.get(file)):
                    callback()
                if events & ~_READ and (callback := self._writers.get(file)):
                    callback()

    _by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, EpollReadiness]
    _by_loop = WeakKeyDictionary()


def readiness() -> Readiness:
    """What watches sockets in the running event loop."""
    loop = asyncio.get_running_loop()
    if sys.platform == "linux":
        if (known := _by_loop.get(loop)) is None:
            known = _by_loop[loop] = EpollReadiness(loop)
        return known
    else:
        return LoopReadiness(loop)
