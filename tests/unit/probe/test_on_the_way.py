"""How long the probe waits for requests that may be on their way to the app."""

import pytest

from harness.probe import on_the_way
from harness.probe import watching
from harness.probe.on_the_way import Before
from harness.probe.on_the_way import state_before
from harness.probe.on_the_way import wait_for_requests
from harness.records.words import Settled
from tests.builders.probe import made_up_probe
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run


def alone(monkeypatch: pytest.MonkeyPatch, enters_after: float | None) -> MadeUpProbe:
    """Return a probe of a server that let nobody in, after waiting for one request."""
    probe = made_up_probe(monkeypatch, on_the_way, watching, enters_after=enters_after)
    monkeypatch.setattr(on_the_way, "on_clock", lambda _: set())
    monkeypatch.setattr(on_the_way, "overflows", lambda: 0)
    before = state_before([1])
    run(wait_for_requests(probe, Settled.SCHEDSTAT, before))
    return probe


def test_the_first_request_may_pause_for_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = alone(monkeypatch, 5.0)
    assert not probe.learned.admits_none
    assert 4.9 < probe.learned.pause_seconds < 5.2


def test_an_idle_server_that_lets_nobody_in_is_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = alone(monkeypatch, None)
    assert probe.learned.admits_none and not probe.learned.pause_seconds
    assert 5.0 < probe.now < 30.0


def test_as_many_processes_as_servers_usually_have_are_examined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        on_the_way, "on_clock", lambda processes: {(each, each) for each in processes}
    )
    monkeypatch.setattr(on_the_way, "overflows", lambda: 0)
    assert len(state_before(range(40)).asleep) == 40
    assert not state_before(range(300)).asleep


def test_a_thread_that_begins_to_sleep_is_soon_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The request enters when the thread wakes."""
    probe = made_up_probe(monkeypatch, on_the_way, watching, enters_after=0.75)
    probe.learned.admits_none = True
    monkeypatch.setattr(on_the_way, "overflows", lambda: 0)
    monkeypatch.setattr(
        on_the_way, "on_clock", lambda _: {(1, 1)} if probe.now < 0.75 else set()
    )
    before = Before(set(), 0)
    assert run(wait_for_requests(probe, Settled.SCHEDSTAT, before))
    assert probe.holds.entered and 0.75 <= probe.now < 0.95
    assert probe.waits < 30
