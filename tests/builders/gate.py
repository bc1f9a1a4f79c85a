"""The gate as a function that lets a run pass, or raises."""

from collections.abc import Sequence

from harness.judge.gate import DeploymentResult
from harness.judge.gate import fault_of
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.report import Report


def gate(
    report: Report,
    fail_on: FailOn | None,
    changes: Changes | None = None,
    deployments: Sequence[DeploymentResult] = (),
) -> None:
    """Raise the error that fails a run, if there is one."""
    fault = fault_of(report, fail_on, changes, deployments)
    if fault is not None:
        raise fault
