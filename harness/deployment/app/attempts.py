"""The state of a search for an answer: the server, the request, the last attempt."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.ready import Fault
from harness.probe.ready import NO_FAULT
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.system.process import ProcessTree


class AnswerSearch(NamedTuple):
    """What is known so far in the search for a way to reach a server."""

    server: ProcessTree
    endpoint: Endpoint
    """The port that it was given."""
    request: ClientRequest
    remedy_for: Callable[[set[int]], str]
    """Returns the remedy for a server that listens only on these ports."""
    mounts: Callable[[], Sequence[str]]
    """Paths to try that the app may be mounted below; none if the request has one."""
    is_client: bool
    """Whether the processes are only a client that starts containers."""


class Reached(NamedTuple):
    """An answer, and the endpoint and path that gave it."""

    client: Client
    endpoint: Endpoint
    below: str = ""
    """The path that the app was found below, if it differs from the given one."""


class Watched:
    """Remembers how the last attempt to reach a server ended."""

    def __init__(self, fault_of: Callable[[Client], Fault | None]) -> None:
        self._fault_of = fault_of
        self.state = State.NEW
        self.status: int | None = None
        self.fault = NO_FAULT

    def fault_of(self, client: Client) -> Fault | None:
        """Call the watched function."""
        self.state, self.status = client.state, client.status
        fault = self._fault_of(client)
        if client.state is not State.GIVEN_UP:  # the last attempt says less
            self.fault = fault or NO_FAULT
        return fault

    def is_app(self, client: Client) -> bool:
        """Whether the app itself answered a request."""
        return self._fault_of(client) is None
