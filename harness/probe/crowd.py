"""Knows the requests of one round from opening to ending; must not know about holds.

A crowd opens its connections at a pace, sends each request as soon as its connection
is open, and keeps count of how each one ends.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable

from harness.model import Account
from harness.probe.clients import Client
from harness.probe.clients import ENDED
from harness.probe.clients import Headers
from harness.probe.clients import State

OPENING_AT_ONCE = 64
"""Connections being opened at the same time. A burst of SYN packets beyond a server's
listen backlog is dropped by the kernel and tried again only a second later."""


class Crowd:
    """Some requests to one address; ``changed`` is called whenever one moved."""

    def __init__(
        self,
        names: list[str],
        address: tuple[str, int],
        target: str,
        changed: Callable[[], None],
        headers: Headers = (),
    ) -> None:
        self.clients = [
            Client(
                name, address, target.format(name=name), self._client_changed, headers
            )
            for name in names
        ]
        self.offered = 0
        """How many were sent whole so far."""
        self.ended: set[str] = set()
        self._changed = changed
        self._to_open: list[Client] = []
        self._opening = 0

    def open(self, clients: list[Client]) -> None:
        """Open and send these, in order, as fast as the pace allows."""
        self._to_open += reversed(clients)
        self._open_more()

    def _open_more(self) -> None:
        while self._to_open and self._opening < OPENING_AT_ONCE:
            self._opening += 1
            self._to_open.pop().open()

    def _client_changed(self, client: Client) -> None:
        if client.state is State.OPEN:
            client.send()
        elif client.state is State.OFFERED:
            self.offered += 1
            self._opened_one()
        elif client.state in ENDED:
            self.ended.add(client.name)
            if not client.offered:
                self._opened_one()
        self._changed()

    def _opened_one(self) -> None:
        self._opening -= 1
        self._open_more()

    def give_up_opening(self) -> None:
        """Abort what has not been offered by now."""
        self._to_open.clear()
        self._give_up(client for client in self.clients if not client.offered)

    def give_up(self) -> int:
        """Abort everything that has not ended; how many offered ones that were."""
        self._to_open.clear()
        pending = [client for client in self.clients if client.state not in ENDED]
        self._give_up(pending)
        return sum(client.offered for client in pending)

    def _give_up(self, clients: Iterable[Client]) -> None:
        for client in clients:
            if client.state not in ENDED:
                client.abort()
                self.ended.add(client.name)

    def account(self, entered: Container[str]) -> Account:
        """How every request ended; ``entered`` are those that were in the app."""
        endings = dict.fromkeys(Account.__struct_fields__, 0)
        for client in self.clients:
            endings[ending(client, client.name in entered)] += 1
        return Account(**endings)


def ending(client: Client, entered: bool) -> str:
    """The one way in which a request ended: the name of a field of ``Account``."""
    if client.state is State.GIVEN_UP:
        return "timed_out" if client.offered else "unopened"
    if not client.offered:
        return "refused"
    if client.state is not State.ANSWERED:
        return "reset"
    if not entered:
        return "answered_without_entering"
    success = client.status == 200 and client.body.decode("latin-1") == client.name
    return "answered" if success else "failed"
