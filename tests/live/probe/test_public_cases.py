"""Public reports of health checks that failed under load can be reproduced.

The settings of health checks are those of the report, or else the defaults of
Kubernetes.
"""

from typing import Any

import pytest

from harness.records.choices import Question
from harness.records.health import HealthCheck
from tests.live.commands import gthread

PROBES = Question.PROBES


def test_a_liveness_check_shares_the_threads_of_waitress(ask: Any) -> None:
    """In jwbron/egg#2414, 24 threads are all busy and the container is killed.

    Three checks run into their timeout.
    """
    argv = (
        *("{scripts}/waitress-serve", "--listen", "{host}:{port}"),
        *("--threads", "24", "app:app"),
    )
    health = HealthCheck(timeout=5.0)
    env = {"PYTHONPATH": "{target}"}
    evidence, answer = ask(argv, 24, PROBES, limit=24, health=health, env=env)
    assert answer.answer == "waits from 24; restarted after 25 to 35 s"
    assert answer.number == 24
    steps = {step.held: step for step in evidence.asked[0].steps}
    assert (steps[23].answered, steps[24].answered) == (True, False)


@pytest.mark.parametrize(
    ("workers", "threads", "words"),
    [
        (2, 4, "waits from 4, always from 8; restarted after 21 to 31 s"),
        (1, 8, "waits from 8; restarted after 21 to 31 s"),
    ],
)
def test_two_workers_of_four_threads_starve_a_check_before_one_of_eight(
    ask: Any, workers: int, threads: int, words: str
) -> None:
    """From aks129/HealthClawGuardrails#219 and #573.

    With 2 x 4 threads the check starves for good at eight requests, and sometimes from
    six on. With 1 x 8 it does not starve before all eight are taken.
    """
    evidence, answer = ask(gthread(workers, threads), 8, PROBES)
    assert answer.answer == words
    least = 4 if workers == 2 else 8
    for step in evidence.asked[0].steps:
        assert step.answered or step.held >= least
        assert not step.answered or step.held < 8
