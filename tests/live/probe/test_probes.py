"""Health checks of servers of which it is known when a check waits."""

from typing import Any

from harness.records.choices import Question
from harness.records.health import CheckBy
from harness.records.health import CheckOrder
from harness.records.health import HealthCheck
from harness.records.health import HealthStep
from harness.records.health import ProbesSeen
from harness.records.words import Outcome
from harness.system.ports import free_ports
from tests.live.commands import control
from tests.live.commands import odd

PROBES = Question.PROBES


def steps(evidence: Any) -> tuple[HealthStep, ...]:
    """Return the measured steps of a health check."""
    (seen,) = evidence.asked
    assert isinstance(seen, ProbesSeen)
    return seen.steps


def test_a_check_waits_once_all_slots_are_taken_and_not_before(ask: Any) -> None:
    evidence, answer = ask(control(1, 3), 3, PROBES)
    assert answer.answer == "waits from 3; restarted after 21 to 31 s"
    assert answer.number == 3
    seen = {step.held: step for step in steps(evidence)}
    assert [seen[n].answered for n in (0, 2, 3, 7)] == [True, True, False, False]
    assert (seen[3].behind, seen[7].behind) == (1, 5)
    assert (seen[3].in_app, seen[3].tcp) == (3, True)


def test_a_check_is_answered_if_there_is_always_a_slot(ask: Any) -> None:
    evidence, answer = ask(control(1, 1, "--unbounded"), None, PROBES)
    assert (answer.answer, answer.number) == ("answered", None)
    assert all(step.answered for step in steps(evidence))


def test_a_full_worker_may_get_the_check_while_another_has_room(ask: Any) -> None:
    evidence, answer = ask(odd("greedy"), 8, PROBES)
    words = "waits from 4, always from 8; restarted after 21 to 31 s"
    assert (answer.answer, answer.number) == (words, 4)
    assert "behind 9 when 4 more wait" in answer.sentence


def test_workers_that_accept_one_at_a_time_leave_the_check_to_free_ones(
    ask: Any,
) -> None:
    _, answer = ask(control(2, 2), 4, PROBES)
    assert answer.answer == "waits from 4; restarted after 21 to 31 s"


def test_a_separate_health_port_answers_with_all_slots_taken(ask: Any) -> None:
    (port,) = free_ports("127.0.0.1", 1)
    health = HealthCheck(path="/healthz", port=port)
    env = {"HEALTH_PORT": str(port)}
    _, answer = ask(odd("health-port"), 2, PROBES, health=health, env=env)
    assert answer.answer == "answered"
    assert f"on port {port} is answered" in answer.sentence
    _, beside = ask(odd("health-port"), 2, PROBES, env=env)
    assert beside.number == 2


def test_a_port_of_another_program_is_not_checked(ask: Any) -> None:
    evidence, answer = ask(control(1, 1), 1, PROBES, health=HealthCheck(port=9))
    assert evidence.asked[0].outcome is Outcome.NOT_SUPPORTED
    assert "no process of this server listens on port 9" in answer.sentence


def test_a_tcp_check_succeeds_even_if_nothing_else_is_answered(ask: Any) -> None:
    health = HealthCheck(by=CheckBy.TCP)
    _, answer = ask(control(1, 2), 2, PROBES, health=health)
    assert answer.answer == "answered"
    assert "though no request is answered" in answer.sentence
    _, open_to_all = ask(control(1, 1, "--unbounded"), None, PROBES, health=health)
    assert "a request is answered too" in open_to_all.sentence


def test_a_health_check_that_fails_without_load_is_reported(ask: Any) -> None:
    _, answer = ask(control(1, 2), 2, PROBES, health=HealthCheck(path="/nothing"))
    assert answer.answer == "fails when idle: 404"


def test_an_answer_after_the_timeout_is_too_slow(ask: Any) -> None:
    health = HealthCheck(path="/healthz", timeout=0.5)
    _, answer = ask(odd("slow-health"), 2, PROBES, health=health)
    assert answer.answer == "too slow when idle"
    _, patient = ask(
        odd("slow-health"), 2, PROBES, health=HealthCheck(path="/healthz", timeout=60)
    )
    assert patient.answer == "waits from 2; restarted after 180 to 190 s"


REUSE_PORT = (
    *("{python}", "-m", "gunicorn", "--no-control-socket", "--reuse-port"),
    *("--workers", "2", "--threads", "3", "--bind", "{host}:{port}"),
    *("--pythonpath", "{target}", "app:app"),
)


def test_with_a_socket_for_each_worker_the_source_port_decides(ask: Any) -> None:
    evidence, answer = ask(REUSE_PORT, 6, PROBES)
    assert answer.answer.startswith("waits from 3, always from 6;")
    assert CheckOrder.CHANCE not in {step.order for step in steps(evidence)}


def test_a_health_check_may_be_turned_away(ask: Any) -> None:
    evidence, answer = ask(odd("turns-away"), 3, PROBES)
    assert answer.answer == "fails from 3 with 503; restarted after 21 to 31 s"
    assert steps(evidence)[0].answered
