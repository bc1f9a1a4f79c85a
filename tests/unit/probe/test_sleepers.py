"""How long the probe waits for threads in a timed sleep, depending on what they do."""

from typing import NamedTuple

import pytest

from harness.probe import sleepers
from harness.probe.sleepers import idle_sleepers
from harness.probe.sleepers import limit_for
from harness.probe.sleepers import wait_for_naps
from harness.probe.sleepers import wait_for_sleepers
from harness.system.asleep import Sleep
from tests.builders.probe import made_up_probe
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run

THREAD = (1, 1)
ON_CLOCK = Sleep(on_clock=True)
FOR_LOCK = Sleep(for_lock=True)


class Given(NamedTuple):
    """What a thread sleeps in, and how often it wakes."""

    sleep: Sleep
    seconds: float
    kept_out: bool = False
    """Whether it belongs to a worker that does not wait for connections."""


def given(
    monkeypatch: pytest.MonkeyPatch, thread: Given, **about: float
) -> MadeUpProbe:
    """Return a probe of a full server whose one thread sleeps and wakes like this."""
    probe = made_up_probe(monkeypatch, sleepers, **about)

    def turns(process: int, number: int) -> tuple[int, int]:
        return 0, int(probe.now / thread.seconds + 1e-9)

    monkeypatch.setattr(sleepers, "thread_turns", turns)
    monkeypatch.setattr(sleepers, "thread_state", lambda *_: b"S")
    monkeypatch.setattr(sleepers, "threads_of", lambda _: [1])
    monkeypatch.setattr(sleepers, "listening", dict)
    monkeypatch.setattr(sleepers, "waiting_for_connections", lambda *_: set())
    monkeypatch.setattr(sleepers, "all_for_a_time", lambda _: {THREAD: thread.sleep})
    monkeypatch.setattr(sleepers, "for_a_time", lambda _: {1: thread.sleep})
    monkeypatch.setattr(sleepers, "kept_out", lambda _: {1} if thread.kept_out else {})
    monkeypatch.setattr(sleepers, "threads_of_masters", lambda _, those: {*those})
    return probe


def has_its_turns(probe: MadeUpProbe, *, short: bool = False) -> bool:
    """Return whether the thread ran, and was not given up, while the request waited."""
    run(wait_for_sleepers(probe, short=short))
    return THREAD not in probe.learned.sleepers.on_clock


def test_a_pool_that_looks_once_a_second_looks_at_what_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It must run twice: its first run may have begun before the requests waited."""
    probe = given(monkeypatch, Given(ON_CLOCK, 1.0))
    assert has_its_turns(probe)
    assert 2.0 <= probe.now < 2.5


def test_a_thread_that_admits_a_request_in_its_second_run_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = given(monkeypatch, Given(ON_CLOCK, 1.0), enters_after=2.0)
    assert has_its_turns(probe) and probe.holds.entered


def test_a_request_that_enters_meanwhile_is_soon_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Looks are further apart than the time that each of them may count for."""
    probe = given(monkeypatch, Given(ON_CLOCK, 1.0), enters_after=0.5)
    assert has_its_turns(probe)
    assert 0.5 <= probe.now < 0.6
    assert probe.waits < 100


def test_a_thread_that_sleeps_for_an_hour_is_given_up_and_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = given(monkeypatch, Given(ON_CLOCK, 3600.0))
    assert not has_its_turns(probe)
    assert probe.now < 6.0


def test_a_shortfall_is_worth_more_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """uWSGI starts a worker every four seconds."""
    assert not has_its_turns(given(monkeypatch, Given(ON_CLOCK, 4.0)))
    assert has_its_turns(given(monkeypatch, Given(ON_CLOCK, 4.0)), short=True)
    assert not has_its_turns(given(monkeypatch, Given(ON_CLOCK, 9.0)), short=True)


def test_idle_threads_of_pools_wait_for_a_lock_in_vain() -> None:
    """Those in a process without requests prove nothing, and let nobody in."""
    busy = limit_for(FOR_LOCK, False, is_busy=True, was_idle=False)
    before = limit_for(FOR_LOCK, False, is_busy=True, was_idle=True)
    assert not limit_for(FOR_LOCK, False, is_busy=False, was_idle=False)
    assert 0.2 <= busy <= 1.0 < before < 5.0, "gevent's sleep for 5 s"


def test_a_worker_that_is_kept_out_may_look_again_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other threads wait for nothing but a message, with a timeout."""
    waits = Sleep(for_message=True, seconds=0.5)
    probe = given(monkeypatch, Given(waits, 0.5), enters_after=1.0)
    run(wait_for_sleepers(probe))
    assert probe.now == 0.0 and not probe.holds.entered
    probe = given(monkeypatch, Given(waits, 0.5, kept_out=True), enters_after=1.0)
    run(wait_for_sleepers(probe))
    assert probe.holds.entered


def test_only_the_given_threads_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = given(monkeypatch, Given(ON_CLOCK, 1.0), enters_after=1.0)
    run(wait_for_sleepers(probe, among={2}))
    assert not probe.holds.entered
    run(wait_for_sleepers(probe, among={1}))
    assert probe.holds.entered


def test_a_master_that_looks_too_rarely_leaves_a_shortfall_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may start another worker at its next look."""
    rarely = Given(Sleep(for_message=True, seconds=9.0), 9.0)
    probe = given(monkeypatch, rarely)
    assert not has_its_turns(probe, short=True)
    assert has_its_turns(given(monkeypatch, rarely))


def test_time_in_which_the_probe_did_not_run_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A minute passes in each look; the thread was stopped as well, and hardly ran."""
    assert has_its_turns(given(monkeypatch, Given(ON_CLOCK, 600.0), stopped=60.0))


def test_a_short_nap_of_the_only_worker_that_runs_is_waited_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = given(monkeypatch, Given(ON_CLOCK, 0.3))
    assert run(wait_for_naps(probe, 1))
    assert not probe.learned.sleepers.too_long


def test_a_long_nap_is_not_waited_out_while_other_workers_are_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = given(monkeypatch, Given(ON_CLOCK, 2.0))
    assert run(wait_for_naps(probe, 1))
    assert probe.learned.sleepers.too_long == {THREAD}
    assert probe.now < 1.5


def test_as_many_processes_as_servers_usually_have_are_examined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given(monkeypatch, Given(ON_CLOCK, 1.0))
    assert len(idle_sleepers(range(40))) == 40
    assert not idle_sleepers(range(300))
    probe = given(monkeypatch, Given(ON_CLOCK, 3600.0), processes=40)
    assert not has_its_turns(probe)
