"""Asks how many polling Socket.IO clients shut everyone else out.

A client of Socket.IO that has no WebSocket polls: its request waits in the app until
there is a message for it or, by default, for up to 25 seconds, and then it sends the
next one. Each client here opens a session (version 4 of Engine.IO's protocol), connects
and takes its waiting messages; then it polls. The last request is the one that stays.

The app is not told that a client has left. Its request keeps its slot until its
session is closed, which takes a request that needs a slot itself.
"""

import asyncio
import json
import time
from collections.abc import Sequence

import msgspec

from harness.probe.clients import Client
from harness.probe.messages import ClientRequest
from harness.probe.messages import PartialRequest
from harness.probe.messages import Response
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.staying import Staying
from harness.probe.questions.staying import StaySearch
from harness.probe.transports import NotSpoken
from harness.records.staying import PollsSeen

VIEW = "socket/"
"""The path of Socket.IO in the catalog's apps."""

QUERY = "?EIO=4&transport=polling"

CONNECT = b"40"
"""The Engine.IO message by which a Socket.IO client connects."""

CLOSE = b"1"

PATIENCE_SECONDS = 60.0
"""How long to wait for an answer: a poll that nothing ends takes 25 seconds."""

READ_BYTES = 65_536
"""Bytes that are read from an answer at a time."""

TOGETHER = 8
"""Sessions that are opened at the same time."""

MISSING = (404, 405)
"""Statuses of an app that has no Socket.IO at a path."""


class Poll(Staying):
    """Socket.IO at one path, whose clients poll."""

    def __init__(self, path: str = "") -> None:
        self._where = (path or VIEW) + QUERY
        self._own = bool(path)
        self._sessions: dict[Client, str] = {}
        self.kept_seconds = 0.0
        """The longest time that a request stayed in the app after its client left."""

    async def prepare(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Make each client open a session and prepare to poll. Raises ``NotSpoken``."""
        for first in range(0, len(clients), TOGETHER):
            batch = clients[first : first + TOGETHER]
            opened = await asyncio.gather(*(self._open(probe) for _ in batch))
            for client, session in zip(batch, opened, strict=True):
                self._sessions[client] = session
                poll = PartialRequest(probe.destination.head("GET", session))
                client.request = ClientRequest(partial=poll)

    async def end(self, probe: Probe, clients: Sequence[Client]) -> None:
        """Make the clients leave, and close their sessions once there is room."""
        await super().end(probe, clients)
        probe.holds.release_all()
        since = time.monotonic()
        sessions = [self._sessions.pop(client) for client in clients]
        closing = (_send(probe, "POST", session, CLOSE) for session in sessions)
        await asyncio.gather(*closing)
        if sessions:
            self.kept_seconds = max(self.kept_seconds, time.monotonic() - since)

    async def _open(self, probe: Probe) -> str:
        """Open a session and take its first messages; return its view."""
        status, body = await _send(probe, "GET", self._where)
        if status in MISSING and not self._own:
            raise NotSpoken(
                "the app that is served has no Socket.IO; for a deployment of your own "
                "write where it has it, such as polls-at = '/socket.io/'"
            )
        session = f"{self._where}&sid={_session_in(status, body)}"
        for method, packet in (("POST", CONNECT), ("GET", b"")):
            status, body = await _send(probe, method, session, packet)
            if status != 200:
                raise NotSpoken(
                    f"a session was opened, and its next request answered {status}: "
                    "where there are several workers, each has sessions of its own"
                )
        return session


def _session_in(status: int, body: bytes) -> str:
    """The session that an answer opens. Raises ``NotSpoken``."""
    try:
        return str(json.loads(body.lstrip(b"0"))["sid"])
    except (ValueError, KeyError, TypeError):
        raise NotSpoken(
            f"it answered {status} to a client that begins to poll, and not as "
            "Engine.IO 4 does"
        ) from None


async def _send(
    probe: Probe, method: str, view: str, body: bytes = b""
) -> tuple[int, bytes]:
    """Send a request; return status and body of its answer. Raises ``NotSpoken``."""
    sent = _exchange(probe, method, view, body)
    try:
        return await asyncio.wait_for(sent, PATIENCE_SECONDS)
    except (OSError, TimeoutError):
        raise NotSpoken("a request of a client that polls was not answered") from None


async def _exchange(
    probe: Probe, method: str, view: str, body: bytes
) -> tuple[int, bytes]:
    where = probe.destination.endpoint.host, probe.destination.endpoint.port
    reader, writer = await asyncio.open_connection(*where)
    try:
        length = f"Content-Length: {len(body)}"
        kind = "Content-Type: text/plain;charset=UTF-8"
        head = probe.destination.head(method, view, "Connection: close", kind, length)
        writer.write(head + body)
        answer = Response()
        while not (answer.complete or answer.broken):
            answer.take(await reader.read(READ_BYTES))
        return answer.status or 0, answer.body
    finally:
        writer.transport.abort()


async def ask(probe: Probe, context: Context) -> PollsSeen:
    """See how many clients that poll shut everyone out. Raises ``NotSpoken``."""
    probe.destination.check_plain()
    way = Poll(context.own.polls_at)
    seen = await StaySearch(probe, way, context).run(PollsSeen, context.own.polls_at)
    return msgspec.structs.replace(seen, kept_seconds=way.kept_seconds)
