"""What a file of deployments asks for is kept, or it is told why not and what to do."""

from __future__ import annotations

import json

import pytest

from harness.deployment.remedies import explain
from harness.deployment.result import deployment_result
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.badge import badge
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import DIED
from tests.builders.deployments import FAILED
from tests.builders.deployments import FEWER
from tests.builders.deployments import UNEVEN


@pytest.mark.parametrize(
    ("seen", "at_least", "fault"),
    [
        (cell(), None, None),
        (cell(), 8, None),
        (cell(), 9, GateFailed),
        (UNEVEN, None, GateFailed),
        (UNEVEN, 2, None),
        (UNEVEN, 3, GateFailed),
        (FEWER, None, GateFailed),
        (FEWER, 1, GateFailed),
        (cell(verdict=Verdict.MORE), None, None),
        (cell(verdict=Verdict.UNKNOWN), None, NothingMeasured),
        (cell(verdict=Verdict.UNKNOWN), 8, None),
        (cell(outcome=Outcome.NOT_STARTED), 1, CouldNotStart),
        (cell(outcome=Outcome.NOT_ANSWERING), None, CouldNotStart),
        (cell(outcome=Outcome.NOT_INSTALLED), None, CouldNotStart),
        (DIED, None, CouldNotStart),
        (FAILED, None, HarnessFailed),
    ],
)
def test_the_contract(
    seen: CellReport, at_least: int | None, fault: type[HarnessError] | None
) -> None:
    kept = deployment_result(deployment(at_least), seen, None)
    assert kept.fault is fault
    assert bool(kept.reason) == bool(fault)


def test_every_word_of_the_project_has_a_place_in_the_contract() -> None:
    for outcome in set(Outcome) - {Outcome.MEASURED}:
        assert (
            deployment_result(deployment(), cell(outcome=outcome), None).fault
            is not None
        )
    for verdict in Verdict:
        deployment_result(deployment(), cell(verdict=verdict), None)


# -------------------------------------------------------------------------- remedies


def test_a_server_that_goes_to_the_background() -> None:
    gone = "the server exited with status 0 before it answered"
    seen = cell(outcome=Outcome.NOT_STARTED, reason=gone)
    assert "stay in the foreground" in explain(seen, None).reason


# ----------------------------------------------------------------------------- badge


@pytest.mark.parametrize(
    ("seen", "message", "colour"),
    [
        (cell(), "8", "green"),
        (UNEVEN, "8 (seen 2)", "yellow"),
        (FEWER, "3", "red"),
        (DIED, "died", "red"),
        (cell(bounded=False), "at least 8", "green"),
    ],
)
def test_a_badge(seen: CellReport, message: str, colour: str) -> None:
    said = json.loads(badge(seen))
    assert said["schemaVersion"] == 1
    assert (said["message"], said["color"]) == (message, colour)
