"""Counts the requests held in the app, by their connections to the probe.

Each request that enters the app connects to the probe, introduces itself in one line,
and waits (``target/hold.py`` has the protocol). The number of open holds *is* the
concurrency. A hold counts from its introduction until it is released or its connection
ends. The app answers a release; a hold whose connection ends without that answer is
*broken*: its request was not in the app when it was thought to be.
"""

import asyncio
import contextlib
import secrets
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from harness.probe.hold import Hold
from harness.probe.hold import Introduction
from harness.probe.hold import request_of

BACKLOG = 4096
"""Connections that may wait to be accepted: hundreds of requests may enter at once.
Linux keeps it to ``net.core.somaxconn``, which is 4096 by default since 5.4."""

FAILED = b"failed "


class Spread(NamedTuple):
    """How held requests are spread over a server."""

    processes: int
    """Number of processes that hold at least one request."""
    threads: int
    """The most requests in one process, each in its own thread or greenlet."""


class Holds:
    """The requests in the app now, the oldest first."""

    def __init__(self, token: str) -> None:
        self.token = token
        """The secret that a hold must send to be counted."""
        self.address = ""
        """``host:port`` that the app connects to."""
        self.counts = 0
        """How often a count was begun."""
        self.held: dict[str, Hold] = {}
        self.peak = 0
        """The most requests held at one moment since ``begin``."""
        self.entered: set[str] = set()
        """The names of all requests that entered since ``begin``."""
        self.where: dict[str, int] = {}
        """The process that each request entered, by the request's name."""
        self.ever: set[int] = set()
        """All processes that requests were ever held in."""
        self.broken = 0
        """Number of broken holds since ``begin``."""
        self.failures: dict[str, str] = {}
        """Errors with which requests left since ``begin``, by the name of the hold."""
        self.strays = 0
        """Holds since ``begin`` in the name of a request that was never sent, or that
        was in the app already."""
        self.answered: set[str] = set()
        """The names of requests that were answered, and not with an error."""
        self.letting_go = False
        """Whether each request is released as soon as it enters."""
        self.changed: Callable[[], None] = lambda: None
        """Called after a request has entered or left."""
        self._early: set[str] = set()
        self._names: set[str] = set()
        self._earlier: set[str] = set()
        self._open: set[Hold] = set()
        self._marks: dict[str, asyncio.Future[None]] = {}

    def begin(self, names: Iterable[str] = ()) -> None:
        """Start a new count, for a round of requests with these names."""
        self.counts += 1
        self._earlier |= self._names
        self._names = set(names)
        self.strays = 0
        self.peak = len(self.held)
        self.entered = set()
        self.where = {}
        self.broken = 0
        self.failures = {}
        self.letting_go = False

    def expect(self, name: str) -> None:
        """Let one more request of this name enter."""
        self._names.add(name)

    def accept(self, server: socket.socket) -> None:
        """Accept the connections that wait, in the order in which they were opened."""
        for _ in range(BACKLOG):
            try:
                connection, peer = server.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                asyncio.get_running_loop().remove_reader(server.fileno())
                raise
            hold = Hold(connection, peer[0], self.token, self.introduced, self.lose)
            self._open.add(hold)

    def close(self) -> None:
        """Close all connections."""
        for hold in self._open:
            hold.close()

    def introduced(self, hold: Hold) -> None:
        """Let a request enter if it is expected, and turn all others away."""
        name = hold.introduction.request
        if request_of(name) in self.answered:
            self._early.add(name)
        expected = request_of(name) in self._names and name not in self.held
        if expected or name in self._marks:
            self._enter(hold, name)
        else:
            self._turn_away(hold)

    def take_early(self) -> set[str]:
        """The requests that entered only after they had their answer, each once."""
        early, self._early = self._early, set()
        return early

    def _turn_away(self, hold: Hold) -> None:
        """Release a request that is not expected.

        One that was given up earlier may enter late. Any other was not sent, or is in
        the app already, whatever the app says: it is counted as a stray.
        """
        self.strays += request_of(hold.introduction.request) not in self._earlier
        hold.left = True
        hold.release()

    def _enter(self, hold: Hold, name: str) -> None:
        """Count a request that has introduced itself."""
        if name in self._marks:
            mark = self._marks.pop(name)
            # A hold may still arrive after its request was given up.
            if not mark.done():
                mark.set_result(None)
            return
        self.entered.add(name)
        self.where[name] = hold.introduction.process
        self.ever.add(hold.introduction.process)
        self.held[name] = hold
        self.peak = max(self.peak, len(self.held))
        if self.letting_go:
            self.release(name)
        self.changed()

    def lose(self, hold: Hold) -> None:
        """Note that the connection of a hold has ended."""
        self._open.discard(hold)
        name = hold.introduction.request
        if self.held.get(name) is hold:
            del self.held[name]
        if hold.farewell.startswith(FAILED) and name in self.entered:
            words = hold.farewell.removeprefix(FAILED).decode("utf-8", "replace")
            self.failures[name] = words.strip()
        if not hold.left:
            self.broken += 1
            self.changed()

    def release(self, name: str) -> None:
        """Release one held request."""
        self.held.pop(name).release()

    def release_oldest(self) -> str:
        """Release the request that has been held the longest; return its name."""
        name = next(iter(self.held))
        self.release(name)
        return name

    def release_all(self) -> None:
        """Release every held request, and each one that enters from now on."""
        self.letting_go = True
        for name in list(self.held):
            self.release(name)

    def processes(self) -> dict[str, int]:
        """The process id of each held request, by name."""
        return {name: hold.introduction.process for name, hold in self.held.items()}

    def spread(self) -> Spread:
        """How the requests that are held now are spread over processes."""
        # Processes of different containers may have the same number.
        lanes: dict[tuple[str, int], set[tuple[int, int | None]]] = defaultdict(set)
        for hold in self.held.values():
            process = hold.origin, hold.introduction.process
            lanes[process].add((hold.introduction.thread, hold.introduction.greenlet))
        return Spread(len(lanes), max(map(len, lanes.values()), default=0))

    async def catch_up(self) -> None:
        """Wait until every hold introduced before this call is counted.

        A mark is sent over a connection of its own. Connections are accepted in the
        order in which they were opened, so once the mark is read, all earlier ones have
        been read.
        """
        name = f"mark-{secrets.token_hex(8)}"
        loop = asyncio.get_running_loop()
        self._marks[name] = loop.create_future()
        host, _, port = self.address.rpartition(":")
        line = Introduction(
            request=name, process=0, thread=0, greenlet=None, at=None, token=self.token
        )
        mark = self._marks[name]
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as connection:
            connection.setblocking(False)
            await loop.sock_connect(connection, (host, int(port)))
            connection.send(msgspec.json.encode(line) + b"\nleft\n")
            await mark


@contextlib.asynccontextmanager
async def listening(host: str) -> AsyncIterator[Holds]:
    """Accept holds on a free port of ``host`` inside a ``with`` block."""
    holds = Holds(secrets.token_hex(16))
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, backlog=BACKLOG) as server:
        server.setblocking(False)
        address, port = server.getsockname()[:2]
        holds.address = f"{address}:{port}"
        loop.add_reader(server.fileno(), holds.accept, server)
        try:
            yield holds
        finally:
            loop.remove_reader(server.fileno())
            holds.close()
