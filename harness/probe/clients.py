"""HTTP clients that take one step at a time, each on request.

Each request has a connection of its own. It is closed as soon as the response is
complete: a client that closes late occupies some servers, which is a question of its
own. A client that sends a partial request stays until the server closes the connection
or ``abort`` is called.

Plain sockets and callbacks are used rather than tasks and streams, because one process
holds ten thousand requests at once.
"""

from __future__ import annotations

import asyncio
import errno
import select
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from harness.probe.messages import PartialRequest
from harness.probe.messages import request_bytes
from harness.probe.messages import Response
from harness.probe.messages import SWITCHED
from harness.probe.states import ENDED
from harness.probe.states import ending_of
from harness.probe.states import State
from harness.probe.transports import Address
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.probe.transports import Tls
from harness.probe.transports import TlsFailed

OPEN_SECONDS = 0.03
"""A connection that is not open by then is tried again. When a server's listen backlog
is full the kernel drops the SYN packet and resends it only after one second, then two,
then four. A new attempt is answered as soon as there is room."""

_NO_LINGER = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds
_RECEIVE_BYTES = 65_536


class Ends(NamedTuple):
    """The addresses of a connection."""

    own: tuple[str, int]
    peer: tuple[str, int]


class Client:
    """One request on one connection.

    ``changed`` is called with the client after each change of state that the client did
    not make itself by ``open`` or ``abort``.
    """

    def __init__(
        self,
        name: str,
        address: Address,
        target: str,
        changed: Callable[[Client], None],
        headers: Headers = (),
        partial: PartialRequest | None = None,
    ) -> None:
        self.name = name
        self.target = target
        self.headers = headers
        self.partial = partial
        self.state = State.NEW
        self.connected = False
        """Whether its connection was opened."""
        self.offered = False
        """Whether the request (or its part) was sent completely."""
        self.cut_short = False
        """Whether a second request was sent on it and has not been answered."""
        self.attempts = 0
        """Number of attempts to connect."""
        self.source = 0
        """The port to connect from; 0 for any. It is free again in the end, since the
        connection is reset."""
        self.status: int | None = None
        self.received: Headers = ()
        """The headers of the response, their names in lower case."""
        self.body = b""
        self._endpoint = Endpoint.of(address)
        self._tls: Tls | None = None
        self._changed = changed
        self._next: asyncio.Handle | None = None
        self._reading = self._writing = False
        self._loop = asyncio.get_running_loop()
        self._response: Response | None = None
        self._socket: socket.socket | None = None
        self._unsent = b""

    @property
    def ends(self) -> Ends | None:
        """Both ends of its TCP connection; ``None`` while it has none."""
        if self._socket is None:
            return None
        try:
            return Ends(self._socket.getsockname(), self._socket.getpeername())
        except OSError:  # it is not open yet, or not any more
            return None

    # Steps ---------------------------------------------------------------------

    def open(self) -> None:
        """Start to connect, towards ``OPEN``, ``REFUSED`` or ``RESET``."""
        self._socket = self._endpoint.socket()
        if self.partial is not None and not self.partial.reads:
            # The kernel accepts as little as possible in the place of the client.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        if self.source and not self._endpoint.path:
            self._reset_on_close(self._socket)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((self._endpoint.host, self.source))
        self.state = State.OPENING
        self.attempts += 1
        try:
            code = self._socket.connect_ex(self._endpoint.place)
        except OSError:  # the path of a Unix socket is too long
            self._socket.close()
            raise
        if code == errno.EAGAIN:  # the backlog of a Unix socket is full
            self._next = self._loop.call_later(OPEN_SECONDS, self._open_again)
        elif code in (0, errno.EINPROGRESS):
            if self.ends is not None:  # open already, as most are on one machine
                self._next = self._loop.call_soon(self._connected)
                return
            self._write_when_possible(self._connected)
            self._next = self._loop.call_later(OPEN_SECONDS, self._open_again)
        else:
            self._loop.call_soon(self._end, ending_of(code))

    def _open_again(self) -> None:
        self._release_socket()
        self.open()
        self._changed(self)

    def send(self) -> None:
        """Send the request, or the part of it, towards ``OFFERED`` or ``RESET``.

        Over TLS a request is offered once its handshake has begun: the rest waits for
        the server.
        """
        self._unsent = (
            request_bytes(self._endpoint, self.target, self.headers)
            if self.partial is None
            else self.partial.data
        )
        if self._endpoint.tls:
            self._tls = Tls(self._unsent)
            self._unsent = self._tls.begin()
        self._push()

    def go_on(self, data: bytes) -> None:
        """Send more on a connection, if it is still there."""
        if self.state in (State.OFFERED, State.IDLE):
            self._unsent += data
            self._push()

    def again(self) -> None:
        """Send the same once more on a connection that idles, towards ``IDLE`` again.

        Where the server closes the connection instead of answering, the state becomes
        ``RESET``, and ``cut_short`` says that it was after the request.
        """
        assert self.state is State.IDLE and self.partial is not None
        self._response = self.status = None
        self.state, self.cut_short = State.OFFERED, True
        self._unsent = self.partial.data
        self._push()

    def abort(self) -> None:
        """Give up, and reset the connection at once."""
        if self.state not in ENDED:
            if self._socket is not None:
                self._reset_on_close(self._socket)
            self._close(State.GIVEN_UP)

    def cut_off(self) -> bool:
        """Whether the server has closed or reset the connection.

        For a client that does not read, only a reset can be seen.
        """
        if self._socket is None or self.state in ENDED:
            return self.state in ENDED
        poll = select.poll()
        poll.register(self._socket, 0)  # which leaves POLLHUP and POLLERR
        return bool(poll.poll(0))

    # Events --------------------------------------------------------------------

    def _connected(self) -> None:
        assert self._socket is not None
        self._leave_loop()
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._end(ending_of(code))
            return
        self.connected = True
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
            self._write_when_possible(self._push)
            return
        if self._writing:
            self._loop.remove_writer(self._socket.fileno())
            self._writing = False
        if self.offered:
            return  # what a handshake sends later
        if self.partial is None or self.partial.reads:
            self._loop.add_reader(self._socket.fileno(), self._receive)
            self._reading = True
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
        if self._tls is None:
            self._take(data)
            return
        try:
            pieces, more = self._tls.received(data)
        except TlsFailed:
            self._end(State.RESET)
            return
        if more:
            self._unsent += more
            self._push()
        for piece in pieces:
            if self._socket is not None:  # an answer that is complete closes it
                self._take(piece)

    def _take(self, data: bytes) -> None:
        """Go on with what the server sent; nothing is the end of the connection."""
        if self.state is State.IDLE:
            # What follows a response is the end of the connection, or a 408 before it.
            if not data:
                self._end(State.RESET)
            return
        if self._response is None:  # made this late: a held request needs none
            asked = self.partial is not None and self.partial.upgrade
            self._response = Response(upgrade=asked)
        response = self._response
        response.take(data)
        self.status, self.body = response.status, response.body
        self.received = response.headers
        if response.broken:
            self._end(State.RESET)
        elif response.complete and self._stays(response):
            self.cut_short = False
            self._become(State.IDLE)
        elif response.complete:
            self._end(State.ANSWERED)

    def _stays(self, response: Response) -> bool:
        """Whether the connection is kept now that the response is complete."""
        partial = self.partial
        if partial is None or not partial.stays:
            return False
        return not partial.upgrade or response.status == SWITCHED

    def _become(self, state: State) -> None:
        self.state = state
        self._changed(self)

    def _end(self, state: State) -> None:
        if self.state not in ENDED:
            self._close(state)
            self._changed(self)

    def _close(self, state: State) -> None:
        self.state = state
        self._response = None
        self._release_socket()

    @staticmethod
    def _reset_on_close(its: socket.socket) -> None:
        its.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)

    def _release_socket(self) -> None:
        if self._socket is not None:
            self._leave_loop()
            self._socket.close()
            self._socket = None

    # The loop knows a socket by its number: of the socket itself the selector would
    # make a text each time, which asks the kernel for both of its addresses.

    def _write_when_possible(self, callback: Callable[[], None]) -> None:
        assert self._socket is not None
        self._loop.add_writer(self._socket.fileno(), callback)
        self._writing = True

    def _leave_loop(self) -> None:
        """Call nothing any more, neither for what the socket does nor after a while."""
        assert self._socket is not None
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._reading:
            self._loop.remove_reader(self._socket.fileno())
        if self._writing:
            self._loop.remove_writer(self._socket.fileno())
        self._reading = self._writing = False
