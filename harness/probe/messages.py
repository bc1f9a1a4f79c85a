"""Requests as bytes, and responses as they arrive."""

import functools
import re
from typing import NamedTuple

import h11

from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.probe.transports import uwsgi_request


class PartialRequest(NamedTuple):
    """The part that a client sends instead of a whole request, and what follows."""

    data: bytes
    reads: bool = True
    """Whether the client reads what the server sends."""
    stays: bool = False
    """Whether the connection is kept open after a response."""
    upgrade: bool = False
    """Whether it asks for a WebSocket, which is open once a first message arrives."""


class ClientRequest(NamedTuple):
    """What a client sends: a whole GET request, or ``partial`` in its place."""

    target: str = "/"
    headers: Headers = ()
    partial: PartialRequest | None = None


_TARGET = re.compile(r"[!-~]+")
"""Characters that the target of a request may have (RFC 9112, section 3.2)."""


def request_bytes(endpoint: Endpoint, request: ClientRequest) -> bytes:
    """A request as it is sent. Raises ``h11.LocalProtocolError``."""
    target, headers, partial = request
    if partial is not None:
        return partial.data
    if endpoint.uwsgi:
        return uwsgi_request(endpoint, target, headers)
    if not _TARGET.fullmatch(target):
        raise h11.LocalProtocolError(f"{target!r} is not a target of a request")
    return b"GET " + target.encode() + _after_target(endpoint.name, headers)


@functools.lru_cache(maxsize=64)
def _after_target(host: str, headers: Headers) -> bytes:
    """The rest of the head after the target: mostly the same for a whole round."""
    given = {name.lower() for name, _ in headers}
    own = () if "host" in given else (("Host", host),)
    request = _get(*own, ("Connection", "close"), *headers)
    return (h11.Connection(h11.CLIENT).send(request) or b"").removeprefix(b"GET /")


def _get(*headers: tuple[str, str]) -> h11.Request:
    return h11.Request(method="GET", target="/", headers=list(headers))


SWITCHED = 101
"""The status with which a connection is handed over to another protocol."""

_HOST = ("Host", "localhost")
_ASKED = _get(_HOST)
_ASKED_UPGRADE = _get(_HOST, ("Connection", "Upgrade"), ("Upgrade", "websocket"))
_ALL_SENT = h11.EndOfMessage()
"""Events that a parser needs before it waits for a response."""

MOST_BODY_BYTES = 4 * 1024 * 1024
"""Most bytes of a body that are kept; a body may be endless."""

_TOO_LONG = 431
"""h11's status hint for headers that are too long for it (RFC 6585)."""


_PLAIN = re.compile(
    rb"HTTP/1\.[01] 200 [ -~]*\r\n((?:[!#-'*+.^_`|~0-9A-Za-z-]+:[ -~]*\r\n)+)\r\n"
)
"""The head of a response as nearly all servers send it (RFC 9112, section 4)."""

_LENGTH = re.compile(r"[0-9]{1,5}")


_HEAD_END = b"\r\n\r\n"

_HTTP = b"HTTP/"
"""The beginning of every response."""


def _quoted(data: bytes) -> str:
    """The beginning of some data, escaped."""
    begin = data[:_MOST_QUOTED].decode("latin-1").encode("unicode_escape").decode()
    return begin + (" …" if len(data) > _MOST_QUOTED else "")


_MOST_QUOTED = 48
"""Most bytes that are quoted of an answer that is not HTTP."""


class ResponseFault(NamedTuple):
    """What is wrong with a response."""

    problem: str = ""
    """Empty if nothing is wrong, or if no response came."""
    not_http: str = ""
    """The beginning of the answer, escaped, if it is not HTTP."""


NO_FAULT = ResponseFault()


def _not_http(data: bytes) -> ResponseFault:
    begin = _quoted(data)
    return ResponseFault(f'it answered "{begin}", which is not HTTP', begin)


class PlainHead(NamedTuple):
    """The head of a response with status 200 and a body of a known, small length."""

    headers: Headers
    body: int
    """Where the body begins."""
    end: int


