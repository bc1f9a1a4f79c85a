"""``report`` shows a stored check as the check itself showed it."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.judge.judge import judge
from harness.records import files
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.results import CHECK
from harness.records.results import REPORT
from harness.records.results import write_evidence
from tests.samples import make

Capture = pytest.CaptureFixture[str]

WHERE = make.environment("3.1.3", "gunicorn", "27.0.1")
UNEVEN = make.cell(WHERE, "web", 8, make.rounds(8, (2, 4), (4, 8)))

AGAIN = "flask-concurrency check -- serve"

WHY = "at-least: 6 required, but sometimes only 4 were in the app at once; add workers"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of results with evidence and a report."""
    evidence = make.evidence(WHERE, [UNEVEN])
    write_evidence(tmp_path, evidence)
    files.write(tmp_path / REPORT, judge([evidence], lambda *_: AGAIN))
    return tmp_path


def check(
    results: Path, exit_code: int, reason: str = WHY, brief: str = ""
) -> list[str]:
    """Store the result of a check, and return the command that shows it."""
    one = CheckedDeployment(
        name="web",
        exit_code=min(exit_code, 1),
        reason=reason,
        remedy="add workers",
        at_least=6,
        file="",
        line=0,
    )
    result = CheckResult(
        exit_code=exit_code, reason=reason, brief=brief, deployments=(one,)
    )
    files.write(results / CHECK, result)
    return ["report", "--results", str(results)]


def test_a_stored_check_is_shown_with_its_promise(
    results: Path, capsys: Capture
) -> None:
    assert main(check(results, 1)) == 1
    said = capsys.readouterr()
    assert f"again: {AGAIN}" in said.out and "what to do: add workers" in said.out
    last = said.out.splitlines()[-1]
    assert last.startswith("failed: web handles") and last.endswith("the required 6")
    assert WHY in said.err
    page = (results / "report.md").read_text()
    assert "**at least 6**, of the 8 that it declares" in page


def test_a_stored_check_that_passed_fails_a_stricter_gate(
    results: Path, capsys: Capture
) -> None:
    words = check(results, 0, "")
    assert main([*words, "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["cells"][0]["reproduce"] == AGAIN
    assert main([*words, "--fail-on", "uneven"]) == 1
    assert "failed: --fail-on uneven matches 1 of 1 cell" in capsys.readouterr().out


def test_a_stored_check_that_was_interrupted_says_so(
    results: Path, capsys: Capture
) -> None:
    were = "1 of 2 deployments were measured"
    assert main(check(results, 130, f"interrupted; {were}", were)) == 130
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "interrupted: 1 of 2 deployments were measured"


def test_a_stored_check_is_compared_with_a_baseline(
    results: Path, capsys: Capture
) -> None:
    before = str(results / REPORT)
    words = [*check(results, 0, ""), "--baseline", before]
    assert main([*words, "--fail-on", "change"]) == 0
    assert "Compared with the run of" in capsys.readouterr().out
    page = (results / "report.md").read_text()
    assert page.startswith("### Since the baseline") and "## " in page


def test_without_the_result_of_a_check_cells_are_judged(
    results: Path, capsys: Capture
) -> None:
    assert main(["report", "--results", str(results)]) == 0
    said = capsys.readouterr().out
    assert f"--only {UNEVEN.id}" in said and AGAIN not in said
