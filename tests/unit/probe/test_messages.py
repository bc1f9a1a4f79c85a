"""How responses are parsed, also those to WebSocket clients (RFC 6455, section 4)."""

import pytest

from harness.probe.messages import MOST_BODY_BYTES
from harness.probe.messages import Response
from harness.probe.messages import SWITCHED

SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
)
MESSAGE = b"\x81\x04open"


@pytest.mark.parametrize("at_once", [True, False])
def test_a_socket_is_open_with_its_first_message(at_once: bool) -> None:
    response = Response(upgrade=True)
    if not at_once:
        response.take(SWITCH)
        assert (response.status, response.complete) == (SWITCHED, False)
    response.take(SWITCH + MESSAGE if at_once else MESSAGE)
    assert (response.status, response.complete) == (SWITCHED, True)
    assert not response.broken


def test_a_websocket_client_accepts_an_ordinary_answer() -> None:
    response = Response(upgrade=True)
    response.take(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")
    assert (response.status, response.body) == (404, b"no")
    assert response.complete


def test_an_unrequested_protocol_switch_is_refused() -> None:
    response = Response()
    response.take(SWITCH + MESSAGE)
    assert response.broken and not response.complete


def test_an_informational_response_is_no_answer() -> None:
    response = Response()
    response.take(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    assert not response.complete
    response.take(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert (response.status, response.body, response.complete) == (200, b"ok", True)


PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-LENGTH:  2 \r\n\r\nok"


def read_both_ways(data: bytes, cut: int) -> list[tuple[object, ...]]:
    """Return what two pieces parse to, and what h11 alone makes of them."""
    plain, parsed = Response(), Response()
    parsed.take(data[:1])  # not a plain response
    for piece in filter(None, (data[:cut], data[cut:])):
        plain.take(piece)
    parsed.take(data[1:])
    return [(r.status, r.headers, r.body, r.complete) for r in (plain, parsed)]


@pytest.mark.parametrize("cut", range(len(PLAIN) + 1))
def test_a_plain_response_is_read_as_the_parser_reads_it(cut: int) -> None:
    plain, parsed = read_both_ways(PLAIN, cut)
    assert plain == parsed and plain[-1]


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: \xe4\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nA:\tb\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        b"HTTP/1.0 200 \r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_other_responses_are_read_as_the_parser_reads_them(data: bytes) -> None:
    plain, parsed = read_both_ways(data, len(data))
    assert plain == parsed and plain[-1]


def test_a_plain_response_that_ends_too_early_is_broken() -> None:
    response = Response()
    response.take(PLAIN[:-1])
    assert (response.status, response.body, response.complete) == (200, b"o", False)
    response.take(b"")
    assert response.broken and response.fault.problem == "its answer ended too early"
    assert response.body == b"o"


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [
        ([b"hello"], 'it answered "hello", which is not HTTP'),
        ([b'X"\r\n\xff'], r'it answered "X"\r\n\xff", which is not HTTP'),
        ([b"220 " + b"x" * 99], f'it answered "220 {"x" * 44} …", which is not HTTP'),
        ([b"HTTP/1.1 200 \xff\x00\r\n\r\n"], r'it answered "HTTP/1.1 200 \xff\x00'),
        ([b"HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n"], "which is not HTTP"),
        ([b"HTTP/1.1 200 O", b""], "its answer ended too early"),
        ([b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 9_000], "the headers of its answer"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno", b""], "ended too early"),
        (
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"],
            "is not HTTP",
        ),
        ([b""], ""),
    ],
)
def test_faults_of_a_response_are_described(pieces: list[bytes], fault: str) -> None:
    response = Response()
    for piece in pieces:
        response.take(piece)
    assert response.broken and not response.complete
    problem, not_http = response.fault
    assert fault in problem and bool(fault) == bool(problem)
    assert bool(not_http) == problem.endswith("is not HTTP")


def test_only_the_beginning_of_a_long_body_is_kept() -> None:
    response = Response()
    response.take(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(100):
        response.take(b"x" * 65_536)
    assert len(response.body) == MOST_BODY_BYTES
    assert not response.complete and not response.broken
    response.take(b"")
    assert response.complete
