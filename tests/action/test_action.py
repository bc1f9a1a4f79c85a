"""The action, used in a user's workflow and run by act."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import NewRunner
from .runner import NOTE_STEPS
from .runner import OURS
from .runner import Runner
from .runner import WorkflowRun

HERE = ".".join(map(str, sys.version_info[:2]))

WORKFLOW = f"""
on: push
permissions:
  contents: read
jobs:
  defaults:
    runs-on: ubuntu-24.04
    env:
      # Variables that a job may have set, and that must not change the harness.
      PYTHONPATH: .
      UV_SYSTEM_PYTHON: "1"
      PIP_USER: "1"
      GUNICORN_CMD_ARGS: --workers 7
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - run: |
          {{ env | grep -v -e ^GITHUB_ -e ^_= | sort; pwd
            git status --short --ignored; find "$HOME" | sort; }} > "$NOTES/before"
      - uses: {OURS}@v1
        id: first
        with:
          catalog: our sërvers
      - uses: {OURS}@v1
        id: second
        with:
          only: |
            flask-*/odd-*/exact/*
            flask-*/odd-*/boasts/*
          flask: 3.1.3
          servers: odd, werkzeug
          python-version: "{HERE}"
          limit: 8
          jobs: 1
          fail-on: never
          catalog: sërvers
          working-directory: our sërvers/..
          results: rësults of it
          artifact-name: all of it
          summary: false
      - run: |
          rm -r "rësults of it"
          {{ env | grep -v -e ^GITHUB_ -e ^_= | sort; pwd
            git status --short --ignored; find "$HOME" | sort; }} > "$NOTES/after"
{NOTE_STEPS}
  odd:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: {OURS}@v1
        id: fewer
        continue-on-error: true
        with:
          catalog: our sërvers
          only: "*/odd-*/exact/* */odd-*/boasts/* */odd-*/forges/* */odd-*/hangs/*"
          fail-on: fewer
{NOTE_STEPS}
  regression:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: {OURS}@v1
        id: before
        with:
          catalog: our sërvers
          only: "*/odd-*/exact/* */odd-*/forges/*"
      - run: sed -i '/"exact"/,/^declared/s/"2"/"1"/' "our sërvers/servers/odd.toml"
      - uses: {OURS}@v1
        id: now
        continue-on-error: true
        with:
          catalog: our sërvers
          only: "*/odd-*/exact/* */odd-*/forges/* */odd-*/boasts/*"
          baseline: ${{{{ steps.before.outputs.report }}}}
          fail-on: regression
{NOTE_STEPS}
  crash:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: {OURS}@v1
        id: crashed
        continue-on-error: true
        with:
          catalog: our sërvers
          only: "*/odd-*/exact/* */odd-*/kills/* */odd-*/left/*"
{NOTE_STEPS}
  uneven:
    runs-on: ubuntu-24.04
    steps:
      - uses: {OURS}@v1
        id: lenient
        with:
          only: flask-3.1.3/gunicorn-27*/gthread-4x2/*
          fail-on: fewer
      - uses: {OURS}@v1
        id: strict
        continue-on-error: true
        with:
          only: flask-3.1.3/gunicorn-27*/gthread-4x2/*
          fail-on: uneven
{NOTE_STEPS}
  refused:
    runs-on: ubuntu-24.04
    steps:
      - uses: {OURS}@v1
        id: refused
        with:
          fail-on: "sometimes\\n::error::forged"
{NOTE_STEPS}
"""
WORKFLOW = WORKFLOW.replace("catalog: sërvers", "catalog: our sërvers")


@pytest.fixture(scope="module")
def runner(new_runner: NewRunner) -> Runner:
    """A runner whose repository has modules named like ours."""
    runner = new_runner("action")
    runner.shadow_our_modules()
    return runner


@pytest.fixture(scope="module")
def run(runner: Runner) -> WorkflowRun:
    """The one run of the workflow."""
    return runner.run(WORKFLOW)


def cells(report: Path) -> dict[str, dict[str, Any]]:
    """Return the cells of a report, by configuration."""
    found = json.loads(report.read_text())["cells"]
    return {cell["configuration"]: cell for cell in found}


def artifacts(runner: Runner) -> set[str]:
    """Return the names of all artifacts."""
    return {path.name for path in runner.artifacts.iterdir()}


def test_jobs_succeed_or_fail_as_their_gates_say(run: WorkflowRun) -> None:
    assert run.results() == {
        "defaults": "success",
        "odd": "success",
        "regression": "success",
        "crash": "success",
        "uneven": "success",
        "refused": "failure",
    }


def test_defaults_measure_the_selection_and_set_outputs(
    runner: Runner, run: WorkflowRun
) -> None:
    outputs = runner.step("defaults", "first")["outputs"]
    assert outputs["passed"] == "true"
    assert outputs["verdict"] == "as declared"
    assert json.loads(outputs["counts"]) == {"as declared": 1}
    assert re.fullmatch(r"flask-concurrency-matrix-\w{8}", outputs["artifact-name"])
    kept = runner.artifacts / outputs["artifact-name"]
    assert set(cells(kept / "report.json")) == {"run-without-threads"}
    assert {"plan.json", "report.md", "evidence", "logs"} <= {
        path.name for path in kept.iterdir()
    }
    assert Path(outputs["report"]).is_absolute()
    assert "rësults" not in outputs["report"]


def test_every_input_takes_effect(runner: Runner, run: WorkflowRun) -> None:
    outputs = runner.step("defaults", "second")["outputs"]
    kept = runner.artifacts / "all of it"
    found = cells(kept / "report.json")
    assert {name: cell["verdict"] for name, cell in found.items()} == {
        "exact": "as declared",
        "boasts": "fewer",
    }
    assert {cell["python"] for cell in found.values()} == {HERE}
    assert json.loads((kept / "report.json").read_text())["limit"] == 8
    assert Path(outputs["report"]).parent.name == "rësults of it"
    assert outputs["verdict"] == "fewer"
    assert outputs["passed"] == "true", "fail-on: never"
    assert outputs["artifact-name"] == "all of it"


def test_the_report_is_the_only_job_summary(runner: Runner, run: WorkflowRun) -> None:
    (summary,) = run.summary("defaults")
    kept = runner.step("defaults", "first")["outputs"]["artifact-name"]
    assert summary == (runner.artifacts / kept / "report.md").read_text()


def test_the_environment_of_the_caller_is_untouched(
    runner: Runner, run: WorkflowRun
) -> None:
    before = (runner.notes / "before").read_text()
    assert (runner.notes / "after").read_text() == before
    assert "\nPATH=/usr/local/bin:/usr/bin:/bin\n" in before


def test_a_finding_fails_the_step_by_default(runner: Runner, run: WorkflowRun) -> None:
    fewer = runner.step("odd", "fewer")
    assert fewer["outcome"] == "failure"
    assert fewer["outputs"]["passed"] == "false"
    kept = runner.artifacts / fewer["outputs"]["artifact-name"]
    found = cells(kept / "report.json")
    assert {
        name: (cell["outcome"], cell["verdict"]) for name, cell in found.items()
    } == {
        "exact": ("measured", "as declared"),
        "boasts": ("measured", "fewer"),
        "forges": ("not started", "unknown"),
        "hangs": ("not answering", "unknown"),
    }
    assert fewer["outputs"]["verdict"] == "not answering"


def test_uneven_fails_only_if_the_gate_names_it(
    runner: Runner, run: WorkflowRun
) -> None:
    lenient, strict = (runner.step("uneven", each) for each in ("lenient", "strict"))
    assert lenient["outputs"]["verdict"] == strict["outputs"]["verdict"] == "uneven"
    assert (lenient["outcome"], lenient["outputs"]["passed"]) == ("success", "true")
    assert (strict["outcome"], strict["outputs"]["passed"]) == ("failure", "false")


def test_a_gate_that_ignores_findings_passes(runner: Runner, run: WorkflowRun) -> None:
    before = runner.step("regression", "before")
    assert before["outcome"] == "success"
    assert before["outputs"]["verdict"] == "not started"


def test_a_regression_fails_the_gate_on_changes(
    runner: Runner, run: WorkflowRun
) -> None:
    now = runner.step("regression", "now")
    assert now["outcome"] == "failure"
    kept = runner.artifacts / now["outputs"]["artifact-name"]
    found = json.loads((kept / "changes.json").read_text())["cells"]
    assert {each["id"].split("/")[2]: each["change"] for each in found} == {
        "exact": "fewer",
        "forges": "same",
        "boasts": "new",
    }
    _, summary = run.summary("regression")
    assert summary.startswith("### Since the baseline")
    assert "2 before; now 1" in summary
    titles = [line for level, line in run.annotations("regression") if level == "error"]
    assert len(titles) == 2, "the cell, and the gate"
    assert "title=fewer (FC401)%3A flask-3.1.3/" in titles[0]


def test_annotations_name_failures_and_cannot_be_forged(run: WorkflowRun) -> None:
    raw = run.annotations("odd")
    errors = [line for level, line in raw if level == "error"]
    assert len(errors) == 4, "three findings, and what the gate did about them"
    assert len({re.split("[:%]", line)[2] for line in errors[:3]}) == 3
    for _, line in raw:
        assert "forged" not in line
    # The server's own output appears in the summary and the artifact only.
    assert "forged, last words" in "".join(run.summary("odd"))
    assert "forged" not in run.printed("odd")


def test_after_a_crash_the_measured_cells_are_reported(
    runner: Runner, run: WorkflowRun
) -> None:
    crashed = runner.step("crash", "crashed")
    assert crashed["outcome"] == "failure"
    assert crashed["outputs"]["verdict"] == "harness failed"
    kept = runner.artifacts / crashed["outputs"]["artifact-name"]
    found = cells(kept / "report.json")
    assert found["exact"]["verdict"] == "as declared"
    assert found["kills"]["outcome"] == found["left"]["outcome"] == "harness failed"
    assert found["left"]["reason"].startswith("missing: ")
    (summary,) = run.summary("crash")
    assert "missing: it was planned" in summary


def test_a_wrong_input_is_refused_before_anything_is_measured(run: WorkflowRun) -> None:
    ((level, line),) = run.annotations("refused")
    assert level == "error"
    assert "sometimes" in line and "'never', 'harness', 'fewer'" in line
    assert "::error::forged" not in line
    assert not run.summary("refused")


def test_paths_may_have_spaces_and_quotes(
    tmp_path: Path, ours: Path, python: Path
) -> None:
    """This test does without act, which runs no script at such a path."""
    home = tmp_path / 'it\'s a $(höme) & "more"'
    output = tmp_path / "output"
    environ = {
        **os.environ,
        "FLASK_CONCURRENCY_PYTHON": str(python),
        "FLASK_CONCURRENCY_HOME": str(home),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "WITH_ONLY": "flask-3.1.3/werkzeug-*/run-without-threads/*",
    }
    for stage in ("plan", "measure", "report"):
        subprocess.run(
            [str(ours / ".github" / "stage"), stage],
            env=environ,
            cwd=tmp_path,
            check=True,
            timeout=120,
        )
    assert "verdict<<" in output.read_text()
    assert list(cells(home / "results" / "report.json")) == ["run-without-threads"]
    assert {path.name for path in tmp_path.iterdir()} == {
        home.name,
        "output",
        "summary",
    }


def test_nothing_is_left_running(runner: Runner, run: WorkflowRun) -> None:
    assert not runner.left_over()
