"""A connection from the app to the probe that holds a request.

``target/hold.py`` has the protocol.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from typing import Annotated

import msgspec

from harness.probe.readiness import readiness

LONGEST_LINE = 4096
_RECEIVE_BYTES = 65_536
"""Most bytes of a line that are read: no app of ours sends as many."""

IN = ".in"
OUT = ".out"
"""Suffixes of the names of holds (``target/hold.py``): of a request that another
request sends to its own server, and of a request that waits for such a call or has
computed."""

DOOR = ".door"
ASKS = ".asks"
"""The same for a request that is to be held at a place inside the app
(``target/hook/places.py``): once it is in the app, and while it calls that place."""


def request_of(name: str) -> str:
    """The name of the request that a hold belongs to."""
    for end in (IN, OUT, DOOR, ASKS):
        name = name.removesuffix(end)
    return name


ProcessId = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
"""A process id as reported by the app; any other value is rejected."""


class Introduction(msgspec.Struct, frozen=True, kw_only=True):
    """The line with which a held request introduces itself."""

    request: str
    process: ProcessId
    thread: int
    greenlet: int | None
    at: float | None
    """When the request entered, in monotonic seconds by the app's clock."""
    token: str


class Hold:
    """A connection from the app, for one request that is or was in the app.

    A plain socket, for the reason given in ``connection``.
    """

    def __init__(
        self,
        connection: socket.socket,
        origin: str,
        token: str,
        introduced: Callable[[Hold], None],
        lost: Callable[[Hold], None],
    ) -> None:
        self._token = token
        self._introduced = introduced
        self._lost = lost
        self._readiness = readiness()
        self._socket: socket.socket | None = connection
        self.origin = origin
        """The address that the connection comes from; each container has its own."""
        self._received = b""
        self.introduction: Introduction
        """How the app has introduced the request, once it has."""
        self._is_introduced = False
        self.entered_at = 0.0
        """When the introduction arrived, by ``time.monotonic()``."""
        self._released = False
        self.left = False
        """Whether the app has answered the release."""
        self.farewell = b""
        """What the app sent when the request left."""
        connection.setblocking(False)
        self._readiness.watch_reading(connection.fileno(), self._receive)

    @property
    def entered_app_at(self) -> float:
        """When the request entered the app, by the app's clock if it sent the time.

        This process may have been held up when the app's line arrived.
        """
        at = self.introduction.at
        # It entered before the app reported it; a later time is not believed.
        if at is None or not 0 <= at <= self.entered_at:
            return self.entered_at
        return at

    def _receive(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(_RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._take(data)
            return
        self._end()

    def _end(self) -> None:
        """Close the connection, which has ended or tells nothing more."""
        self.close()
        if self._is_introduced:
            self._lost(self)

    def _take(self, data: bytes) -> None:
        if self._is_introduced:
            self.left = True
            self.farewell = (self.farewell + data)[:LONGEST_LINE]
            # After its answer to the release it says nothing: to wait for the end of
            # the connection would be one more event for each request.
            if self._released and self.farewell.endswith(b"\n"):
                self._end()
            return
        self._received += data
        line, newline, rest = self._received.partition(b"\n")
        if newline:
            self.left, self.farewell = bool(rest), rest
            self._introduce(line)
        elif len(self._received) > LONGEST_LINE:
            self.close()

    def _introduce(self, line: bytes) -> None:
        self._received = b""
        try:
            introduction = msgspec.json.decode(line, type=Introduction)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return self.close()  # some other program, not the app
        # Compared as bytes, since ``compare_digest`` refuses text that is not ASCII.
        token = introduction.token.encode("utf-8", "surrogatepass")
        if not secrets.compare_digest(token, self._token.encode()):
            return self.close()
        self.introduction, self._is_introduced = introduction, True
        self.entered_at = time.monotonic()
        self._introduced(self)

    def release(self) -> None:
        """Release the request; from now on it is not held."""
        self._released = True
        if self._socket is not None:
            # If the app has closed its end, that has yet to be read.
            with contextlib.suppress(OSError):
                self._socket.send(b"go\n")

    def close(self) -> None:
        """Close the connection, if it is open."""
        if self._socket is not None:
            self._readiness.forget(self._socket.fileno())
            self._socket.close()
            self._socket = None
