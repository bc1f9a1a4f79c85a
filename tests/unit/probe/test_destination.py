"""The requests that an app gets, wherever it is mounted."""

import pytest

from harness.probe.destination import Destination
from harness.probe.transports import Endpoint
from harness.probe.transports import NotSpoken

PLAIN = Destination(Endpoint("127.0.0.1", 80))
MOUNTED = Destination(
    Endpoint("127.0.0.1", 80),
    "/shop/.flask-concurrency/",
    (("host", "shop.example"), ("X-One", "two")),
    from_inside="127.0.0.1:8000",
    route="/shop/{item}?a={b}",
)


def test_a_view_knows_its_request_by_name() -> None:
    assert PLAIN.request("r1.0").target == "/hold?request=r1.0"
    stream = MOUNTED.request("r1.0", "stream", "&events=3")
    assert stream.target == "/shop/.flask-concurrency/stream?request=r1.0&events=3"
    assert stream.headers == MOUNTED.headers


def test_a_route_of_the_app_is_used_as_written() -> None:
    request = MOUNTED.request_held_at("pool", "r1.0")
    assert request.target == "/shop/{item}?a={b}"
    assert {value for _, value in request.headers} >= {"pool", "r1.0", "two"}


def test_a_repeated_header_is_sent_once_with_its_last_value() -> None:
    head = MOUNTED.head("POST", "read", "x-one: three").decode().split("\r\n")
    assert head == [
        "POST /shop/.flask-concurrency/read HTTP/1.1",
        "host: shop.example",
        "x-one: three",
        "",
        "",
    ]


def test_an_absolute_path_is_not_below_the_mount_path() -> None:
    assert MOUNTED.head("GET", "/health").startswith(b"GET /health HTTP/1.1\r\n")


def test_the_app_may_call_its_server_at_another_address() -> None:
    assert PLAIN.seen_from_inside() == "127.0.0.1:80"
    assert MOUNTED.seen_from_inside() == "127.0.0.1:8000"


def test_some_questions_need_plain_http() -> None:
    secured = PLAIN._replace(endpoint=Endpoint("127.0.0.1", 443, tls=True))
    with pytest.raises(NotSpoken):
        secured.seen_from_inside()
