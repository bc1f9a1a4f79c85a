"""Wheels come along with the plan that names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.environments.wheels import bring_wheels
from harness.records import files
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.results import plan_path
from harness.records.results import read_plan
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds

WHERE = environment("3.1.3", "gunicorn", "27.0.1")
ONE = evidence(WHERE, [cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))])


def planned_with(wheel: str) -> Plan:
    """A plan that needs a wheel."""
    built = Built(package="Flask", version="1+git.a", origin="./flask", wheel=wheel)
    environment = PlannedEnvironment(
        environment=WHERE,
        requirements=(),
        built=(built,),
        constraints=(),
        cells=(),
    )
    return Plan(environments=(environment,))


def test_wheels_come_along_with_a_plan(tmp_path: Path) -> None:
    plan = planned_with("wheels/0a/flask.whl")
    there, here = tmp_path / "there" / "wheels" / "0a", tmp_path / "here"
    there.mkdir(parents=True)
    (there / "flask.whl").write_bytes(b"wheel")
    for _ in range(2):
        bring_wheels(plan, tmp_path / "there", here)
        assert (here / "wheels" / "0a" / "flask.whl").read_bytes() == b"wheel"
    bring_wheels(plan, here, here)


def test_a_wheel_that_did_not_come_along_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Flask 1.git.a from it: copy the folder"):
        bring_wheels(planned_with("wheels/0a/flask.whl"), tmp_path, tmp_path)


@pytest.mark.parametrize(
    "wheel", ["../flask.whl", "/wheels/0a/f.whl", "wheels/../f.whl"]
)
def test_a_plan_names_no_file_elsewhere(tmp_path: Path, wheel: str) -> None:
    files.write(plan_path(tmp_path), planned_with(wheel))
    with pytest.raises(UsageError, match="wheel"):
        read_plan(plan_path(tmp_path))
