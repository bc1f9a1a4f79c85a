"""What ``declares`` reports about who gives up first, proxy or server, is true.

Each claim of ``harness/judge/platform_waits.py`` is tried with a real server, and so is
its opposite.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment.repository.find import find
from harness.records.declares import Waiting
from harness.records.declares import Waits
from harness.records.declares import WaitVerdict
from tests.live.deployment.waiting_server import Client
from tests.live.deployment.waiting_server import ClosesOnTheSecond
from tests.live.deployment.waiting_server import Gate
from tests.live.deployment.waiting_server import gunicorn
from tests.live.deployment.waiting_server import is_in_the_app
from tests.live.deployment.waiting_server import nginx


@pytest.fixture
def gate() -> Iterator[Gate]:
    one = Gate()
    yield one
    one.close()


def reported(folder: Path, options: str, about: Waits) -> list[Waiting]:
    """Return what ``declares`` reports about nginx in front of such a command."""
    (folder / "Procfile").write_text(f"web: gunicorn {options} shop:app\n")
    return [each for each in find(folder, 2).waiting if each.about is about]


def test_a_request_that_a_proxy_gives_up_on_stays_in_the_app(
    tmp_path: Path, gate: Gate
) -> None:
    with (
        gunicorn(tmp_path, gate, "--threads", "1", "-k", "gthread") as behind,
        nginx(tmp_path, "1s", behind) as port,
    ):
        first, second = Client(port), Client(port)
        first.send("/stay")
        held = gate.entered()
        assert first.status() == 504, "nginx has given up"
        assert is_in_the_app(held)
        second.send("/stay")
        assert second.status() == 504, "the place is not given back"
        assert is_in_the_app(held) and gate.nobody_entered()
        held.sendall(b"x")
        gate.entered().sendall(b"x")  # nobody gets this: the client already has its 504
        for each in (first, second):
            each.close()
    (waits,) = reported(tmp_path, "--threads 1 -k gthread", Waits.ANSWER)
    assert waits.verdict is WaitVerdict.PLATFORM_FIRST
    assert "keeps its slot" in waits.reason


def test_a_proxy_that_tries_another_server_doubles_the_load(
    tmp_path: Path, gate: Gate
) -> None:
    options = ("--threads", "1", "-k", "gthread")
    other = tmp_path / "other"
    other.mkdir()
    with (
        gunicorn(tmp_path, gate, *options) as one,
        gunicorn(other, gate, *options) as two,
        nginx(tmp_path, "1s", one, two) as port,
    ):
        client = Client(port)
        client.send("/stay")
        first, second = gate.entered(), gate.entered()
        assert client.status() == 504
        assert is_in_the_app(first) and is_in_the_app(second), "one request, twice"
        client.close()
    (waits,) = reported(tmp_path, " ".join(options), Waits.ANSWER)
    assert "sends it to another server too" in waits.reason


def test_a_request_that_a_sync_worker_gives_up_on_is_lost(
    tmp_path: Path, gate: Gate
) -> None:
    options = ("--timeout", "2")
    with (
        gunicorn(tmp_path, gate, *options) as behind,
        nginx(tmp_path, "60s", behind) as port,
    ):
        first, second = Client(port), Client(port)
        first.send("/stay")
        held = gate.entered()
        assert first.status() in (500, 502), "gunicorn has killed its worker"
        assert not is_in_the_app(held)
        second.send("/")
        assert second.status() == 200, "another worker has the place"
        for each in (first, second):
            each.close()
    (waits,) = reported(tmp_path, " ".join(options), Waits.ANSWER)
    assert (waits.verdict, waits.fault) == (WaitVerdict.APP_FIRST, True)


@pytest.mark.parametrize(
    ("options", "answered"),
    [
        (("--threads", "2", "--keep-alive", "1"), False),
        (("--threads", "2", "--keep-alive", "65"), True),
        (("-k", "gevent", "--keep-alive", "1"), False),
        (("-k", "gevent", "--keep-alive", "65"), True),
    ],
)
def test_a_request_on_a_connection_that_the_server_closes_is_lost(
    tmp_path: Path, gate: Gate, options: tuple[str, ...], answered: bool
) -> None:
    with gunicorn(tmp_path, gate, *options) as port:
        client = Client(port)
        client.send("/")
        assert client.status() == 200
        if not answered:
            client.wait_until_closed()
        client.send("/")
        assert client.status() == (200 if answered else 0)
        client.close()
    upstream = "upstream shop { server 127.0.0.1:1; keepalive 8; }\n"
    server = "server { location / { proxy_pass http://shop; } }\n"
    (tmp_path / "nginx.conf").write_text(upstream + server)
    (waits,) = reported(tmp_path, " ".join(options), Waits.NEXT_REQUEST)
    assert waits.fault is not answered


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 502)])
def test_nginx_resends_requests_that_may_be_sent_twice(
    tmp_path: Path, method: str, status: int
) -> None:
    behind = ClosesOnTheSecond()
    with nginx(tmp_path, "60s", behind.port) as port:
        client = Client(port)
        for each in ("GET", method):
            client.send("/", each)
            last = client.status()
        client.close()
    behind.close()
    assert behind.closed and last == status


def test_a_sync_worker_keeps_no_idle_connection(tmp_path: Path, gate: Gate) -> None:
    with gunicorn(tmp_path, gate) as port:
        client = Client(port)
        client.send("/")
        assert client.status() == 200
        client.wait_until_closed()
        client.close()
    upstream = "upstream shop {\n server 127.0.0.1:1;\n keepalive 8;\n}\n"
    server = "server { location / { proxy_pass http://shop; } }\n"
    (tmp_path / "nginx.conf").write_text(upstream + server)
    assert reported(tmp_path, "--workers 2", Waits.NEXT_REQUEST) == []
