"""A server that shares its port with somebody else is not measured."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from harness.measure import cell
from harness.measure import start
from harness.probe import listeners
from harness.probe.listeners import listening_addresses
from harness.probe.overlap import measure_overlap
from harness.probe.probe import Probe
from harness.probe.schedule import Schedule
from harness.records.words import Outcome
from harness.system.spawn import LINUX
from tests.live.commands import gthread
from tests.live.conftest import Measure

GRANIAN = (
    *("{scripts}/granian", "--interface", "wsgi", "--host", "{host}"),
    *("--port", "{port}", "--working-dir", "{target}", "app:app"),
)


@pytest.fixture
def occupied() -> Iterator[int]:
    """A port on which this process lets others listen too, and closes connections."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.skipif(not LINUX, reason="who listens is told by Linux only")
def test_a_silently_shared_port_is_noticed(
    measure: Measure, occupied: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "free_ports", lambda host, count: [occupied])
    seen = measure(GRANIAN, declared=4)
    assert seen.outcome is Outcome.NOT_ANSWERING
    assert seen.reason == "another program listens on its port as well"


@pytest.mark.skipif(not LINUX, reason="who listens is told by Linux only")
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_another_program_that_joins_later_is_noticed(
    measure: Measure, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with socket.socket() as other:

        async def joined(probe: Probe, schedule: Schedule) -> bool:
            done = await measure_overlap(probe, schedule)
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind((host, probe.destination.endpoint.port))
            other.listen()
            return done

        monkeypatch.setattr(cell, "measure_overlap", joined)
        seen = measure(gthread(1, 2, "--reuse-port"), declared=2)
    if host == "127.0.0.1":
        assert seen.outcome is Outcome.HARNESS_FAILED
        assert seen.reason == "another program began to listen on its port meanwhile"
    else:  # this socket gets none of the requests
        assert (seen.outcome, seen.reason) == (Outcome.MEASURED, "")


@pytest.mark.parametrize("known", [True, False])
def test_addresses_of_a_listening_process_are_known(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """The kernel lists them, or else its table of all connections does."""
    if not known:
        monkeypatch.setattr(listeners, "addresses_of_listeners", dict)
    inet6 = socket.AF_INET6
    with (
        socket.create_server(("127.0.0.2", 0)) as first,
        socket.create_server(("::1", 0), family=inet6) as second,
        socket.create_connection(first.getsockname()) as connection,
    ):
        listened = {first.getsockname(), second.getsockname()[:2]}
        addresses = listening_addresses([os.getpid()])
        assert listened <= addresses
        assert connection.getsockname() not in addresses
    assert not listened & listening_addresses([os.getpid()])
