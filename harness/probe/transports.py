"""Where a server listens, and in which protocol: port or Unix socket, TLS, uwsgi.

Certificates are not verified: the secret of the run proves that the answer comes from
the server that was started.
"""

import functools
import os
import socket
import ssl
import struct
from typing import NamedTuple

Headers = tuple[tuple[str, str], ...]

_READ_BYTES = 65_536
"""Bytes that are read from a connection at a time."""


class NotSpoken(Exception):
    """A question that can only be asked over plain HTTP; the message names it."""


class Endpoint(NamedTuple):
    """Where a server listens, and its protocol."""

    host: str
    port: int
    path: str = ""
    """The path of a Unix socket, in place of the port; begins with NUL if abstract."""
    tls: bool = False
    uwsgi: bool = False
    """Whether it takes requests in uwsgi's binary protocol instead of HTTP."""

    @property
    def address(self) -> tuple[str, int] | str:
        """The address for ``connect``."""
        return _short(self.path) if self.path else (self.host, self.port)

    @property
    def name(self) -> str:
        """``HOST:PORT`` for a header; only a host if it is a Unix socket."""
        host = f"[{self.host}]" if self.is_ipv6 else self.host
        return "localhost" if self.path else f"{host}:{self.port}"

    @property
    def is_ipv6(self) -> bool:
        """Whether the host is an IPv6 address."""
        return ":" in self.host

    @property
    def is_plain(self) -> bool:
        """Whether the server speaks HTTP on an IPv4 port, without TLS."""
        return not (self.path or self.tls or self.uwsgi or self.is_ipv6)

    def socket(self) -> socket.socket:
        """A new non-blocking socket to connect to the endpoint."""
        family = socket.AF_INET6 if self.is_ipv6 else socket.AF_INET
        family = socket.AF_UNIX if self.path else family
        new = socket.socket(family, socket.SOCK_STREAM)
        new.setblocking(False)
        if not self.path:
            new.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return new


MOST_BYTES = 107
"""The longest path that the address of a Unix socket has room for (``man 7 unix``)."""


def _short(path: str) -> str:
    """A path for the same socket that is short enough, if there is one."""
    if len(os.fsencode(path)) <= MOST_BYTES:
        return path
    folder, name = os.path.split(path)
    return f"/proc/self/fd/{_opened(folder)}/{name}"


@functools.cache
def _opened(folder: str) -> int:
    """A descriptor of a folder, open for as long as this process runs."""
    return os.open(folder, os.O_PATH | os.O_DIRECTORY)


# ------------------------------------------------------------------------------- TLS


class TlsFailed(Exception):
    """The other side does not speak TLS, or broke off the handshake."""


@functools.cache
def tls_context(protocol: str = "http/1.1") -> ssl.SSLContext:
    """The TLS context of all clients that ask for a protocol by ALPN."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context


class Tls:
    """A TLS session of a client that sends some bytes once and then reads."""

    def __init__(self, data: bytes) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = tls_context().wrap_bio(self._in, self._out)
        self._data = data
        self._shaken = False

    def begin(self) -> bytes:
        """The first bytes to send."""
        self._shake()
        return self._out.read()

    def received(self, data: bytes) -> tuple[list[bytes], bytes]:
        """The data in received bytes, and the bytes to send next.

        The last piece is empty when the connection has ended. Raises ``TlsFailed``.
        """
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        pieces = self._read() if self._shaken or self._shake() else []
        return pieces, self._out.read()

    def _shake(self) -> bool:
        """Continue the handshake; once it is done, send the data and return true."""
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as problem:
            raise TlsFailed(str(problem)) from None
        self._shaken = True
        self._session.write(self._data)
        return True

    def _read(self) -> list[bytes]:
        pieces: list[bytes] = []
        try:
            while not pieces or pieces[-1]:
                pieces.append(self._session.read(_READ_BYTES))
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pieces.append(b"")
        except ssl.SSLError as problem:
            raise TlsFailed(str(problem)) from None
        return pieces


# ----------------------------------------------------------------------------- uwsgi


def uwsgi_request(endpoint: Endpoint, target: str, headers: Headers) -> bytes:
    """A GET request in uwsgi's protocol.

    See https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html: a head of four bytes,
    then names and values, each after its length. The response is HTTP.
    """
    path, _, query = target.partition("?")
    variables = {
        "REQUEST_METHOD": "GET",
        "REQUEST_URI": target,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": endpoint.host,
        "SERVER_PORT": str(endpoint.port or 80),
        "REMOTE_ADDR": endpoint.host,
        "HTTP_HOST": endpoint.name,
    }
    for name, value in headers:
        variables["HTTP_" + name.upper().replace("-", "_")] = value
    body = b"".join(
        map(_counted, (word for pair in variables.items() for word in pair))
    )
    return struct.pack("<BHB", 0, len(body), 0) + body


def _counted(text: str) -> bytes:
    data = text.encode("latin-1")
    return struct.pack("<H", len(data)) + data
