"""Knows which requests are held in the app; must not know who sent them or why.

The probe's listening side: each request that enters the app opens a connection, says
one line and waits (``target/hold.py`` has the protocol). The number of open holds *is*
the concurrency. A hold counts from its line until it is released or its connection
ends, whichever comes first. The app answers a release; a hold whose connection ends
without that answer was not in the app when it was thought to be: it is *broken*.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import time
from collections.abc import AsyncIterator
from collections.abc import Callable

import msgspec

BACKLOG = 4096
LONGEST_LINE = 4096


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """What a held request says of itself; times are the app's monotonic seconds."""

    request: str
    process: int
    thread: int
    greenlet: int | None
    at: float | None
    token: str


class Hold(asyncio.Protocol):
    """One connection from the app: one request that is, or was, in the app."""

    __slots__ = ("_listener", "_received", "_transport", "entered_at", "left", "said")

    def __init__(self, listener: Holds) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self.said: Introduction | None = None
        self.entered_at = 0.0
        """When its line arrived here, by ``time.monotonic()``."""
        self.left = False
        """Whether the app has answered its release."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.said is not None:
            self.left = True
            return
        self._received += data
        line, newline, rest = self._received.partition(b"\n")
        if newline:
            self.left = bool(rest)
            self._introduce(line)
        elif len(self._received) > LONGEST_LINE:
            self._close()

    def _introduce(self, line: bytes) -> None:
        self._received = b""
        try:
            said = msgspec.json.decode(line, type=Introduction)
        except msgspec.MsgspecError:
            return self._close()  # not the app: some other program's connection
        if not secrets.compare_digest(said.token, self._listener.token):
            return self._close()
        self.said = said
        self.entered_at = time.monotonic()
        self._listener.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.said is not None:
            self._listener.lose(self)

    def release(self) -> None:
        """Let the request go: it is not held from here on."""
        assert self._transport is not None
        self._transport.write(b"go\n")

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Holds:
    """All requests that are in the app now, oldest first."""

    def __init__(self, token: str) -> None:
        self.token = token
        """Only a hold that knows it counts."""
        self.address = ""
        """``host:port`` for the app to connect to."""
        self.held: dict[str, Hold] = {}
        self.peak = 0
        """The most held at any moment since ``begin``."""
        self.entered: set[str] = set()
        """Every request that entered since ``begin``."""
        self.broken = 0
        self.letting_go = False
        """Release each request as it enters, instead of holding it."""
        self.changed: Callable[[], None] = lambda: None
        """Called after a request entered or left."""
        self._marks: dict[str, asyncio.Future[None]] = {}
        self._numbers = itertools.count()

    def begin(self) -> None:
        """Start the accounts of a new round."""
        self.peak = len(self.held)
        self.entered = set()
        self.broken = 0
        self.letting_go = False

    def enter(self, hold: Hold) -> None:
        """A request says that it is in the app."""
        assert hold.said is not None
        name = hold.said.request
        if name in self._marks:
            self._marks.pop(name).set_result(None)
            return
        self.entered.add(name)
        self.held[name] = hold
        self.peak = max(self.peak, len(self.held))
        if self.letting_go:
            self.release(name)
        self.changed()

    def lose(self, hold: Hold) -> None:
        """A connection ended; a fault if its request was not known to have left."""
        assert hold.said is not None
        name = hold.said.request
        if self.held.get(name) is hold:
            del self.held[name]
        if not hold.left:
            self.broken += 1
            self.changed()

    def release(self, name: str) -> None:
        """Let one held request go."""
        self.held.pop(name).release()

    def release_oldest(self) -> str:
        """Let the request go that is held the longest; its name."""
        name = next(iter(self.held))
        self.release(name)
        return name

    def release_all(self) -> None:
        """Let every held request go, and every one that enters from now on."""
        self.letting_go = True
        for name in list(self.held):
            self.release(name)

    def processes(self) -> dict[str, int]:
        """The process that each held request is in."""
        return {
            name: hold.said.process
            for name, hold in self.held.items()
            if hold.said is not None
        }

    async def catch_up(self) -> None:
        """Return when every hold is counted whose line was sent before the call.

        A mark is sent the same way. Connections are accepted in the order in which
        they were opened, so that when the mark has been read the others have been too.
        """
        name = f"mark-{next(self._numbers)}"
        self._marks[name] = asyncio.get_running_loop().create_future()
        host, _, port = self.address.rpartition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        line = Introduction(
            request=name, process=0, thread=0, greenlet=None, at=None, token=self.token
        )
        mark = self._marks[name]
        try:
            writer.write(msgspec.json.encode(line) + b"\nleft\n")
            await mark
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def listening(host: str) -> AsyncIterator[Holds]:
    """Listen for holds on a free port of ``host`` while the block runs."""
    holds = Holds(secrets.token_hex(16))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Hold(holds), host, 0, backlog=BACKLOG)
    address, port = server.sockets[0].getsockname()[:2]
    holds.address = f"{address}:{port}"
    try:
        yield holds
    finally:
        server.close()
