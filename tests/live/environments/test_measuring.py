"""The process that measures all environments of one nox process."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness.environments.measuring import Measuring
from harness.environments.measuring import MeasuringEnded
from harness.measure.orders import Order
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.results import read_evidence
from harness.records.words import Outcome


@pytest.fixture
def measuring(tmp_path: Path) -> Iterator[Measuring]:
    with contextlib.closing(Measuring(tmp_path)) as measuring:
        yield measuring


def order(flask: str) -> Order:
    """An environment whose only cell cannot start: only the control is measured."""
    environment = Environment(
        flask=flask, server="none", server_version="1", python="3.11"
    )
    cell = PlannedCell(
        id=f"flask-{flask}/none-1/no/py3.11",
        configuration="no",
        argv=("none",),
        declaration=Declaration(declared=1, because="it says so", source=""),
        not_supported="it is not to be started",
    )
    planned = PlannedEnvironment(
        environment=environment, requirements=(), constraints=(), cells=(cell,)
    )
    return planned, Installed(python=sys.executable)


def process() -> psutil.Process:
    """Return the child process that measures."""
    (found,) = (
        each
        for each in psutil.Process().children()
        if "harness.measure" in each.cmdline()
    )
    return found


def controls(results: Path) -> dict[str, Outcome]:
    """Return the outcome of each environment's control, by the release of Flask."""
    evidence, faults = read_evidence(results)
    assert not faults
    return {
        each.environment.flask: each.control.outcome
        for each in evidence
        if each.control is not None
    }


def test_one_process_measures_one_environment_after_the_other(
    tmp_path: Path, measuring: Measuring
) -> None:
    measuring.measure(order("1"))
    first = process()
    measuring.measure(order("2"))
    assert process() == first
    assert controls(tmp_path) == {"1": Outcome.MEASURED, "2": Outcome.MEASURED}
    measuring.close()
    assert not first.is_running()


def test_if_it_is_killed_one_environment_is_lost(
    tmp_path: Path, measuring: Measuring
) -> None:
    measuring.measure(order("1"))
    process().kill()
    with pytest.raises(MeasuringEnded, match="was ended by SIGKILL"):
        measuring.measure(order("2"))
    measuring.measure(order("3"))
    assert controls(tmp_path) == {"1": Outcome.MEASURED, "3": Outcome.MEASURED}
