"""What is sent, and to which address, over a Unix socket, TLS and uwsgi."""

import ssl
from pathlib import Path

import pytest

from harness.probe.transports import Endpoint
from harness.probe.transports import Tls
from harness.probe.transports import TlsFailed
from harness.probe.transports import uwsgi_request

CERTIFICATE = Path(__file__).parents[2] / "deployments" / "tls"


def test_an_address_is_an_endpoint_for_plain_http() -> None:
    endpoint = Endpoint("127.0.0.1", 80)
    assert (endpoint.name, endpoint.address) == ("127.0.0.1:80", ("127.0.0.1", 80))
    assert endpoint.is_plain


def test_only_a_plain_address_is_plain() -> None:
    plain = Endpoint("127.0.0.1", 80)
    for other in (
        plain._replace(path="/a.sock"),
        plain._replace(tls=True),
        plain._replace(uwsgi=True),
        plain._replace(host="::1"),
    ):
        assert not other.is_plain


def test_a_unix_socket_has_no_port() -> None:
    endpoint = Endpoint("127.0.0.1", 80, path="/a.sock")
    assert (endpoint.name, endpoint.address) == ("localhost", "/a.sock")


def test_a_host_of_ipv6_is_written_in_brackets() -> None:
    endpoint = Endpoint("::1", 80)
    assert (endpoint.name, endpoint.address) == ("[::1]:80", ("::1", 80))


def test_a_long_path_is_reached_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 60) / ("b" * 60)
    folder.mkdir(parents=True)
    (folder / "app.sock").touch()
    address = Endpoint("127.0.0.1", 80, path=str(folder / "app.sock")).address
    assert isinstance(address, str) and len(address) < 108
    assert Path(address).samefile(folder / "app.sock")


def test_a_request_in_the_protocol_of_uwsgi() -> None:
    endpoint = Endpoint("127.0.0.1", 80, uwsgi=True)
    data = uwsgi_request(endpoint, "/a?b=1", (("X-One", "two"),))
    assert (data[0], int.from_bytes(data[1:3], "little"), data[3]) == (
        0,
        len(data) - 4,
        0,
    )
    rest, words = data[4:], []
    while rest:
        length = int.from_bytes(rest[:2], "little")
        words.append(rest[2 : 2 + length].decode())
        rest = rest[2 + length :]
    variables = dict(zip(words[::2], words[1::2], strict=True))
    assert variables["PATH_INFO"] == "/a"
    assert variables["QUERY_STRING"] == "b=1"
    assert variables["HTTP_X_ONE"] == "two"


def test_requests_and_answers_pass_through_tls() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE / "cert.pem", CERTIFICATE / "key.pem")
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(received, sent, server_side=True)
    tls = Tls(b"question")
    received.write(tls.begin())
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    pieces, more = tls.received(sent.read())
    received.write(more)
    server.do_handshake()
    assert (pieces, server.read()) == ([], b"question")
    server.write(b"x" * 40_000)
    pieces, _ = tls.received(sent.read())
    assert b"".join(pieces) == b"x" * 40_000
    with pytest.raises(ssl.SSLWantReadError):
        server.unwrap()
    assert tls.received(sent.read())[0] == [b""]


def test_a_server_without_tls_is_reported() -> None:
    tls = Tls(b"question")
    tls.begin()
    with pytest.raises(TlsFailed):
        tls.received(b"HTTP/1.1 400 Bad Request\r\n\r\n")
