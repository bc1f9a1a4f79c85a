"""Requests that share a connection, to servers that give it one worker or several."""

import shutil
from typing import Any

import pytest

from harness.plan import catalog
from harness.plan.lookup import find_proxy
from harness.plan.plan import front
from harness.records.choices import Question
from harness.records.http2 import Http2Seen
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import gthread

HTTP2 = Question.HTTP2
BESIDE = {"PYTHONPATH": "{target}"}


def granian(workers: int, threads: int) -> tuple[str, ...]:
    return (
        *("{scripts}/granian", "--interface", "wsgi", "--host", "{host}"),
        *("--port", "{port}", "--workers", str(workers)),
        *("--blocking-threads", str(threads), "app:app"),
    )


def seen(evidence: Any) -> Http2Seen:
    """Return the measured requests that share a connection."""
    (found,) = evidence.asked
    assert isinstance(found, Http2Seen) and found.outcome is Outcome.MEASURED
    assert all(round_.answered == round_.offered for round_ in found.rounds)
    return found


def test_a_single_worker_gives_one_connection_all_its_slots(ask: Any) -> None:
    evidence, answer = ask(granian(1, 3), 3, HTTP2, env=BESIDE)
    found = seen(evidence)
    assert [round_.admitted for round_ in found.rounds] == [1, 3, 3, 3]
    assert [round_.waiting for round_ in found.rounds] == [0, 3, 3, 3]
    assert (answer.answer, answer.number) == ("as many: 3", 3)


def test_one_of_two_workers_has_the_connection(ask: Any) -> None:
    evidence, answer = ask(granian(2, 2), 4, HTTP2, env=BESIDE)
    found = seen(evidence)
    assert [round_.admitted for round_ in found.rounds[1:]] == [2, 2, 2]
    assert {round_.processes for round_ in found.rounds} == {1}
    assert (answer.answer, answer.number) == ("2 of 4", 2)


def test_a_server_limits_the_streams_of_a_connection(ask: Any) -> None:
    argv = *granian(1, 12)[:-1], "--http2-max-concurrent-streams", "10", "app:app"
    evidence, answer = ask(argv, 12, HTTP2, limit=40, env=BESIDE)
    found = seen(evidence)
    assert found.streams == 10
    assert [each.admitted for each in found.rounds[1:]] == [10, 10, 10]
    assert answer.answer == "10 of 12: no more streams are allowed"


@pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")
def test_a_proxy_spreads_the_streams_of_one_connection(ask: Any) -> None:
    known = catalog.load()
    caddy = front(find_proxy(known, "caddy"), "reverse_proxy")
    evidence, answer = ask(control(2, 2), 4, HTTP2, front=caddy)
    assert [round_.admitted for round_ in seen(evidence).rounds] == [1, 4, 4, 4]
    assert {round_.processes for round_ in seen(evidence).rounds[1:]} == {2}
    assert answer.answer == "as many: 4"


def test_a_server_without_http_2_is_not_measured(ask: Any) -> None:
    for argv, declared in ((gthread(1, 2), 2), (control(1, 2), 2)):
        evidence, answer = ask(argv, declared, HTTP2)
        assert evidence.asked[0].outcome is Outcome.NOT_SUPPORTED
        assert "does not speak HTTP/2" in answer.sentence
