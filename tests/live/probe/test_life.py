"""Tapes of servers whose life is known, and of servers that do the opposite.

No duration is asserted: only the least number of places, the number at the end, and
which requests are lost.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.judge.questions import tapes
from harness.probe import recording
from harness.probe.questions import life
from harness.records.choices import Act
from harness.records.choices import Question
from harness.records.life import LifeSeen
from harness.records.life import Tape
from harness.records.life import TapeSeen
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import gthread
from tests.live.commands import gunicorn

SERVER = Path(__file__).parents[1] / "living_server.py"


TRIES = 3
"""How often a tape is recorded until it is known, which it may not be on a busy
machine."""

IN_A_NAMESPACE = "unshare", "--pid", "--fork", "--kill-child"


def needs_namespaces() -> None:
    """Skip the test if this user may not make a PID namespace."""
    if not shutil.which("unshare"):
        pytest.skip("SKIPPED: there is no program `unshare`")
    if subprocess.run([*IN_A_NAMESPACE, "true"], check=False).returncode:
        pytest.skip("SKIPPED: this user may not make a PID namespace")


def watched(
    ask: Any, argv: tuple[str, ...], declared: int, *acts: Act
) -> tuple[Sequence[Tape], LifeSeen]:
    """Record some acts, again until all tapes are known; return both."""
    for _ in range(TRIES):
        evidence, _ = ask(argv, declared, Question.LIFE, acts=acts)
        judged = tapes(evidence)
        if all(tape.known for tape in judged):
            break
    (seen,) = evidence.asked
    return judged, seen


@pytest.fixture
def watch(ask: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the tapes of some acts on a server, judged and as recorded."""
    monkeypatch.setattr(life, "GRACE_SECONDS", 2.0)
    monkeypatch.setattr(life, "LONG_SECONDS", 5.0)
    monkeypatch.setattr(life, "RECYCLE_SECONDS", 5.0)
    monkeypatch.setattr(recording, "LEAST_SECONDS", 3.0)

    def one(
        way: str, *acts: Act, within: tuple[str, ...] = ()
    ) -> dict[Act, tuple[Tape, TapeSeen]]:
        argv = *within, "{python}", str(SERVER), "{host}", "{port}", way
        judged, seen = watched(ask, argv, 3, *acts)
        assert all(tape.known for tape in judged), judged
        assert [tape.act for tape in judged] == list(acts)
        for each in seen.tapes:
            assert each.requests == each.answered + each.lost_in_all
            assert not each.before_act
        return {t.act: (t, s) for t, s in zip(judged, seen.tapes, strict=True)}

    return one


def test_a_gentle_server_keeps_its_slots(watch: Any) -> None:
    acts = Act.RELOAD, Act.SCALE_UP, Act.SCALE_DOWN, Act.KILL
    seen = watch("gently", *acts)
    assert {act: seen[act][0].usual for act in acts} == dict.fromkeys(acts, 3)

    reload, reloaded = seen[Act.RELOAD]
    assert (reload.lowest, reload.after) == (3, 3)
    assert reloaded.lost_in_all == 0
    assert len({lane.process for lane in reloaded.lanes if lane.first > 0}) == 3
    assert max(point.old + point.new for point in reload.points) > 3

    up, _ = seen[Act.SCALE_UP]
    assert (up.lowest, up.after, len(up.lost)) == (3, 4, 0)
    down, _ = seen[Act.SCALE_DOWN]
    assert (down.lowest, down.after, len(down.lost)) == (2, 2, 0)

    kill, killed = seen[Act.KILL]
    assert (kill.lowest, kill.after) == (2, 3)
    (lost,) = killed.lost
    assert (lost.ended, lost.status) == ("reset", None)
    (gone,) = [e for e in killed.lanes if e.process == lost.process]
    assert gone.last < kill.until - 1


def test_a_harsh_server_loses_slots_and_requests(watch: Any) -> None:
    seen = watch("harshly", Act.RELOAD, Act.END)
    reload, _ = seen[Act.RELOAD]
    assert (reload.usual, reload.lowest, reload.after) == (3, 0, 3)
    assert reload.lost_in_app > 0
    end, ended = seen[Act.END]
    assert end.lost_in_app > 0
    assert ended.ended_at is not None
    assert not ended.survivors


