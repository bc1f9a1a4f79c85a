"""Recognizes servers that want client certificates or HTTP/2, which the probe lacks."""

import asyncio
import ssl

from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.transports import Endpoint
from harness.probe.transports import tls_context

TRY_SECONDS = 5.0
"""How long to try each other protocol, in seconds."""


HTTP_2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(
    (0, 0, 0, 4, 0, 0, 0, 0, 0)
)
"""The HTTP/2 client preface and empty settings (RFC 9113, section 3.4)."""


async def _first_bytes(
    endpoint: Endpoint, data: bytes, count: int, tls: ssl.SSLContext | None = None
) -> bytes:
    """The first ``count`` bytes of the answer.

    Raises ``OSError``, and ``EOFError`` for fewer.
    """
    async with asyncio.timeout(TRY_SECONDS):
        place = endpoint.host, endpoint.port
        reader, writer = await asyncio.open_connection(*place, ssl=tls)
        try:
            writer.write(data)
            return await reader.readexactly(count)
        finally:
            writer.close()


async def wants_a_certificate(endpoint: Endpoint) -> bool:
    """Whether the server speaks TLS and refuses a client without a certificate."""
    try:
        # In TLS 1.3 the refusal comes after the handshake.
        await _first_bytes(endpoint, b"GET / HTTP/1.0\r\n\r\n", 1, tls_context())
    except ssl.SSLError as problem:
        return (problem.reason or "").endswith(NO_CERTIFICATE)
    except (OSError, EOFError):
        pass
    return False


NO_CERTIFICATE = ("CERTIFICATE_REQUIRED", "ALERT_HANDSHAKE_FAILURE")
"""The ends of alerts that a server sends to a client without a certificate."""


async def speaks_http_2(endpoint: Endpoint) -> bool:
    """Whether the first frame of the answer is an HTTP/2 settings frame."""
    try:
        return (await _first_bytes(endpoint, HTTP_2_PREFACE, 4))[3] == 4
    except (OSError, EOFError):
        return False


_BEGINNINGS = {
    r"\x15\x03": "TLS",
    r"\x00\x00": "HTTP/2",
    r"\x01\x06": "FastCGI",
    "Status:": "SCGI or CGI",
    "<": "a page without a head, as in HTTP/0.9",
    "SSH-": "SSH",
    "220": "the greeting of a server for mail or files",
    "+OK": "the greeting of a server for mail",
    "* OK": "the greeting of a server for mail",
    "-ERR": "Redis",
    "AMQP": "AMQP",
}
"""How other protocols begin, escaped."""


def with_protocol(fault: Fault) -> Fault:
    """The fault of an answer that is not HTTP, with what to check."""
    remedy = (
        "see whether that port is for TLS, for `uwsgi_pass` of nginx, or of another "
        "program, and give the one on which the app speaks HTTP"
    )
    for begin, what in _BEGINNINGS.items():
        if fault.not_http.startswith(begin):
            remedy = f"that looks like {what}; give the port of the app itself"
            break
    return fault._replace(remedy=remedy, cause_known=CauseKnown.LIKELY)


ONLY_WITH_A_CERTIFICATE = Fault(
    "it speaks TLS and wants a certificate of its clients, which the probe does not "
    "have",
    "leave that out for the check (`--cert-reqs`, `--ssl-ca-certs`, a `ca` of uWSGI)",
    cause_known=CauseKnown.LIKELY,
)

ONLY_HTTP_2 = Fault(
    "it speaks only HTTP/2, which the probe does not",
    "let it speak HTTP/1.1 too",
    cause_known=CauseKnown.LIKELY,
)
