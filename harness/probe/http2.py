"""An HTTP/2 connection, whose streams are requests (RFC 9113).

Over TLS, ALPN negotiates the protocol; without TLS the client simply begins with it,
which the RFC calls prior knowledge.
"""

import asyncio
import ssl
from collections.abc import Callable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated
from h2.events import DataReceived
from h2.events import Event
from h2.events import RemoteSettingsChanged
from h2.events import ResponseReceived
from h2.events import StreamEnded
from h2.events import StreamReset
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes

from harness.probe.messages import ClientRequest
from harness.probe.transports import Endpoint
from harness.probe.transports import NotSpoken
from harness.probe.transports import tls_context

ALPN = "h2"

STATUS = b":status"

OPEN_SECONDS = 10.0
"""Deadline for opening a connection and its TLS."""

NOT_OFFERED = "the server does not offer HTTP/2 over TLS"


class Http2Connection(asyncio.Protocol):
    """One connection; ``moved`` is called after each change."""

    def __init__(self, endpoint: Endpoint, moved: Callable[[], None]) -> None:
        self._endpoint = endpoint
        self._moved = moved
        self._h2 = H2Connection(H2Configuration(header_encoding=None))
        self._transport: asyncio.Transport | None = None
        self._names: dict[int, str] = {}
        self._statuses: dict[int, int] = {}
        self.answers: dict[str, int | None] = {}
        """The status of each finished request, by name; ``None`` for one that was
        reset."""
        self.is_greeted = False
        """Whether the server has sent its settings, so that it speaks HTTP/2."""
        self.is_over = False
        """Whether the connection has ended."""
        self.streams: int | None = None
        """Most streams at once that the server allows; ``None`` if it sets none."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._h2.initiate_connection()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._h2.receive_data(data):
                self._handle(event)
            self._flush()
        except ProtocolError:
            self.close()
        self._moved()

    def _handle(self, event: Event) -> None:
        if isinstance(event, RemoteSettingsChanged):
            self.is_greeted = True
            changed = event.changed_settings.get(SettingCodes.MAX_CONCURRENT_STREAMS)
            self.streams = changed.new_value if changed else self.streams
        elif isinstance(event, ResponseReceived):
            status = [value for name, value in event.headers or () if name == STATUS]
            self._statuses[event.stream_id or 0] = int(status[0])
        elif isinstance(event, DataReceived):
            length = event.flow_controlled_length or 0
            self._h2.acknowledge_received_data(length, event.stream_id or 0)
        elif isinstance(event, StreamEnded):
            self._answered(event.stream_id or 0)
        elif isinstance(event, StreamReset):
            self._statuses.pop(event.stream_id or 0, None)
            self._answered(event.stream_id or 0)
        elif isinstance(event, ConnectionTerminated):
            self.close()

    def _answered(self, stream: int) -> None:
        if stream in self._names:
            self.answers.setdefault(self._names[stream], self._statuses.get(stream))

    def ask(self, name: str, request: ClientRequest) -> None:
        """Send a request on a new stream."""
        stream = self._h2.get_next_available_stream_id()
        self._names[stream] = name
        given = {key.lower(): value for key, value in request.headers}
        own = {
            ":method": "GET",
            ":scheme": "https" if self._endpoint.tls else "http",
            ":authority": given.pop("host", self._endpoint.name),
            ":path": request.target,
        }
        self._h2.send_headers(stream, [*own.items(), *given.items()], end_stream=True)
        self._flush()

    def close(self) -> None:
        """End the connection at once; unanswered requests stay unanswered."""
        if self._transport is not None:
            self._transport.abort()
        self._end()

    def _end(self) -> None:
        self.is_over = True
        for name in self._names.values():
            self.answers.setdefault(name, None)
        self._moved()

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())


async def connect(endpoint: Endpoint, moved: Callable[[], None]) -> Http2Connection:
    """Open a connection. Raises ``NotSpoken``, ``OSError`` and ``TimeoutError``."""
    loop = asyncio.get_running_loop()
    made = Http2Connection(endpoint, moved)
    if endpoint.path:
        opening = loop.create_unix_connection(lambda: made, endpoint.path)
    else:
        secured = tls_context(ALPN) if endpoint.tls else None
        where = endpoint.host, endpoint.port
        opening = loop.create_connection(lambda: made, *where, ssl=secured)
    try:
        transport, _ = await asyncio.wait_for(opening, OPEN_SECONDS)
    except ssl.SSLError:
        # A server without ALPN agrees on no protocol; nginx ends the handshake.
        raise NotSpoken(NOT_OFFERED) from None
    if endpoint.tls:
        agreed = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        if agreed != ALPN:
            made.close()
            raise NotSpoken(NOT_OFFERED)
    return made
