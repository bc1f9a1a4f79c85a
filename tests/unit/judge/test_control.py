"""Numbers are published only if the control was measured correctly."""

from typing import Any

import msgspec
import pytest

from harness.records.choices import FailOn
from harness.records.errors import HarnessFailed
from harness.records.words import Outcome
from tests.builders.gate import gate
from tests.builders.reports import judged
from tests.samples.make import cell
from tests.samples.make import CONTROL
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unmeasured

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


CONTROLS: dict[str, dict[str, Any]] = {
    "uneven": {"rounds": rounds(4, (2, 2), [4, 3])},
    "too few": {"rounds": (offer(4, 3, (2, 2)), offer(8, 3, (2, 2)))},
    "too many": {"rounds": (offer(4, 4, (2, 2)), offer(8, 5, (2, 3)))},
    "no bound seen": {"rounds": (offer(4, 4, (2, 2)),)},
    "wrong shape": {"rounds": rounds(4, (1, 4))},
    "no rounds": {"rounds": ()},
    "a broken hold": {"rounds": (*CONTROL.rounds, offer(4, 4, (2, 2), broken=1))},
    "a stalled request": {"rounds": (*CONTROL.rounds, offer(8, 4, (2, 2), stalled=1))},
    "a wrong sum": {"rounds": (*CONTROL.rounds, offer(8, 4, (2, 2), offered=7))},
    "died": {"outcome": Outcome.DIED, "reason": "it was killed"},
}


@pytest.mark.parametrize("name", CONTROLS)
def test_a_wrong_control_removes_every_number(name: str) -> None:
    control = msgspec.structs.replace(CONTROL, **CONTROLS[name])
    one = cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))
    gone = unmeasured(WHERE, "gevent", Outcome.NOT_INSTALLED, "it did not build")
    report = judge([evidence(WHERE, [one, gone], control=control)])
    assert report.cells[0].outcome is Outcome.HARNESS_FAILED
    assert report.cells[0].ceiling is None
    assert "control" in report.cells[0].reason
    assert report.cells[1].outcome is Outcome.NOT_INSTALLED
    assert report.environments[0].control is not Outcome.MEASURED
    with pytest.raises(HarnessFailed, match="sync-4"):
        gate(report, FailOn.HARNESS)


def test_without_a_control_there_are_no_numbers() -> None:
    report = judged(4, rounds(4, (4, 1)), control=None)
    assert report.outcome is Outcome.HARNESS_FAILED
    assert report.reason.startswith("no control")


def test_a_right_control_is_reported_as_right() -> None:
    report = judge([evidence(WHERE, [])])
    assert report.environments[0].control is Outcome.MEASURED
    assert "exactly 4 (2 processes with 2 threads)" in (
        report.environments[0].control_reason
    )


def test_a_wrong_control_affects_its_environment_only() -> None:
    right, wrong = evidence(WHERE, []), evidence(WHERE, [], control=None)
    for order in ([right, wrong], [wrong, right]):
        (environment_report,) = judge(order).environments
        assert environment_report.control is None
