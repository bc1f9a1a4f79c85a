"""Requests that are on their way to the app although the server is quiet."""

from harness.records.plan import PlannedFront
from harness.records.words import Outcome
from tests.live.commands import gthread
from tests.live.conftest import Measure


def test_connections_to_a_full_backlog_are_waited_for(
    measure: Measure, nginx: PlannedFront
) -> None:
    """The kernel retries them after a second, in which everybody sleeps."""
    command = gthread(1, 150, "--worker-connections", "1000", "--backlog", "64")
    evidence = measure(command, declared=150, front=nginx)
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")
    at = [round_ for round_ in evidence.rounds if round_.asked >= 150]
    assert [each.admitted for each in at] == [150] * len(at)
    assert [round_.late for round_ in evidence.rounds] == [0] * len(evidence.rounds)
    assert evidence.restarts == 0
