"""Knows how to send requests, one step at a time; must not know what they are for.

Each request has a connection of its own, and each step of it (open, send, wait, close,
abort) happens when it is asked for and at no other time. The connection is closed as
soon as the answer is whole: a client that closes late occupies some servers, which is
a question of its own. A client that is given a part of a request sends that, and stays
until the server closes or it is told to abort. Sockets and callbacks rather than tasks
and streams: ten thousand requests are held at once from one process.
"""

from __future__ import annotations

import asyncio
import errno
import os
import select
import socket
import struct
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

import h11

OPEN_SECONDS = 0.03
"""A connection not open by then is begun anew. When a server's listen backlog is full
the kernel drops the packet that would open one, and sends it again only a second
later (and then two, and four): the first attempt after a place is free is as good as
the first attempt ever, and tells at once."""

Headers = tuple[tuple[str, str], ...]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds
_RECEIVE_BYTES = 65_536


class Part(NamedTuple):
    """What a client sends in place of a whole request, and what it does then."""

    data: bytes
    reads: bool = True
    """Whether it reads what the server sends."""
    stays: bool = False
    """Whether it keeps the connection open after an answer."""


class State(Enum):
    """Where a request is on its way."""

    NEW = "new"
    OPENING = "opening"
    OPEN = "open"
    OFFERED = "offered"
    IDLE = "idle"
    ANSWERED = "answered"
    REFUSED = "refused"
    RESET = "reset"
    GIVEN_UP = "given up"


ENDED = frozenset({State.ANSWERED, State.REFUSED, State.RESET, State.GIVEN_UP})


class Client:
    """One request on one connection.

    ``changed`` is called, with the client, whenever its state has changed by itself.
    """

    __slots__ = (
        "_address",
        "_again",
        "_changed",
        "_loop",
        "_parser",
        "_socket",
        "_unsent",
        "attempts",
        "body",
        "headers",
        "name",
        "offered",
        "part",
        "state",
        "status",
        "target",
    )

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        target: str,
        changed: Callable[[Client], None],
        headers: Headers = (),
        part: Part | None = None,
    ) -> None:
        self.name = name
        self.target = target
        self.headers = headers
        self.part = part
        self.state = State.NEW
        self.offered = False
        """Whether all that it sends was once sent on an open connection."""
        self.attempts = 0
        """How often its connection was begun."""
        self.status: int | None = None
        self.body = b""
        self._address = address
        self._changed = changed
        self._again: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._parser: h11.Connection | None = None
        self._socket: socket.socket | None = None
        self._unsent = b""

    # Each step -----------------------------------------------------------------

    def open(self) -> None:
        """Begin to connect; ``changed`` tells when it is OPEN or REFUSED."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.part is not None and not self.part.reads:
            # As little as the kernel allows is taken in its place.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self.state = State.OPENING
        self.attempts += 1
        code = self._socket.connect_ex(self._address)
        if code in (0, errno.EINPROGRESS):
            self._loop.add_writer(self._socket, self._connected)
            self._again = self._loop.call_later(OPEN_SECONDS, self._open_again)
        else:
            self._loop.call_soon(self._end, _ending_of(code))

    def _open_again(self) -> None:
        self._release_socket()
        self.open()
        self._changed(self)

    def send(self) -> None:
        """Send the request whole, or its part; ``changed`` tells when it is OFFERED."""
        self._unsent = self._whole() if self.part is None else self.part.data
        self._push()

    def _whole(self) -> bytes:
        host, port = self._address
        request = h11.Request(
            method="GET",
            target=self.target,
            headers=[
                ("Host", f"{host}:{port}"),
                ("Connection", "close"),
                *self.headers,
            ],
        )
        # The parser is made when the answer arrives: a held request needs none.
        parser = h11.Connection(h11.CLIENT)
        return (parser.send(request) or b"") + (parser.send(h11.EndOfMessage()) or b"")

    def abort(self) -> None:
        """Give up: reset the connection at once."""
        if self.state not in ENDED:
            if self._socket is not None:
                self._socket.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE
                )
            self._close(State.GIVEN_UP)

    def cut_off(self) -> bool:
        """Whether the server has done away with the connection.

        Of one that reads, ``changed`` has told it; of one that does not, the kernel
        knows no more than that it was reset.
        """
        if self._socket is None or self.state in ENDED:
            return self.state in ENDED
        poll = select.poll()
        poll.register(self._socket, 0)  # which leaves POLLHUP and POLLERR
        return bool(poll.poll(0))

    # What comes back -------------------------------------------------------------

    def _connected(self) -> None:
        assert self._socket is not None
        self._loop.remove_writer(self._socket)
        if self._again is not None:
            self._again.cancel()
            self._again = None
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._end(_ending_of(code))
            return
        self._become(State.OPEN)

    def _push(self) -> None:
        assert self._socket is not None
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._end(State.RESET)
            return
        if self._unsent:
            self._loop.add_writer(self._socket, self._push)
            return
        self._loop.remove_writer(self._socket)
        if self.part is None or self.part.reads:
            self._loop.add_reader(self._socket, self._receive)
        self.offered = True
        self._become(State.OFFERED)

    def _receive(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._end(State.RESET)
            return
        if self.state is State.IDLE:
            # What follows an answer unasked is its end, or 408 and then its end.
            if not data:
                self._end(State.RESET)
            return
        if self._parser is None:
            self._parser = self._waiting_parser()
        try:
            self._parser.receive_data(data)
            self._read_events(self._parser)
        except h11.RemoteProtocolError:
            self._end(State.RESET)

    def _waiting_parser(self) -> h11.Connection:
        """A parser in the state of having sent this request."""
        parser = h11.Connection(h11.CLIENT)
        host = self._address[0]
        parser.send(
            h11.Request(method="GET", target=self.target, headers=[("Host", host)])
        )
        parser.send(h11.EndOfMessage())
        return parser

    def _read_events(self, parser: h11.Connection) -> None:
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            if isinstance(event, h11.Response):
                self.status = event.status_code
            elif isinstance(event, h11.Data):
                self.body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                if self.part is not None and self.part.stays:
                    self._become(State.IDLE)
                else:
                    self._end(State.ANSWERED)
                return
            elif isinstance(event, h11.ConnectionClosed):
                self._end(State.RESET)
                return

    def _become(self, state: State) -> None:
        self.state = state
        self._changed(self)

    def _end(self, state: State) -> None:
        if self.state not in ENDED:
            self._close(state)
            self._changed(self)

    def _close(self, state: State) -> None:
        self.state = state
        self._parser = None
        self._release_socket()

    def _release_socket(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._socket = None


def _ending_of(code: int) -> State:
    """How a connection ended that could not be opened."""
    if code == errno.ECONNREFUSED:
        return State.REFUSED
    if code in (errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL):
        # The machine that measures is at its limits; that is not the server's doing.
        raise OSError(code, os.strerror(code))
    return State.RESET
