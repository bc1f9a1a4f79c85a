"""Batches of requests that are opened, sent and counted together.

A batch limits how many connections are being opened at the same time, sends each
request as soon as its connection is open, and records how each request ended.
"""

import time
from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Mapping

from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.records.rounds import Account

FIRST_ERROR = 400
"""The lowest status that reports an error."""

OPENING_AT_ONCE = 64
"""Connections that are being opened at the same time. The kernel drops SYN packets that
exceed a server's listen backlog, and they are resent only after a second."""


class Batch:
    """Requests, by name; ``changed`` is called whenever one changes its state."""

    def __init__(
        self,
        requests: Mapping[str, ClientRequest],
        endpoint: Endpoint,
        changed: Callable[[], None],
    ) -> None:
        self.clients = [
            Client(name, endpoint, request, self._client_changed)
            for name, request in requests.items()
        ]
        self.offered = 0
        """Number of requests sent completely so far."""
        self.idle = 0
        """Number of connections kept open after a response."""
        self.ended: set[str] = set()
        self.answered: set[str] = set()
        """The names of those that were answered, and not with an error."""
        self._begun: float | None = None
        self._sent = 0.0
        self._changed = changed
        self._to_open: list[Client] = []
        self._opening = 0
        self._connected = 0
        self._to_send: list[Client] | None = None

    def moved(self) -> tuple[int, int, int, int]:
        """A value that differs after each change of state."""
        return self.offered, self.idle, len(self.ended), self._connected

    def open(self, clients: list[Client]) -> None:
        """Open connections and send requests, in order.

        ``OPENING_AT_ONCE`` connections are opened at a time.
        """
        if self._begun is None:
            self._begun = time.monotonic()
        self._to_open += reversed(clients)  # the next one is taken from the end
        self._open_more()

    def connect(self, clients: list[Client]) -> None:
        """Open connections in order; nothing is sent before ``send``."""
        self._to_send = []
        self.open(clients)

    def all_connected(self) -> bool:
        """Whether each connection begun by ``connect`` is open or has ended."""
        return not (self._opening or self._to_open)

    def send(self) -> None:
        """Send on all open connections, and on the others as soon as they open."""
        connected, self._to_send = self._to_send or [], None
        for client in connected:
            if client.state is State.OPEN:
                client.send()

    def _open_more(self) -> None:
        while self._to_open and self._opening < OPENING_AT_ONCE:
            self._opening += 1
            self._to_open.pop().open()

    def _client_changed(self, client: Client) -> None:
        if client.state is State.OPEN:
            self._connected += 1
            if self._to_send is None:
                client.send()
            else:
                self._to_send.append(client)
            self._opened_one()
        elif client.state is State.OFFERED:
            self.offered += 1
            self._sent = time.monotonic()
        elif client.state is State.IDLE:
            self.idle += 1
        elif client.state in ENDED:
            self.ended.add(client.name)
            if client.state is State.ANSWERED and (client.status or 0) < FIRST_ERROR:
                self.answered.add(client.name)
            if not client.connected:
                self._opened_one()
        self._changed()

    def _opened_one(self) -> None:
        self._opening -= 1
        self._open_more()

    @property
    def send_seconds(self) -> float:
        """Seconds from the first connection begun to the last request sent."""
        return self._sent - self._begun if self._sent and self._begun else 0.0

    @property
    def seconds_since_sent(self) -> float:
        """Seconds since the last request was sent whole."""
        return time.monotonic() - self._sent if self._sent else 0.0

    def give_up_opening(self) -> None:
        """Abort the requests that have not been sent completely."""
        self._to_open.clear()
        self.leave(client for client in self.clients if not client.offered)

    def give_up(self) -> int:
        """Abort every request that has not ended; return how many had been sent."""
        self._to_open.clear()
        pending = [client for client in self.clients if client.state not in ENDED]
        self.leave(pending)
        return sum(client.offered for client in pending)

    def leave(self, clients: Iterable[Client]) -> None:
        """Abort clients that have not ended."""
        for client in clients:
            if client.state not in ENDED:
                client.abort()
                self.ended.add(client.name)

    def account(self, entered: Container[str]) -> Account:
        """Count how requests ended; ``entered`` names those that were in the app."""
        return account(self.clients, entered)


def account(clients: Iterable[Client], entered: Container[str]) -> Account:
    """Count how requests ended; ``entered`` names those that were in the app."""
    endings = dict.fromkeys(Account.__struct_fields__, 0)
    for client in clients:
        endings[ending(client, client.name in entered)] += 1
    return Account(**endings)


def statuses(clients: Iterable[Client]) -> tuple[int, ...]:
    """The distinct status codes of the responses, in order."""
    return tuple(sorted({client.status for client in clients if client.status}))


def ending(client: Client, entered: bool) -> str:
    """How a request ended, as the name of a field of ``Account``."""
    if client.state is State.GIVEN_UP:
        return "timed_out" if client.offered else "unopened"
    if not client.offered:
        return "refused"
    if client.state is not State.ANSWERED:
        return "reset"
    if not entered:
        return "answered_without_entering"
    # A streamed answer begins with a space.
    body = client.body.decode("latin-1").lstrip()
    success = client.status == 200 and body == client.name
    return "answered" if success else "failed"
