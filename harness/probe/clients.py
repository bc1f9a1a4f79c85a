"""HTTP clients that take one step at a time, each on request.

Each request has a connection of its own. It is closed as soon as the response is
complete: a client that closes late occupies some servers, which is a separate question.
A client that sends a partial request stays until the server closes the connection or
``abort`` is called.
"""

from __future__ import annotations

from collections.abc import Callable

from harness.probe.connection import Callbacks
from harness.probe.connection import Connection
from harness.probe.connection import Ends
from harness.probe.messages import ClientRequest
from harness.probe.messages import NO_FAULT
from harness.probe.messages import request_bytes
from harness.probe.messages import Response
from harness.probe.messages import SWITCHED
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers


class Client:
    """One request on one connection.

    ``changed`` is called with the client after each change of state that the client did
    not make itself by ``open`` or ``abort``.
    """

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        request: ClientRequest,
        changed: Callable[[Client], None],
    ) -> None:
        self.name = name
        self.request = request
        self.state = State.NEW
        self.connected = False
        """Whether its connection was opened."""
        self.offered = False
        """Whether the request (or its part) was sent completely."""
        self.cut_short = False
        """Whether a second request was sent on the connection and is unanswered."""
        self.source = 0
        """The port to connect from; 0 for any."""
        self.status: int | None = None
        self.received: Headers = ()
        """The headers of the response, their names in lower case."""
        self.body = b""
        """The beginning of the body, which may be longer."""
        self.begun = False
        """Whether anything of a response has come."""
        self.fault = NO_FAULT
        """What is wrong with the response, if it is broken."""
        self._endpoint = endpoint
        self._changed = changed
        self._response: Response | None = None
        self._connection = Connection(
            self._endpoint,
            Callbacks(
                tried_again=lambda: changed(self),
                opened=self._opened,
                sent=self._sent,
                received=self._received,
                lost=self._lost,
            ),
        )

    @property
    def attempts(self) -> int:
        """Number of attempts to connect."""
        return self._connection.attempts

    @property
    def ends(self) -> Ends | None:
        """Both ends of its TCP connection; ``None`` while it has none."""
        return self._connection.ends

    # Steps ---------------------------------------------------------------------

    def open(self) -> None:
        """Start to connect; the state becomes ``OPEN``, ``REFUSED`` or ``RESET``."""
        self.state = State.OPENING
        self._connection.open(self.source, reads=self._reads)

    def send(self) -> None:
        """Send the request, or a part; the state becomes ``OFFERED`` or ``RESET``.

        Over TLS a request is offered once its handshake has begun: the rest waits for
        the server.
        """
        self._connection.send(request_bytes(self._endpoint, self.request))

    def go_on(self, data: bytes) -> None:
        """Send more on a connection, if it is still there."""
        if self.state in (State.OFFERED, State.IDLE):
            self._connection.send_more(data)

    def again(self) -> None:
        """Send the request again on an idle connection; the state becomes ``IDLE``.

        If the server closes the connection instead of answering, the state becomes
        ``RESET``, and ``cut_short`` says that it was after the request.
        """
        partial = self.request.partial
        assert self.state is State.IDLE and partial is not None
        self._response = self.status = None
        self.state, self.cut_short = State.OFFERED, True
        self._connection.send_more(partial.data)

    def abort(self) -> None:
        """Give up: reset the connection at once."""
        if self.state not in ENDED:
            self._connection.reset_when_closed()
            self._close(State.GIVEN_UP)

    def cut_off(self) -> bool:
        """Whether the server has closed or reset the connection.

        For a client that does not read, only a reset can be seen.
        """
        return self.state in ENDED or self._connection.is_cut_off()

    # Events --------------------------------------------------------------------

    @property
    def _reads(self) -> bool:
        partial = self.request.partial
        return partial is None or partial.reads

    def _opened(self) -> None:
        self.connected = True
        self._become(State.OPEN)

    def _sent(self) -> None:
        self.offered = True
        self._become(State.OFFERED)

    def _received(self, data: bytes) -> None:
        """Process what the server sent; no bytes mean the end of the connection."""
        if self.state is State.IDLE:
            # After a response the connection ends, perhaps with a 408 before that.
            if not data:
                self._end(State.RESET)
            return
        if self._response is None:  # made this late: a held request needs none
            partial = self.request.partial
            asked = partial is not None and partial.upgrade
            self._response = Response(upgrade=asked)
        response = self._response
        self.begun |= bool(data)
        response.take(data)
        self.status, self.body = response.status, response.body
        self.received, self.fault = response.headers, response.fault
        if response.broken:
            self._end(State.RESET)
        elif response.complete:
            self.cut_short = False
            if self._stays(response):
                self._become(State.IDLE)
            else:
                self._end(State.ANSWERED)

    def _lost(self, state: State) -> None:
        """Record what is wrong with the response so far, and end."""
        if self._response is not None and self.begun:
            self._response.take(b"")
            self.fault = self._response.fault
        self._end(state)

    def _stays(self, response: Response) -> bool:
        """Whether to keep the connection, now that the response is complete."""
        partial = self.request.partial
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
        self._connection.close()
