"""The reusable workflow, called from a user's workflow and run by act."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.system.processors import processors
from tests import own_flask
from tests.samples import make
from tests.samples.make import judge

from .conftest import NewRunner
from .runner import OURS
from .runner import Runner
from .runner import WorkflowRun

CALL = f"""
on: push
permissions: {{}}
jobs:
  matrix:
    permissions:
      contents: read
    uses: {OURS}/.github/workflows/matrix.yml@v1
    with:
      flask: 3.1.3 3.0.3
      only: "*/werkzeug-*/run-without-threads/* */werkzeug-*/app-run-unthreaded/*"
      artifact-name: wide
"""
WIDE = f"""{CALL}
      shards: 2
      fail-on: uneven
      baseline: our reports/báseline.json
      expected: our reports/expected.toml
  after:
    needs: matrix
    runs-on: ubuntu-24.04
    steps:
      - env:
          NEEDS: ${{{{ toJSON(needs.matrix.outputs) }}}}
        run: printf '%s' "$NEEDS" > "$NOTES/after.json"
"""


def report(runner: Runner) -> dict[str, Any]:
    """Read the report in the artifact of the last job."""
    path = runner.artifacts / "wide" / "report.json"
    by_cell: dict[str, Any] = json.loads(path.read_text())
    return by_cell


def planned(runner: Runner) -> list[str]:
    """Return the ids of all planned cells."""
    plan = json.loads((runner.artifacts / "wide-plan" / "plan.json").read_text())
    return [cell["id"] for each in plan["environments"] for cell in each["cells"]]


@pytest.fixture(scope="module")
def runner(new_runner: NewRunner) -> Runner:
    """One runner for all jobs."""
    return new_runner("wide")


EXPECTED = """
[[change]]
cell = "flask-3.1.3/*/run-without-threads/*"
from = 2
to = 1
why = "It was told to"
link = "https://example.org/1"
"""


def lay_down_baseline(repository: Path) -> None:
    """Write a baseline and a file of expected changes to the user's repository."""
    before = []
    for flask, numbers in (("3.0.3", (1, 1)), ("3.1.3", (2, 2))):
        where = make.environment(flask, "werkzeug", "0.1", "3.11")
        names = ("run-without-threads", "app-run-unthreaded")
        cells = [
            make.cell(where, name, number, make.rounds(number, (1, number)))
            for name, number in zip(names, numbers, strict=True)
        ]
        host = msgspec.structs.replace(make.HOST, processors=processors())
        before.append(make.evidence(where, cells, host=host))
    folder = repository / "our reports"
    folder.mkdir()
    report = msgspec.json.encode(judge(before))
    (folder / "báseline.json").write_bytes(report)
    (folder / "expected.toml").write_text(EXPECTED)


@pytest.fixture(scope="module")
def wide(runner: Runner) -> WorkflowRun:
    """The run with two environments in two jobs; one Flask is built first."""
    lay_down_baseline(runner.repository)
    own = own_flask.make(runner.home.parent / "own-flask")
    return runner.run(WIDE.replace("3.0.3", f"git+file://{own}@main"))


def test_a_baseline_reaches_the_last_job(runner: Runner, wide: WorkflowRun) -> None:
    changes = json.loads((runner.artifacts / "wide" / "changes.json").read_text())
    by_cell = {
        "/".join(each["id"].split("/")[:3:2]): (each["change"], bool(each["expected"]))
        for each in changes["cells"]
        if each["change"] != "new"
    }
    assert by_cell == {
        "flask-3.0.3/run-without-threads": ("gone", False),
        "flask-3.0.3/app-run-unthreaded": ("gone", False),
        "flask-3.1.3/run-without-threads": ("fewer", True),
        "flask-3.1.3/app-run-unthreaded": ("fewer", False),
    }
    (summary,) = wide.summary("report")
    assert summary.startswith("### Since the baseline")
    assert "fewer, because It was told to" in summary
    ((level, line),) = wide.annotations("report")
    assert level == "warning" and "title=fewer (FC401)%3A flask-3.1.3/" in line


def test_a_plan_of_two_shards_is_measured_in_two_jobs_and_merged(
    runner: Runner, wide: WorkflowRun
) -> None:
    assert wide.results() == {
        "plan": "success",
        "measure-1": "success",
        "measure-2": "success",
        "report": "success",
        "after": "success",
    }
    rows = report(runner)["cells"]
    assert len(rows) == 4
    assert sorted(cell["id"] for cell in rows) == sorted(planned(runner))
    assert {cell["verdict"] for cell in rows} == {"as declared"}
    assert sum("+git." in cell["flask"] for cell in rows) == 2
    shards = [
        {path.name for path in (runner.artifacts / name / "evidence").iterdir()}
        for name in ("wide-shard-1", "wide-shard-2")
    ]
    assert [len(files) for files in shards] == [1, 1]
    assert not shards[0] & shards[1]


def test_there_is_one_summary_and_the_outputs_are_set(
    runner: Runner, wide: WorkflowRun
) -> None:
    assert [len(wide.summary(job)) for job in wide.results()].count(1) == 1
    (summary,) = wide.summary("report")
    assert "| `app-run-unthreaded` | 1 | 1 |" in summary
    outputs = json.loads((runner.notes / "after.json").read_text())
    assert outputs == {
        "passed": "true",
        "verdict": "as declared",
        "counts": '{"as declared":4}',
        "artifact-name": "wide",
    }


def test_nothing_is_left_running(runner: Runner, wide: WorkflowRun) -> None:
    assert not runner.left_over()


def test_a_job_whose_evidence_is_lost_shows_as_missing(new_runner: NewRunner) -> None:
    runner = new_runner("lost")
    run = runner.run(
        WIDE.replace("báseline", "not there yet").replace("expected:", "#"),
        STAND_IN_LOSES="wide-shard-2",
    )
    ((level, line),) = run.annotations("plan")
    assert level == "notice" and "there is no baseline yet" in line
    results = run.results()
    assert results["measure-1"] == results["measure-2"] == "success"
    assert results["report"] == "failure", "a missing cell fails the gate"
    cells = report(runner)["cells"]
    assert sorted(cell["id"] for cell in cells) == sorted(planned(runner))
    missing = [cell for cell in cells if cell["outcome"] == "harness failed"]
    assert len(missing) == 2
    assert all(cell["reason"].startswith("missing: ") for cell in missing)
    (summary,) = run.summary("report")
    assert "missing: it was planned" in summary
    assert {level for level, _ in run.annotations("report")} == {"error"}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ("max-cells: 3", "4 cells are selected and --max-cells allows 3"),
        ("shards: 257", "a matrix has at most 256 jobs"),
        ("python-version: '2.7'", "nothing to measure"),
    ],
)
def test_an_empty_or_too_large_matrix_is_refused(
    new_runner: NewRunner, inputs: str, words: str
) -> None:
    run = new_runner("refused").run(f"{CALL}\n      {inputs}\n")
    # act reports skipped jobs like others, but without a result.
    assert run.results()["plan"] == "failure"
    assert not [job for job in run.results() if job.startswith("measure")]
    ((level, line),) = run.annotations("plan")
    assert level == "error" and words in line