@functools.lru_cache(maxsize=64)
def plain_head(head: bytes) -> PlainHead | None:
    """Parse the head of a response; ``None`` if it is not a plain one.

    Most responses of a round have the same head.
    """
    plain = _PLAIN.fullmatch(head)
    if plain is None:
        return None
    pairs = (line.partition(":") for line in plain[1].decode("ascii").splitlines())
    headers = tuple((name.lower(), value.strip(" ")) for name, _, value in pairs)
    lengths = [value for name, value in headers if name == "content-length"]
    coded = any(name in ("transfer-encoding", "upgrade") for name, _ in headers)
    if coded or len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
        return None
    return PlainHead(headers, len(head), len(head) + int(lengths[0]))


class Response:
    """A response to a GET request, as far as it has arrived.

    With ``upgrade`` the request asked for a WebSocket. The response to that is complete
    with the first bytes of the new protocol.
    """

    def __init__(self, *, upgrade: bool = False) -> None:
        self.status: int | None = None
        self.headers: Headers = ()
        """The headers, with names in lower case."""
        self.body = b""
        self.complete = False
        self.broken = False
        """Whether the response ended too early, or is not HTTP."""
        self.fault = NO_FAULT
        self._upgrade = upgrade
        self._begun = b""
        """What has come, as long as there is no parser."""
        self._parser: h11.Connection | None = None

    def take(self, data: bytes) -> None:
        """Parse more data from the server; empty data ends the connection.

        Plain responses are read without the parser, which takes ten times as long.
        """
        if self._parser is None:
            self._begun += data
            if not _HTTP.startswith(self._begun[: len(_HTTP)]):
                self.broken, self.fault = True, _not_http(self._begun)
                return
            if data and self._take_plain():
                return
            self.body, self._parser = b"", self._new_parser()
            if data:
                data = self._begun
            elif self._begun:
                self._parse(self._parser, self._begun)
        self._parse(self._parser, data)

    def _take_plain(self) -> bool:
        """Whether the data so far is a plain response, or the beginning of one."""
        size = self._begun.find(_HEAD_END)
        if self._upgrade or size < 0:
            return False
        head = plain_head(self._begun[: size + len(_HEAD_END)])
        if head is None:
            return False
        self.status, self.headers = 200, head.headers
        self.body = self._begun[head.body : head.end]
        self.complete = len(self._begun) >= head.end
        return True

    def _new_parser(self) -> h11.Connection:
        parser = h11.Connection(h11.CLIENT)
        parser.send(_ASKED_UPGRADE if self._upgrade else _ASKED)
        parser.send(_ALL_SENT)
        return parser

    def _parse(self, parser: h11.Connection, data: bytes) -> None:
        try:
            parser.receive_data(data)
            while not (self.complete or self.broken):
                event = parser.next_event()
                if event is h11.PAUSED and self.status == SWITCHED:
                    self.complete = bool(parser.trailing_data[0])
                    return
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    return
                self._read(event)
        except h11.RemoteProtocolError as problem:
            self.broken = True
            unread = parser.trailing_data[0]
            self.fault = self._fault(problem, unread, ended=not data)

    def _read(self, event: object) -> None:
        if isinstance(event, h11.InformationalResponse):
            self.status = event.status_code
        elif isinstance(event, h11.Response):
            self.status = event.status_code
            self.headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in event.headers
            )
        elif isinstance(event, h11.Data):
            room = MOST_BODY_BYTES - len(self.body)
            if room > 0:
                self.body += bytes(event.data[:room])
        self.complete = isinstance(event, h11.EndOfMessage)
        self.broken = isinstance(event, h11.ConnectionClosed)

    def _fault(
        self, problem: h11.RemoteProtocolError, unread: bytes, *, ended: bool
    ) -> ResponseFault:
        if ended:
            begun = self.status is not None or unread
            return ResponseFault("its answer ended too early") if begun else NO_FAULT
        if problem.error_status_hint == _TOO_LONG:
            return ResponseFault("the headers of its answer are too long")
        return _not_http(unread or self._begun)
