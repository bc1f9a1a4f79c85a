"""Connections that take one step at a time and report by callbacks.

Plain sockets and callbacks are used rather than tasks and streams, because one process
holds ten thousand connections at once.
"""

import asyncio
import errno
import select
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from harness.probe.readiness import readiness
from harness.probe.states import ending_of
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.probe.transports import Tls
from harness.probe.transports import TlsFailed

OPEN_SECONDS = 0.03
"""Seconds after which a connection that is not open yet is tried again. When a server's
listen backlog is full the kernel drops the SYN packet and resends it only after one
second, then two, then four. A new attempt is answered as soon as there is room."""

MOST_TIMES_LONGER = 4
"""Each attempt gets longer than the one before, up to this many times as long: a server
that is slow to make room would be busied by attempts that are all in vain."""

_NO_LINGER = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds
_RECEIVE_BYTES = 65_536


def attempt_seconds(number: int) -> float:
    """How long an attempt to connect lasts, by its number; the first is 1."""
    return OPEN_SECONDS * min(number, MOST_TIMES_LONGER)


class Ends(NamedTuple):
    """The addresses of a connection."""

    own: tuple[str, int]
    peer: tuple[str, int]


class Callbacks(NamedTuple):
    """The callbacks of a connection, called after each step."""

    tried_again: Callable[[], None]
    """Called when the connection was not open in time and another attempt begins."""
    opened: Callable[[], None]
    sent: Callable[[], None]
    """Called when the kernel has taken all the first data."""
    received: Callable[[bytes], None]
    """Called with data that arrived; empty data means the end of the connection."""
    lost: Callable[[State], None]


class Connection:
    """A connection to a server, with TLS if the server speaks it."""

    def __init__(self, endpoint: Endpoint, callbacks: Callbacks) -> None:
        self.attempts = 0
        """Number of attempts to connect."""
        self._endpoint = endpoint
        self._callbacks = callbacks
        self._source = 0
        self._reads = True
        self._begun = False
        self._unsent = b""
        self._tls: Tls | None = None
        self._socket: socket.socket | None = None
        self._next: asyncio.Handle | None = None
        self._loop = asyncio.get_running_loop()
        self._readiness = readiness()

    @property
    def ends(self) -> Ends | None:
        """Both ends of a TCP connection; ``None`` while it has none."""
        if self._socket is None:
            return None
        try:
            return Ends(self._socket.getsockname(), self._socket.getpeername())
        except OSError:  # it is not open yet, or no longer open
            return None

    # Steps ---------------------------------------------------------------------

    def open(self, source: int, *, reads: bool) -> None:
        """Start to connect from a port, or with 0 from any port.

        The port is free again in the end, since the connection is reset. If it never
        ``reads``, the kernel buffers as little as possible.
        """
        self._source, self._reads = source, reads
        self._socket = self._endpoint.socket()
        if not reads:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        if source and not self._endpoint.path:
            # A reset leaves no TIME_WAIT, which would keep the port for a minute.
            self.reset_when_closed()
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((self._endpoint.host, source))
        self.attempts += 1
        try:
            code = self._socket.connect_ex(self._endpoint.address)
        except OSError:  # the path of a Unix socket is too long
            self._socket.close()
            raise
        if code == errno.EAGAIN:  # the backlog of a Unix socket is full
            self._try_again_later()
        elif code in (0, errno.EINPROGRESS):
            if self.ends is not None:  # open already, as most are on one machine
                self._next = self._loop.call_soon(self._opened)
                return
            self._readiness.watch_writing(self._socket.fileno(), self._opened)
            self._try_again_later()
        else:
            self._loop.call_soon(self._callbacks.lost, ending_of(code))

    def send(self, data: bytes) -> None:
        """Send the first data, and begin to read.

        Over TLS it counts as sent once its handshake has begun: the rest waits for the
        server.
        """
        if self._endpoint.tls:
            self._tls = Tls(data)
            data = self._tls.begin()
        self._unsent = data
        self._push()

    def send_more(self, data: bytes) -> None:
        """Send more data; only without TLS."""
        self._unsent += data
        self._push()

    def reset_when_closed(self) -> None:
        """Have the connection reset when it is closed."""
        if self._socket is not None:
            option = socket.SOL_SOCKET, socket.SO_LINGER
            self._socket.setsockopt(*option, _NO_LINGER)

    def close(self) -> None:
        """Close the connection, if it is open; no callback is called any more."""
        if self._socket is not None:
            self._cancel_next()
            self._readiness.forget(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def is_cut_off(self) -> bool:
        """Whether the server has closed or reset it.

        If nothing is read, only a reset can be seen.
        """
        if self._socket is None:
            return False
        poll = select.poll()
        poll.register(self._socket, 0)  # which leaves POLLHUP and POLLERR
        return bool(poll.poll(0))

    # Events --------------------------------------------------------------------

    def _try_again_later(self) -> None:
        seconds = attempt_seconds(self.attempts)
        self._next = self._loop.call_later(seconds, self._open_again)

    def _open_again(self) -> None:
        self.close()
        self.open(self._source, reads=self._reads)
        self._callbacks.tried_again()

    def _opened(self) -> None:
        assert self._socket is not None
        self._cancel_next()
        self._readiness.ignore_writing(self._socket.fileno())
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._callbacks.lost(ending_of(code))
        else:
            self._callbacks.opened()

    def _push(self) -> None:
        assert self._socket is not None
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._callbacks.lost(State.RESET)
            return
        if self._unsent:
            self._readiness.watch_writing(self._socket.fileno(), self._push)
            return
        self._readiness.ignore_writing(self._socket.fileno())
        if self._begun:
            return  # what a handshake sends later
        self._begun = True
        if self._reads:
            self._readiness.watch_reading(self._socket.fileno(), self._receive)
        self._callbacks.sent()

    def _receive(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._callbacks.lost(State.RESET)
            return
        if self._tls is None:
            self._callbacks.received(data)
            return
        try:
            pieces, more = self._tls.received(data)
        except TlsFailed:
            self._callbacks.lost(State.RESET)
            return
        if more:
            self.send_more(more)
        for piece in pieces:
            if self._socket is not None:  # an answer that is complete closes it
                self._callbacks.received(piece)

    def _cancel_next(self) -> None:
        """Cancel the next attempt to connect, or what was to follow this one."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
