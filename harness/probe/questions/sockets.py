"""Asks how many open WebSockets shut everyone else out.

A client asks for a WebSocket (RFC 6455), and stays once the app has opened it and sent
a first message. Nothing is sent to it, and it answers nothing.
"""

import base64
import secrets
from collections.abc import Sequence

from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.staying import Staying
from harness.probe.questions.staying import StaySearch
from harness.probe.states import State
from harness.probe.transports import NotSpoken
from harness.records.staying import SocketsSeen

VIEW = "socket/?EIO=4&transport=websocket"
"""Where the catalog's apps with a WebSocket library have a socket. Socket.IO needs the
query (version 4 of its protocol); the others ignore it."""

MISSING = (404, 501)
"""Statuses of an app that has no socket at a path."""


class OpenSocket(Staying):
    """A WebSocket at one path."""

    def __init__(self, path: str = "") -> None:
        self._path = path

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Prepare each client to ask for a WebSocket."""
        for client in clients:
            asked = PartialRequest(self._head(probe), stays=True, upgrade=True)
            client.request = ClientRequest(partial=asked)

    def _head(self, probe: Probe) -> bytes:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        return probe.destination.head(
            "GET",
            self._path or VIEW,
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )

    def has_begun(self, client: Client) -> bool:
        """Whether the WebSocket is open."""
        return client.state is State.IDLE


async def ask(probe: Probe, context: Context) -> SocketsSeen:
    """Find how many open sockets shut everyone else out. Raises ``NotSpoken``."""
    path = context.own.socket_at
    probe.destination.check_plain()
    seen = await StaySearch(probe, OpenSocket(path), context).run(SocketsSeen, path)
    if set(seen.statuses) & set(MISSING) and not path:
        raise NotSpoken(
            "the app that is served has no WebSocket; for a deployment of your own "
            "write where it has one, such as socket-at = '/ws'"
        )
    return seen
