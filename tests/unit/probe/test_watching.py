"""How long a quiet server is watched before its number is believed."""

import pytest

from harness.probe import watching
from harness.probe.learned import Learned
from harness.probe.watching import look_until
from harness.probe.watching import patience
from harness.probe.watching import pause_patience
from harness.probe.watching import watch
from tests.builders.probe import made_up_probe
from tests.builders.probe import run

EACH_SECOND = 1.0
"""How often some servers look for connections."""

A_WORKER = 4.0
"""The interval at which uWSGI starts another worker while requests wait."""


def test_a_server_that_looks_once_a_second_is_watched_for_longer() -> None:
    assert EACH_SECOND < patience(Learned()) < 3 * EACH_SECOND


def test_a_server_that_grows_is_watched_until_it_could_start_a_worker() -> None:
    assert A_WORKER + EACH_SECOND < patience(Learned(grows=True)) < 3 * A_WORKER


@pytest.mark.parametrize("pause", [1.0, 20.0])
def test_a_pause_in_front_of_the_app_may_be_longer_the_next_time(pause: float) -> None:
    learned = Learned(pause_seconds=pause)
    for seconds in (patience(learned), pause_patience(learned)):
        assert 2 * pause <= seconds <= 5 * pause


def test_the_shortest_pause_seen_may_have_been_a_chance() -> None:
    assert 0.2 <= pause_patience(Learned(pause_seconds=0.001)) <= 1.0


def test_time_in_which_the_probe_did_not_run_is_not_watched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of ten waits takes a minute, and the request enters in the last one."""
    probe = made_up_probe(monkeypatch, watching, stopped=60.0, enters_after=600.0)
    assert run(watch(probe, probe.all_in_or_ended))


def test_time_without_the_probe_does_not_count_for_other_changes_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = made_up_probe(monkeypatch, watching, stopped=60.0, enters_after=600.0)
    assert run(look_until(probe, probe.all_in_or_ended))


def test_a_request_that_never_enters_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = made_up_probe(monkeypatch, watching)
    assert not run(watch(probe, probe.all_in_or_ended))
    assert not run(look_until(probe, probe.all_in_or_ended))
    assert probe.now < 6.0
