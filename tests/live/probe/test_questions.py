"""The other questions, for servers of which the answer is known."""

from typing import Any

import pytest

from harness.probe.questions import overflow
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.seen import Wait
from harness.records.seen import WaitsSeen
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import gthread
from tests.live.commands import odd

# ------------------------------------------------------------------------- self-call


@pytest.mark.parametrize(
    ("shape", "words", "number"),
    [((1, 1), "deadlock", 0), ((1, 3), "yes; deadlock at 3", 1)],
)
def test_a_call_to_its_own_server_needs_a_second_slot(
    ask: Any, shape: tuple[int, int], words: str, number: int
) -> None:
    capacity = shape[0] * shape[1]
    evidence, answer = ask(control(*shape), capacity, Question.SELF_CALL)
    assert (answer.answer, answer.number) == (words, number)
    stuck = evidence.asked[0].rounds[-1]
    assert (stuck.together, stuck.stuck) == (capacity, capacity)


@pytest.mark.parametrize("more", [(), ("--reuse-port",)])
def test_each_worker_gets_its_share_of_calls(ask: Any, more: tuple[str, ...]) -> None:
    """Left to chance, 2 to 8 of them enter, and some of the calls are answered."""
    evidence, answer = ask(gthread(4, 2, *more), 8, Question.SELF_CALL)
    assert (answer.answer, answer.number) == ("yes; deadlock at 8", 1)
    alone, every = evidence.asked[0].rounds
    assert (alone.calls, alone.answered) == (1, 1)
    assert (every.calls, every.together, every.stuck) == (8, 8, 8)


def test_every_call_is_answered_if_there_is_always_a_slot(ask: Any) -> None:
    evidence, answer = ask(control(1, 1, "--unbounded"), None, Question.SELF_CALL)
    assert (answer.answer, answer.number) == ("yes", 8)
    assert [round_.account.answered for round_ in evidence.asked[0].rounds] == [1, 8]


def test_calls_that_are_turned_away_are_no_deadlock(ask: Any) -> None:
    evidence, answer = ask(odd("turns-away"), 3, Question.SELF_CALL)
    assert answer.answer == "unknown"
    last = evidence.asked[0].rounds[-1]
    assert last.failed and not last.stuck


def test_a_server_that_dies_on_a_question_keeps_its_other_results(ask: Any) -> None:
    evidence, answer = ask(odd("dies-calling"), 1, Question.SELF_CALL)
    assert evidence.asked[0].outcome is Outcome.DIED
    assert "while it was asked" in answer.sentence
    assert max(round_.peak for round_ in evidence.rounds) == 1


# ------------------------------------------------------------------------------ waits


GEVENT = (
    *("{python}", "-m", "gunicorn", "--worker-class", "gevent", "--no-control-socket"),
    *("--worker-connections", "4", "--bind", "{host}:{port}"),
    *("--pythonpath", "{target}", "app:app"),
)


def most(evidence: CellEvidence) -> dict[str, int]:
    """Return the highest number at once, by the kind of wait."""
    (asked,) = evidence.asked
    assert isinstance(asked, WaitsSeen)
    return {seen.wait: max(r.peak for r in seen.rounds) for seen in asked.waits}


def test_for_threads_all_waits_are_alike(ask: Any) -> None:
    evidence, answer = ask(control(1, 3), 3, Question.WAITS)
    assert most(evidence) == dict.fromkeys(Wait, 3)
    assert (answer.answer, answer.number) == ("no", 3)


def test_for_greenlets_waits_differ(ask: Any) -> None:
    evidence, answer = ask(GEVENT, 4, Question.WAITS)
    assert most(evidence) == {
        Wait.BLOCKING: 1,
        Wait.LOCK: 4,
        Wait.SLEEP: 4,
        Wait.ASYNC: 1,
        Wait.STREAM: 4,
    }
    assert answer.answer == "blocking: 1; async: 1, 7 of 8 fail"
    for seen in evidence.asked[0].waits:
        for round_ in seen.rounds:
            assert (round_.broken, round_.stalled) == (0, 0)
            entered = round_.offered - round_.account.answered_without_entering
            assert round_.account.answered == entered


# -------------------------------------------------------------------------- overflow


def test_the_listen_backlog_holds_the_documented_number(ask: Any) -> None:
    """Linux admits one more than the number that a server asks for."""
    evidence, answer = ask(odd("short-queue"), 1, Question.OVERFLOW)
    (seen,) = evidence.asked
    assert (seen.in_app, seen.waiting, seen.in_backlog) == (1, 6, 6)
    assert seen.not_opened and seen.came == 1 + 6 + seen.not_opened
    assert seen.served == (1, 2, 3, 4, 5, 6)
    assert seen.account.answered == 7
    assert (answer.answer, answer.number) == ("6 wait in the backlog, then stall", 6)


def test_a_server_with_room_may_still_reverse_the_order(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overflow, "MOST", 40)
    evidence, answer = ask(odd("newest-first"), 1, Question.OVERFLOW)
    (seen,) = evidence.asked
    assert (seen.in_app, seen.waiting, seen.in_backlog) == (1, 40, 0)
    assert seen.served == tuple(range(40, 24, -1))
    assert (answer.answer, answer.number) == ("≥40 wait in the server", 40)
    assert "not enter in the order" in answer.sentence
    assert "No waiting request is lost" in answer.sentence


def test_a_request_that_gets_a_connection_late_does_not_stall(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backlog that is full for a moment is no end: the server goes on accepting."""
    monkeypatch.setattr(overflow, "MOST", 120)
    evidence, answer = ask(odd("takes-all"), 1, Question.OVERFLOW)
    (seen,) = evidence.asked
    assert (seen.waiting, seen.in_backlog, seen.not_opened) == (120, 0, 0)
    assert answer.answer == "≥120 wait in the server"


def test_requests_beyond_the_limit_may_be_turned_away(ask: Any) -> None:
    evidence, answer = ask(odd("turns-away"), 3, Question.OVERFLOW)
    (seen,) = evidence.asked
    assert (seen.in_app, seen.waiting, seen.turned_away) == (3, 0, {"503": 16})
    assert (answer.answer, answer.number) == ("nobody waits, then 503", 0)


def test_a_waiting_request_may_be_lost(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overflow, "MOST", 40)
    evidence, answer = ask(odd("forgets"), 1, Question.OVERFLOW)
    (seen,) = evidence.asked
    lost = seen.waiting + 1 - seen.account.answered
    assert lost and lost == seen.account.reset
    assert f"{lost} waiting requests were never answered" in answer.sentence


def test_without_a_bound_no_request_waits(ask: Any) -> None:
    evidence, answer = ask(control(1, 1, "--unbounded"), None, Question.OVERFLOW)
    (seen,) = evidence.asked
    assert seen.in_app == seen.came and not seen.waiting
    assert (answer.answer, answer.number) == ("nobody waits", 0)


# -------------------------------------------------------------------------- parallel


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (2, 2)])
def test_one_request_of_each_process_computes(ask: Any, shape: tuple[int, int]) -> None:
    evidence, answer = ask(control(*shape), shape[0] * shape[1], Question.PARALLEL)
    assert answer.number == shape[0]
    assert evidence.asked[0].rounds[-1].computing == shape[0] * shape[1]


def test_without_the_lock_of_the_interpreter_each_thread_computes(ask: Any) -> None:
    _, answer = ask(odd("lets-others-compute"), 3, Question.PARALLEL)
    assert answer.number == 3
    assert "even those that share a process" in answer.sentence