def test_a_gentle_end_lets_requests_finish(watch: Any) -> None:
    end, ended = watch("gently", Act.END)[Act.END]
    assert end.lost_in_app == 0
    assert (ended.catches_term, ended.survivors) == (True, 0)
    assert ended.ended_at is not None
    assert end.lost_waiting + end.lost_later == ended.lost_in_all


def test_a_server_that_does_not_end_is_killed_after_the_grace_period(
    watch: Any,
) -> None:
    end, ended = watch("never", Act.END)[Act.END]
    assert ended.survivors == 4
    assert [sent.signal for sent in ended.sent] == ["SIGTERM", "SIGKILL"]
    assert end.lost_in_app > 0
    assert "still there" in end.sentence


def test_a_server_that_is_process_one_gets_the_signal(watch: Any) -> None:
    needs_namespaces()
    end, ended = watch("gently", Act.END, within=IN_A_NAMESPACE)[Act.END]
    assert [sent.to for sent in ended.sent] == ["process 1 of its PID namespace"]
    assert (ended.catches_term, ended.survivors, end.lost_in_app) == (True, 0, 0)


def test_a_shell_that_is_process_one_does_not_pass_it_on(watch: Any) -> None:
    needs_namespaces()
    shell = *IN_A_NAMESPACE, "sh", "-c", '"$@"; exit', "sh"
    end, ended = watch("gently", Act.END, within=shell)[Act.END]
    assert [sent.signal for sent in ended.sent] == ["SIGTERM", "SIGKILL"]
    assert ended.catches_term is False
    assert ended.survivors > 4
    assert end.lost_in_app > 0
    assert "process 1 has no handler for SIGTERM" in end.sentence


def test_a_long_request_may_be_lost_or_left_alone(watch: Any) -> None:
    lost, seen = watch("impatiently", Act.LONG_REQUEST)[Act.LONG_REQUEST]
    assert (lost.lowest, lost.after, lost.lost_in_app) == (2, 3, 1)
    assert seen.long_stayed is not None
    kept, seen = watch("gently", Act.LONG_REQUEST)[Act.LONG_REQUEST]
    assert (kept.lowest, len(kept.lost), seen.long_stayed) == (3, 0, None)


def test_workers_that_renew_themselves_are_seen(watch: Any) -> None:
    tape, seen = watch("renewing", Act.RECYCLE)[Act.RECYCLE]
    assert tape.lowest < tape.usual == 3
    assert (seen.reason, seen.lost_in_all) == ("", 0)
    tape, seen = watch("gently", Act.RECYCLE)[Act.RECYCLE]
    assert tape.lowest == 3
    assert "no worker was replaced" in seen.reason


def test_a_signal_without_a_handler_is_not_sent(ask: Any) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.LIFE, acts=(Act.RELOAD,))
    (seen,) = evidence.asked[0].tapes
    assert seen.outcome is Outcome.NOT_SUPPORTED
    assert "no handler for SIGHUP" in answer.sentence


def test_without_a_master_the_rest_goes_on(ask: Any) -> None:
    """The control has no master: a killed process is not replaced."""
    (tape,), _ = watched(ask, control(3, 1), 3, Act.KILL)
    assert (tape.usual, tape.lowest, tape.after, tape.lost_in_app) == (3, 2, 2, 1)


def test_a_server_that_closes_after_each_answer_has_no_connections_that_idle(
    ask: Any,
) -> None:
    (tape,), seen = watched(ask, gunicorn("-w", "2"), 2, Act.RELOAD)
    assert seen.idle is not None
    assert (seen.idle.kept, seen.idle.lost, tape.lost_on_idle) == (0, 0, None)
    assert "no connection idles" in tape.sentence


def test_each_connection_that_idles_on_a_reload_is_accounted_for(ask: Any) -> None:
    argv = gthread(1, 4, "--keep-alive", "60")
    (tape,), seen = watched(ask, argv, 4, Act.RELOAD)
    idle = seen.idle
    assert idle is not None
    assert idle.kept == idle.connections == 8
    assert idle.closed + idle.answered + idle.lost == 8
    assert tape.lost_on_idle == idle.lost
    assert "of 8 connections that idled" in tape.sentence
