"""The printed command that measures a cell again works where it is printed."""

from pathlib import Path
from typing import Any

import pytest

from harness.cli.reproduce import check_again
from harness.cli.reproduce import NOX
from harness.cli.reproduce import probe_again
from harness.deployment.load import described
from tests.samples import make

WHERE = make.environment("3.1.3", "waitress", "3.0.2")
CELL = make.cell(WHERE, "default", 4)


def again(**other: Any) -> str:
    return probe_again()(make.evidence(WHERE, [CELL], **other), CELL)


@pytest.mark.parametrize("nox", ["nox", "nox -f ../matrix/noxfile.py"])
def test_after_nox_it_is_a_nox_command(
    monkeypatch: pytest.MonkeyPatch, nox: str
) -> None:
    monkeypatch.setenv(NOX, nox)
    assert again() == f"{nox} -s probe -- --only {CELL.id}"


def test_otherwise_it_is_the_installed_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOX, raising=False)
    assert again(limit=9) == f"flask-concurrency probe --only {CELL.id} --limit 9"
    assert again(sources={"Flask": "my flask", "waitress": "./w"}).endswith(
        " --flask 'my flask' --server-release waitress==./w"
    )


def test_a_deployment_is_checked_again_by_the_options_that_describe_it() -> None:
    configured = described(Path(), {"command": "serve {port} & echo", "at-least": 4})
    (deployment,) = configured.deployments
    cell = make.cell(WHERE, deployment.name, 4)
    assert check_again(configured)(make.evidence(WHERE, [cell], limit=9), cell) == (
        "flask-concurrency check --at-least 4 --limit 9 -- serve '{port}' '&' echo"
    )
