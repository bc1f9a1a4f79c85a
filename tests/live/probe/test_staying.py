"""Long-lived clients, for servers of which it is known what these clients take."""

from typing import Any

import pytest

from harness.probe.questions import staying
from harness.records.choices import Question
from harness.records.plan import PlannedFront
from harness.records.staying import OwnRoutes
from harness.records.staying import StayStep
from harness.records.steering import Goal
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import gthread
from tests.live.commands import gunicorn
from tests.live.commands import odd

UNBOUNDED = control(1, 1, "--unbounded")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer fewer clients than usual, with less patience."""
    monkeypatch.setattr(staying, "MOST_CLIENTS", 4)
    monkeypatch.setattr(staying, "WATCHED_SECONDS", 0.2)


def steps(evidence: Any) -> dict[int, StayStep]:
    """Return the steps, by the number of clients that stayed."""
    (seen,) = evidence.asked
    assert seen.outcome is Outcome.MEASURED, seen.reason
    assert all(step.answered == step.offered for step in seen.steps)
    return {step.clients: step for step in seen.steps}


# --------------------------------------------------------------------------- uploads


def test_a_slow_upload_takes_a_slot_if_the_app_reads_it(ask: Any) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.UPLOADS, limit=4)
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 2, 1: 1, 2: 0}
    assert (seen[1].in_app, seen[2].in_app) == (1, 2)
    assert (answer.answer, answer.number) == ("2 shut all others out", 2)
    assert "takes a slot" in answer.sentence
    assert "called before the whole body has arrived" in answer.sentence


def test_a_slow_upload_takes_nothing_if_the_server_reads_bodies_first(
    ask: Any, nginx: PlannedFront
) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.UPLOADS, limit=4, front=nginx)
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 2, 2: 2, 4: 2}
    assert {step.in_app for step in seen.values()} == {0}
    assert (answer.answer, answer.number) == ("4 leave room", None)
    assert "not called until the whole body has arrived" in answer.sentence


def test_a_byte_now_and_then_keeps_a_server_from_giving_up(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staying, "WATCHED_SECONDS", 5.0)
    _, slow = ask(odd("impatient"), 1, Question.UPLOADS, limit=4)
    assert slow.answer == "1 shuts all others out"
    monkeypatch.setattr(staying, "BEAT_SECONDS", 60.0)
    _, silent = ask(odd("impatient"), 1, Question.UPLOADS, limit=4)
    assert silent.answer.startswith("1 shuts all others out for ")


def test_a_route_of_the_app_never_gets_a_whole_upload(ask: Any) -> None:
    own = OwnRoutes(upload_to="/read")
    evidence, answer = ask(control(1, 2), 2, Question.UPLOADS, limit=4, own=own)
    assert {step.in_app for step in steps(evidence).values()} == {None}
    assert answer.answer == "2 shut all others out"
    _, other = ask(
        *(control(1, 2), 2, Question.UPLOADS), own=OwnRoutes(upload_to="/nothing")
    )
    assert other.answer == "unknown"
    assert "/nothing answered 404 at once" in other.sentence


# ---------------------------------------------------------------------------- events


def test_an_open_stream_takes_a_slot(ask: Any) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.EVENTS, limit=4)
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 2, 1: 1, 2: 0}
    assert (seen[2].in_app, seen[2].begun) == (2, 2)
    assert (answer.answer, answer.number) == ("2 shut all others out", 2)
    asked = evidence.asked[0]
    assert (asked.open, asked.live, asked.left) == (2, 2, (2, 0))
    assert "keeps its slot until the next event is sent" in answer.sentence


def test_with_a_thread_for_each_connection_streams_take_nothing(ask: Any) -> None:
    evidence, answer = ask(UNBOUNDED, None, Question.EVENTS, limit=4)
    admitted = {n: step.admitted for n, step in steps(evidence).items()}
    assert admitted == {0: 4, 1: 4, 2: 4, 4: 4}
    assert (answer.answer, answer.number) == ("4 leave room", None)


@pytest.mark.parametrize("options", [(), ("--reuse-port",)], ids=["shared", "port"])
def test_workers_that_accept_ahead_are_shut_out_earlier(
    ask: Any, options: tuple[str, ...]
) -> None:
    evidence, answer = ask(gthread(2, 2, *options), 4, Question.EVENTS, limit=4)
    (seen,) = evidence.asked
    admitted = {(step.order, step.clients): step.admitted for step in seen.steps[1:]}
    assert admitted == {
        (Goal.MOST, 4): 0,
        (Goal.MOST, 3): 1,
        (Goal.LEAST, 2): 0,
        (Goal.LEAST, 1): 1,
    }
    assert answer.answer == "4 shut all others out, one may wait from 2"


def test_workers_that_accept_what_they_run_need_no_chosen_order(ask: Any) -> None:
    evidence, answer = ask(control(2, 2), 4, Question.EVENTS, limit=4)
    assert {n: step.admitted for n, step in steps(evidence).items()} == {
        0: 4,
        4: 0,
        3: 1,
    }
    assert {step.order for step in evidence.asked[0].steps} == {None}
    assert answer.answer == "4 shut all others out"


def test_a_proxy_that_buffers_holds_events_back(ask: Any, nginx: PlannedFront) -> None:
    evidence, answer = ask(control(1, 2), 2, Question.EVENTS, limit=4, front=nginx)
    seen = steps(evidence)
    assert (seen[2].in_app, seen[2].admitted) == (2, 0)
    assert (evidence.asked[0].open, evidence.asked[0].live) == (2, 0)
    assert answer.answer == "2 shut all others out; events held back"


def test_a_stream_ends_at_once_if_the_server_watches_its_clients(ask: Any) -> None:
    evidence, answer = ask(odd("follows"), 2, Question.EVENTS, limit=4)
    assert evidence.asked[0].left == (0,)
    assert "whose client has left ends at once" in answer.sentence


def test_a_path_of_the_app_that_does_not_stream_is_unknown(ask: Any) -> None:
    own = OwnRoutes(events_at="/ready")
    _, answer = ask(control(1, 2), 2, Question.EVENTS, limit=4, own=own)
    assert answer.answer == "unknown"
    assert "/ready answered 200 at once" in answer.sentence


# --------------------------------------------------------------------------- sockets


def with_sockets(*options: str) -> tuple[str, ...]:
    """Return a command of gunicorn with an app that has Flask-Sock."""
    return *gunicorn(*options)[:-1], "with_flask_sock:app"


def test_an_open_socket_takes_a_thread(ask: Any) -> None:
    evidence, answer = ask(with_sockets("--threads", "2"), 2, Question.SOCKETS, limit=4)
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 2, 1: 1, 2: 0}
    assert (seen[2].begun, seen[2].in_app) == (2, None)
    assert (answer.answer, answer.number) == ("2 shut all others out", 2)


def test_greenlets_leave_room_beside_sockets(ask: Any) -> None:
    evidence, answer = ask(
        with_sockets("-k", "gevent"), None, Question.SOCKETS, limit=4
    )
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 4, 1: 4, 2: 4, 4: 4}
    assert (seen[4].begun, answer.answer) == (4, "4 leave room")


@pytest.mark.parametrize(
    ("options", "mode", "shut_out"),
    [(("--threads", "2"), "threading", 2), (("-k", "gevent"), "gevent", None)],
)
def test_sockets_of_socketio_take_threads(
    ask: Any, options: tuple[str, ...], mode: str, shut_out: int | None
) -> None:
    argv = *gunicorn(*options)[:-1], "with_flask_socketio:app"
    env = {"FLASK_CONCURRENCY_SOCKETS": mode}
    _, answer = ask(argv, shut_out, Question.SOCKETS, limit=4, env=env)
    assert answer.number == shut_out


def test_an_app_without_sockets_is_not_measured(ask: Any) -> None:
    evidence, answer = ask(gthread(1, 2), 2, Question.SOCKETS)
    assert evidence.asked[0].outcome is Outcome.NOT_SUPPORTED
    assert "write where it has one, such as socket-at" in answer.sentence


def test_sockets_that_cannot_be_opened_are_reported(ask: Any) -> None:
    waitress = ("{scripts}/waitress-serve", "--listen", "{host}:{port}")
    argv = *waitress, "with_flask_sock:app"
    env = {"PYTHONPATH": "{target}"}
    _, answer = ask(argv, 4, Question.SOCKETS, env=env)
    assert answer.answer == "unknown"
    assert "none stayed: the route answered 500 at once" in answer.sentence


# ----------------------------------------------------------------------------- polls


def with_socketio(*options: str) -> tuple[str, ...]:
    """Return a command of gunicorn with an app that has Flask-SocketIO."""
    return *gunicorn(*options)[:-1], "with_flask_socketio:app"


def test_a_client_that_polls_takes_a_thread(ask: Any) -> None:
    env = {"FLASK_CONCURRENCY_SOCKETS": "threading"}
    argv = with_socketio("--threads", "2")
    evidence, answer = ask(argv, 2, Question.POLLS, limit=4, env=env)
    seen = steps(evidence)
    assert {n: step.admitted for n, step in seen.items()} == {0: 2, 1: 1, 2: 0}
    assert (answer.answer, answer.number) == ("2 shut all others out", 2)
    assert "Each client that polls takes a slot" in answer.sentence
    # The app does not notice that a client has left, and a poll lasts up to 25 s.
    assert evidence.asked[0].kept_seconds > 2
    assert "polls stay in the app until they end by themselves" in answer.sentence


def test_greenlets_leave_room_beside_clients_that_poll(ask: Any) -> None:
    env = {"FLASK_CONCURRENCY_SOCKETS": "gevent"}
    argv = with_socketio("-k", "gevent")
    evidence, answer = ask(argv, None, Question.POLLS, limit=4, env=env)
    admitted = {n: step.admitted for n, step in steps(evidence).items()}
    assert admitted == {0: 4, 1: 4, 2: 4, 4: 4}
    assert answer.answer == "4 leave room"


def test_an_app_without_socketio_is_not_measured(ask: Any) -> None:
    evidence, answer = ask(gthread(1, 2), 2, Question.POLLS)
    assert evidence.asked[0].outcome is Outcome.NOT_SUPPORTED
    assert "write where it has it, such as polls-at" in answer.sentence


def test_sessions_unknown_to_other_workers_are_reported(ask: Any) -> None:
    env = {"FLASK_CONCURRENCY_SOCKETS": "threading"}
    argv = with_socketio("--workers", "4")
    evidence, answer = ask(argv, 4, Question.POLLS, limit=4, env=env)
    assert evidence.asked[0].outcome is Outcome.NOT_SUPPORTED
    assert "each has sessions of its own" in answer.sentence
