"""Slow clients, abandoned requests and ended processes, for known servers."""

from typing import Any

import pytest

from harness.probe.questions import recovery
from harness.probe.questions import slow_clients
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedFront
from harness.records.slow_clients import SilentSeen
from harness.records.slow_clients import SlowWay
from harness.records.steering import Goal
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import gthread
from tests.live.commands import odd

BLOCKING = set(SlowWay) - {SlowWay.IDLE}
"""Slow clients that take a slot of the control, which closes after each answer."""


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer fewer clients than usual, with less patience."""
    monkeypatch.setattr(slow_clients, "MOST_CLIENTS", 4)
    monkeypatch.setattr(slow_clients, "AT_MOST_LARGE", 4)
    monkeypatch.setattr(slow_clients, "WATCHED_SECONDS", 0.2)
    monkeypatch.setattr(recovery, "WATCHED_SECONDS", 2.0)


def admitted(evidence: CellEvidence, way: SlowWay) -> dict[int, int]:
    """Return the number of admitted requests, by the number of slow clients."""
    (asked,) = evidence.asked
    assert isinstance(asked, SilentSeen), asked.reason
    (slow,) = (each for each in asked.ways if each.way is way)
    assert all(step.answered == step.offered for step in slow.steps)
    return {step.clients: step.admitted for step in slow.steps}


# ------------------------------------------------------------------------------ slow


def test_a_slow_client_takes_a_thread(ask: Any) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.SILENT, limit=4)
    for way in BLOCKING:
        assert admitted(evidence, way) == {0: 2, 1: 1, 2: 0}, way
    assert admitted(evidence, SlowWay.IDLE) == {0: 2, 1: 2, 2: 2, 4: 2}
    assert (answer.answer, answer.number) == ("2 shut all others out", 2)
    assert "as many as there are slots shut everyone out" in answer.sentence
    assert "keeping an idle connection take no slot" in answer.sentence


@pytest.mark.parametrize("options", [(), ("--reuse-port",)], ids=["shared", "port"])
def test_workers_that_accept_ahead_are_shut_out_earlier(
    ask: Any, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "WAYS", (SlowWay.HALF_BODY,))
    evidence, answer = ask(gthread(2, 2, *options), 4, Question.SILENT, limit=4)
    steps = evidence.asked[0].ways[0].steps[1:]
    shut_out = {(step.order, step.clients): not step.admitted for step in steps}
    for goal, least in ((Goal.MOST, 4), (Goal.LEAST, 2)):
        assert shut_out[goal, least] and not shut_out[goal, least - 1]
    assert answer.answer == "4 shut all others out, one may wait from 2"


def test_with_a_thread_for_each_connection_nobody_is_shut_out(ask: Any) -> None:
    evidence, answer = ask(control(1, 1, "--unbounded"), None, Question.SILENT, limit=4)
    for way in SlowWay:
        assert admitted(evidence, way) == {0: 4, 1: 4, 2: 4, 4: 4}, way
    assert (answer.answer, answer.number) == ("4 leave room", None)


def test_nginx_keeps_slow_clients_from_the_server_behind(
    ask: Any, nginx: PlannedFront
) -> None:
    evidence, answer = ask(control(1, 1), 1, Question.SILENT, limit=4, front=nginx)
    for way in SlowWay:
        assert admitted(evidence, way) == {0: 1, 1: 1, 2: 1, 4: 1}, way
    assert answer.answer == "4 leave room"


def test_a_server_with_a_timeout_of_its_own_frees_itself(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = (SlowWay.SILENT, SlowWay.READS_NOTHING)
    monkeypatch.setattr(slow_clients, "WAYS", ways)
    monkeypatch.setattr(slow_clients, "WATCHED_SECONDS", 20.0)
    evidence, answer = ask(odd("impatient"), 1, Question.SILENT)
    for way in ways:
        assert admitted(evidence, way) == {0: 1, 1: 0}
    freed = [slow.steps[-1].freed for slow in evidence.asked[0].ways]
    assert [each.closed for each in freed] == [
        1,
        0,
    ]  # a server that reads nothing notices no end
    assert answer.answer.startswith("1 shuts all others out for ")
    assert "until the server frees itself" in answer.sentence


# ------------------------------------------------------------------------- abandoned


def test_an_abandoned_request_keeps_its_slot_and_a_waiting_one_is_run(
    ask: Any,
) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.ABANDONED)
    (asked,) = evidence.asked
    assert (asked.held, asked.kept) == (2, 2)
    assert (asked.waiting, asked.entered_instead) == (4, 0)
    assert (asked.waiting_left, asked.entered_later) == (4, 4)
    assert answer.answer == "keeps its slot; waiting ones run"


def test_waiting_requests_are_dropped_if_the_server_checks_its_clients(
    ask: Any,
) -> None:
    evidence, answer = ask(odd("drops"), 1, Question.ABANDONED)
    (asked,) = evidence.asked
    assert (asked.waiting_left, asked.entered_later) == (4, 0)
    assert asked.after == (1,)
    assert answer.answer == "keeps its slot; waiting ones are dropped"


def test_abandoned_requests_end_if_the_server_watches_its_clients(ask: Any) -> None:
    evidence, answer = ask(odd("follows"), 2, Question.ABANDONED)
    (asked,) = evidence.asked
    assert (asked.held, asked.kept, asked.entered_instead) == (2, 0, 2)
    assert answer.answer.startswith("is ended; ")


# -------------------------------------------------------------------------- recovery


def test_a_worker_is_replaced_and_requests_finish(ask: Any) -> None:
    evidence, answer = ask(odd("replaces"), 2, Question.RECOVERY)
    killed, terminated = evidence.asked[0].killed, evidence.asked[0].terminated
    assert (killed.held, killed.lost, killed.lost_account.reset) == (2, 1, 1)
    assert (killed.others_kept, killed.new_processes) == (1, 1)
    assert killed.before == killed.after == (2, 2, 2, 2, 2)
    assert (terminated.held, terminated.kept) == (2, 2)
    assert terminated.held_account.answered == 2
    assert (terminated.waiting, terminated.waiting_account.reset) == (4, 4)
    assert terminated.ended == "the server exited with status 0"
    assert answer.answer == "replaced; finishes"


def test_a_worker_is_not_replaced_and_requests_are_cut_off(ask: Any) -> None:
    evidence, answer = ask(control(2, 2), 4, Question.RECOVERY)
    killed, terminated = evidence.asked[0].killed, evidence.asked[0].terminated
    assert not killed.first
    assert (killed.held, killed.lost, killed.others_kept) == (4, 2, 2)
    assert (killed.before, killed.after) == ((4,) * 5, (2,) * 5)
    assert killed.new_processes == 0
    # The first of two processes that share the work is killed; the other goes on.
    assert terminated.held_account.reset == terminated.held_account.answered == 2
    assert terminated.waiting_account.answered == 4
    assert answer.answer.startswith("2 of 4 slots left; ")


def test_a_server_of_one_process_ends_with_it(ask: Any) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.RECOVERY)
    killed, terminated = evidence.asked[0].killed, evidence.asked[0].terminated
    assert (killed.first, killed.lost, killed.after) == (True, 2, ())
    assert killed.ended == "the server was ended by SIGKILL"
    assert (terminated.kept, terminated.held_account.reset) == (0, 2)
    assert terminated.waiting_account.reset == 4
    assert answer.answer == "ends; cut off"


def test_nginx_answers_for_a_worker_that_was_killed(
    ask: Any, nginx: PlannedFront
) -> None:
    evidence, answer = ask(odd("replaces"), 2, Question.RECOVERY, front=nginx)
    killed, terminated = evidence.asked[0].killed, evidence.asked[0].terminated
    assert killed.lost_statuses == terminated.waiting_statuses == (502,)
    assert (killed.lost_account.failed, killed.new_processes) == (1, 1)
    assert terminated.ended == "the server behind nginx exited with status 0"
    assert answer.answer == "replaced; finishes"


def test_a_server_that_ignores_sigterm_is_reported(ask: Any) -> None:
    evidence, answer = ask(odd("stubborn"), 2, Question.RECOVERY)
    terminated = evidence.asked[0].terminated
    assert terminated.held_account.answered == terminated.kept == 2
    assert (terminated.waiting_account.answered, terminated.ended) == (4, "")
    assert answer.sentence.endswith("then it does not end.")
    assert evidence.outcome is Outcome.MEASURED
