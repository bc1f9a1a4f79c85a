"""Knows the requests of one round from opening to ending; must not know about holds.

A crowd opens its connections at a pace, sends each request as soon as its connection
is open, and keeps count of how each one ends.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable

from harness.probe.clients import Client
from harness.probe.clients import ENDED
from harness.probe.clients import Headers
from harness.probe.clients import Part
from harness.probe.clients import State
from harness.records.rounds import Account

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
        part: Part | None = None,
    ) -> None:
        self.clients = [
            Client(
                name,
                address,
                target.format(name=name),
                self._client_changed,
                headers,
                part,
            )
            for name in names
        ]
        self.offered = 0
        """How many have sent all that they send so far."""
        self.idle = 0
        """How many have kept their connection after an answer."""
        self.ended: set[str] = set()
        self._changed = changed
        self._to_open: list[Client] = []
        self._opening = 0

    def moved(self) -> tuple[int, int, int]:
        """Differs whenever one of them has moved."""
        return self.offered, self.idle, len(self.ended)

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
        elif client.state is State.IDLE:
            self.idle += 1
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
        self.leave(client for client in self.clients if not client.offered)

    def give_up(self) -> int:
        """Abort everything that has not ended; how many offered ones that were."""
        self._to_open.clear()
        pending = [client for client in self.clients if client.state not in ENDED]
        self.leave(pending)
        return sum(client.offered for client in pending)

    def leave(self, clients: Iterable[Client]) -> None:
        """Abort these, but for those that have ended."""
        for client in clients:
            if client.state not in ENDED:
                client.abort()
                self.ended.add(client.name)

    def account(self, entered: Container[str]) -> Account:
        """How every request ended; ``entered`` are those that were in the app."""
        return account(self.clients, entered)


def account(clients: Iterable[Client], entered: Container[str]) -> Account:
    """How some requests ended; ``entered`` are those that were in the app."""
    endings = dict.fromkeys(Account.__struct_fields__, 0)
    for client in clients:
        endings[ending(client, client.name in entered)] += 1
    return Account(**endings)


def statuses(clients: Iterable[Client]) -> tuple[int, ...]:
    """With which status those were answered that were, each once."""
    return tuple(sorted({client.status for client in clients if client.status}))


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
