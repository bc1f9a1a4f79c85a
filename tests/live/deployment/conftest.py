"""Checks deployments as the command line does, but in this process."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest

from harness.cli import run as run_command
from harness.records.errors import HarnessError
from tests.live.conftest import processes_below

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"


class Checked(NamedTuple):
    """The result of a check."""

    code: int
    message: str
    """The error, if there was one."""
    cells: dict[str, dict[str, Any]]
    """The cells of the report, by deployment."""
    out: str
    results: Path

    def log(self) -> str:
        """Return the output of the server of the deployment ``mine``."""
        (log,) = (self.results / "logs").glob("*mine*.log")
        return log.read_text()


Check = Callable[..., Checked]


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Check:
    """Check the deployments in a folder, and assert that no process is left."""
    # The tested programs are installed beside this interpreter.
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    # Otherwise every program that a check starts would compile its modules again.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)

    def run(folder: Path, *options: str) -> Checked:
        monkeypatch.chdir(folder)
        results = tmp_path / "results"
        cache = ("--results", str(results), "--cache", str(tmp_path / "cache"))
        code, message = 0, ""
        before = processes_below()
        try:
            code = run_command(["check", *cache, *options])
        except HarnessError as error:
            code, message = error.exit_code, str(error)
        assert processes_below() <= before
        report = results / "report.json"
        cells = json.loads(report.read_text())["cells"] if report.exists() else []
        found = {cell["configuration"]: cell for cell in cells}
        return Checked(code, message, found, capsys.readouterr().out, results)

    return run
