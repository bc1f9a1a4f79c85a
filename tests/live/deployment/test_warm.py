"""A server answers before all its workers are ready, which a readiness check cannot
see.

The import of the app waits for the test, so that each moment can be examined.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.deployment.waiting_server import Client
from tests.live.deployment.waiting_server import Gate
from tests.live.deployment.waiting_server import gunicorn
from tests.live.deployment.waiting_server import when_open


@pytest.fixture
def gates() -> Iterator[tuple[Gate, Gate]]:
    both = Gate(), Gate()
    yield both
    for each in both:
        each.close()


def test_the_first_worker_answers_a_readiness_check_for_all(
    tmp_path: Path, gates: tuple[Gate, Gate]
) -> None:
    gate, imports = gates
    with gunicorn(tmp_path, gate, "--workers", "3", imports=imports) as port:
        importing = [imports.entered() for _ in range(3)]
        clients = [Client(port) for _ in range(4)]
        importing[0].sendall(b"x")
        clients[0].send("/")
        assert clients[0].status() == 200, "ready, says the orchestrator"
        for client in clients[1:]:
            client.send("/stay")
        first = gate.entered()
        assert gate.nobody_entered(), "the others are imported still"
        for each in importing[1:]:
            each.sendall(b"x")
        held = [first, gate.entered(), gate.entered()]
        for each in held:
            each.sendall(b"x")
        assert [client.status() for client in clients[1:]] == [200, 200, 200]
        for client in clients:
            client.close()


def test_a_preloaded_app_is_imported_once_for_all(
    tmp_path: Path, gates: tuple[Gate, Gate]
) -> None:
    gate, imports = gates
    options = ("--workers", "3", "--preload")
    with gunicorn(tmp_path, gate, *options, imports=imports) as port:
        imports.entered().sendall(b"x")
        clients = [when_open(port) for _ in range(3)]
        for client in clients:
            client.send("/stay")
        held = [gate.entered() for _ in range(3)]
        assert imports.nobody_entered(), "no worker imports it anew"
        for each in held:
            each.sendall(b"x")
        assert [client.status() for client in clients] == [200, 200, 200]
        for client in clients:
            client.close()
