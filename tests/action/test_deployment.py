"""The action, used to check a user's own deployment and run by act."""

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import NewRunner
from .runner import NOTE_STEPS
from .runner import OURS
from .runner import ROOT
from .runner import Runner
from .runner import WorkflowRun

HERE = ".".join(map(str, sys.version_info[:2]))
SCRIPTS = Path(sys.executable).parent
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"

SHOP = """\
import json, os, sys
from flask import Flask
note = os.path.join(os.environ["NOTES"], os.environ.get("NOTE", "other"))
with open(note, "w") as file:
    json.dump({"python": sys.executable, "variables": dict(os.environ)}, file)
app = Flask(__name__)
"""
FORGER = Path(__file__).with_name("forger.py").read_text()
FORGES = FORGER.partition("sys.exit")[0] + "from shop import app\n"
CONFIG = """\
[[deployment]]
name = "web"
command = "gunicorn shop:app --bind {host}:{port}"

[[deployment]]
name = "not-asked-for"
command = "gunicorn shop:nothing --bind {host}:{port}"
"""
BROKEN = """\
[[deployment]]
name = "below"
at-least = 3
command = "gunicorn forges:app --workers 2 --bind {host}:{port}"

[[deployment]]
name = "raises"
env = { NOTE = "unused" }
command = "gunicorn raises:app --config 'gunicörn conf.py' --bind {host}:{port}"
"""
KILLS = """\
[[deployment]]
name = "first"
command = "gunicorn shop:app --bind {host}:{port}"

[[deployment]]
name = "kills"
command = "gunicorn asks_for_it:app --bind {host}:{port}"

[[deployment]]
name = "left"
command = "gunicorn shop:app --bind {host}:{port}"
"""

NOTE = """
          { env | grep -v -e ^GITHUB_ -e ^_= | sort; pwd
            git status --short --ignored
            find "$HOME" -not -path "*/.gunicorn*" | sort; }"""
"""gunicorn makes a folder in the home folder, in any of the parallel jobs."""

WORKFLOW = f"""
on: push
permissions:
  contents: read
jobs:
  mine:
    runs-on: ubuntu-24.04
    env:
      # The deployment must see these variables of the job; the harness must not.
      PYTHONPATH: .
      PYTHON: mine
      UV_SYSTEM_PYTHON: "1"
      GUNICORN_CMD_ARGS: --workers 2 --no-control-socket
      PYTHONDONTWRITEBYTECODE: "1"
      NOTE: mine
    steps:
      - uses: {CHECKOUT}
      - run: printf '%s\\n' "$SCRIPTS" >> "$GITHUB_PATH"
      - run: |{NOTE} > "$NOTES/before"
      - uses: {OURS}@v1
        id: file
        with:
          config: dëployments of mine/concurrency.toml
          only: web
      - uses: {OURS}@v1
        id: command
        with:
          command: gunicorn 'shop:app' --bind {{host}}:{{port}}
          working-directory: dëployments of mine
          at-least: 3
          ready: /nowhere
          fail-on: never
          artifact-name: all of it
          summary: false
      - run: |{NOTE} > "$NOTES/after"
{NOTE_STEPS}
  broken:
    runs-on: ubuntu-24.04
    steps:
      - uses: {CHECKOUT}
      - run: printf '%s\\n' "$SCRIPTS" >> "$GITHUB_PATH"
      - uses: {OURS}@v1
        id: broken
        continue-on-error: true
        with:
          config: brøken.toml
          working-directory: dëployments of mine
{NOTE_STEPS}
  installed:
    runs-on: ubuntu-24.04
    steps:
      - uses: {CHECKOUT}
      - uses: {OURS}@v1
        id: installed
        env:
          NOTE: installed
        with:
          command: gunicorn shop:app --threads 3 --bind {{host}}:{{port}}
          requirements: whåt it needs.txt
          python-version: "{HERE}"
          working-directory: dëployments of mine
{NOTE_STEPS}
  crash:
    runs-on: ubuntu-24.04
    steps:
      - uses: {CHECKOUT}
      - run: printf '%s\\n' "$SCRIPTS" >> "$GITHUB_PATH"
      - run: python "$EXECUTIONER" "dëployments of mine/executioner.port"
      - uses: {OURS}@v1
        id: crashed
        continue-on-error: true
        with:
          config: dëployments of mine/kills.toml
{NOTE_STEPS}
  refused:
    runs-on: ubuntu-24.04
    steps:
      - uses: {CHECKOUT}
      - uses: {OURS}@v1
        id: both
        continue-on-error: true
        with:
          config: dëployments of mine/concurrency.toml
          command: gunicorn shop:app --bind {{host}}:{{port}}
      - uses: {OURS}@v1
        id: wrong
        continue-on-error: true
        with:
          command: gunicorn "shop:app
          fail-on: never
{NOTE_STEPS}
"""


@pytest.fixture(scope="module")
def runner(new_runner: NewRunner) -> Runner:
    """A runner whose repository has an app."""
    runner = new_runner("deployment")
    folder = runner.repository / "dëployments of mine"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    (folder / "forges.py").write_text(FORGES)
    (folder / "raises.py").write_text("raise RuntimeError('::error::forged, no')\n")
    (folder / "gunicörn conf.py").write_text("# threads\nworkers = 2\n")
    (folder / "whåt it needs.txt").write_text("flask\ngunicorn\n")
    (folder / "concurrency.toml").write_text(CONFIG)
    (folder / "brøken.toml").write_text(BROKEN)
    (folder / "kills.toml").write_text(KILLS)
    shutil.copy2(Path(__file__).with_name("asks_for_it.py"), folder)
    runner.shadow_our_modules()
    return runner


@pytest.fixture(scope="module")
def run(runner: Runner) -> WorkflowRun:
    """The one run of the workflow."""
    executioner = str(Path(__file__).with_name("executioner.py"))
    return runner.run(WORKFLOW, SCRIPTS=str(SCRIPTS), EXECUTIONER=executioner)


def artifact_of(runner: Runner, job: str, name: str) -> Path:
    """Return the artifact of one use of the action."""
    folder: str = runner.step(job, name)["outputs"]["artifact-name"]
    return runner.artifacts / folder


def cells(artifact: Path) -> dict[str, dict[str, Any]]:
    """Return the cells of a report, by deployment."""
    found = json.loads((artifact / "report.json").read_text())["cells"]
    return {cell["configuration"]: cell for cell in found}


def errors(run: WorkflowRun, job: str) -> list[str]:
    """Return the raw commands of all errors of a job."""
    return [line for level, line in run.annotations(job) if level == "error"]


def test_all_jobs_succeed(run: WorkflowRun) -> None:
    jobs = ("mine", "broken", "installed", "crash", "refused")
    assert run.results() == dict.fromkeys(jobs, "success")


def test_a_deployment_in_a_file_is_measured(runner: Runner, run: WorkflowRun) -> None:
    file = runner.step("mine", "file")
    assert file["outcome"] == "success"
    outputs = file["outputs"]
    assert (outputs["passed"], outputs["verdict"]) == ("true", "as declared")
    assert json.loads(outputs["counts"]) == {"as declared": 1}
    found = cells(artifact_of(runner, "mine", "file"))
    assert list(found) == ["web"]
    assert (found["web"]["ceiling"], found["web"]["floor"]) == (2, 2)
    badge = artifact_of(runner, "mine", "file") / "badges" / "web.json"
    assert json.loads(badge.read_text())["message"] == "2"


def test_the_report_is_the_only_job_summary(runner: Runner, run: WorkflowRun) -> None:
    (summary,) = run.summary("mine")
    artifact = artifact_of(runner, "mine", "file")
    assert summary == (artifact / "report.md").read_text()


def test_it_sees_the_variables_of_the_job_and_none_of_ours(
    runner: Runner, run: WorkflowRun
) -> None:
    seen = json.loads((runner.notes / "mine").read_text())
    before = (runner.notes / "before").read_text().splitlines()
    assert Path(seen["python"]).parent == SCRIPTS
    variables = seen["variables"]
    for name in ("PYTHON", "UV_SYSTEM_PYTHON", "GUNICORN_CMD_ARGS", "HOME"):
        assert f"{name}={variables[name]}" in before
    # The first folder on PATH has the stand-ins that refuse to start containers.
    refused, _, path = variables["PATH"].partition(os.pathsep)
    assert Path(refused).parent.name.startswith("flask-concurrency-")
    assert f"PATH={path}" in before
    assert variables["PYTHONPATH"].endswith(f"{os.pathsep}.")
    ours = [name for name in variables if name.startswith(("WITH_", "PYTHONUTF8"))]
    assert not ours
    assert "GITHUB_OUTPUT" not in variables, "it could set outputs of the action"


def test_the_environment_of_the_caller_is_untouched(
    runner: Runner, run: WorkflowRun
) -> None:
    before = (runner.notes / "before").read_text()
    assert (runner.notes / "after").read_text() == before


def test_a_broken_promise_is_reported_even_if_nothing_fails(
    runner: Runner, run: WorkflowRun
) -> None:
    command = runner.step("mine", "command")
    assert (command["outcome"], command["outputs"]["passed"]) == ("success", "true")
    assert command["outputs"]["artifact-name"] == "all of it"
    ((level, line),) = run.annotations("mine")
    assert level == "warning"
    assert "file=" not in line, "an input stands in no file of the repository"
    assert "at-least: 3 required, but 2 were in the app at once" in line
    reproduce = cells(runner.artifacts / "all of it")["deployment"]["reproduce"]
    assert reproduce.startswith("flask-concurrency check ")
    assert " -- gunicorn shop:app " in reproduce


def test_a_broken_promise_is_reported_at_its_line(
    runner: Runner, run: WorkflowRun
) -> None:
    broken = runner.step("broken", "broken")
    assert (broken["outcome"], broken["outputs"]["passed"]) == ("failure", "false")
    assert broken["outputs"]["verdict"] == "not started"
    artifact = artifact_of(runner, "broken", "broken")
    assert json.loads((artifact / "check.json").read_text())["exit_code"] == 5
    below, raises = errors(run, "broken")
    where = "::error file=dëployments of mine/"
    assert below.startswith(f"{where}brøken.toml,line=4,title=below%3A as declared::")
    assert "at-least: 3 required, but 2 were in the app at once" in below
    assert raises.startswith(f"{where}gunicörn conf.py,line=2,title=raises%3A not ")
    (summary,) = run.summary("broken")
    assert summary.startswith("## 🔴&nbsp;failed: 2 of 2 deployments\n")


def test_an_app_cannot_forge_commands(run: WorkflowRun) -> None:
    for _, line in run.annotations("broken"):
        message = re.split("::", line.removeprefix("::"), maxsplit=1)[1]
        assert "::" not in message
    assert "forged, no" in "".join(run.summary("broken"))
    lines = [line for line in run.printed("broken").splitlines() if "forged" in line]
    assert all("::" not in line and "##[" not in line for line in lines)


def test_requirements_are_installed_for_the_deployment(
    runner: Runner, run: WorkflowRun
) -> None:
    installed = runner.step("installed", "installed")
    assert installed["outcome"] == "success"
    found = cells(artifact_of(runner, "installed", "installed"))["deployment"]
    assert (found["ceiling"], found["floor"], found["declared"]) == (3, 3, 3)
    assert found["python"] == HERE
    seen = json.loads((runner.notes / "installed").read_text())
    assert Path(seen["python"]).parent != SCRIPTS


def test_after_a_crash_the_measured_deployments_are_reported(
    runner: Runner, run: WorkflowRun
) -> None:
    crashed = runner.step("crash", "crashed")
    assert crashed["outcome"] == "failure"
    assert crashed["outputs"]["verdict"] == "harness failed"
    found = cells(artifact_of(runner, "crash", "crashed"))
    assert found["first"]["verdict"] == "as declared"
    for name in ("kills", "left"):
        assert found[name]["outcome"] == "harness failed"
        assert found[name]["reason"].startswith("missing: ")
    (summary,) = run.summary("crash")
    assert "missing: the check ended before this deployment was measured" in summary


def test_bad_input_gives_one_error_that_names_the_input(
    runner: Runner, run: WorkflowRun
) -> None:
    for name in ("both", "wrong"):
        used = runner.step("refused", name)
        assert used["outcome"] == "failure"
        assert not used["outputs"].get("artifact-name")
    both, wrong = errors(run, "refused")
    assert "::command: is given together with `config`: give either" in both
    assert "::command: cannot be split into words: No closing quotation" in wrong
    assert not run.summary("refused")


def test_nothing_is_left_running(runner: Runner, run: WorkflowRun) -> None:
    assert not runner.left_over()


def test_the_workflow_in_the_docs_guards_a_deployment(new_runner: NewRunner) -> None:
    page = (ROOT / "docs" / "action.md").read_text()
    workflow = re.findall(r"```yaml\n(.*?)```", page, re.S)[0]
    runner = new_runner("guarded")
    (runner.repository / "shop.py").write_text(
        "from flask import Flask\napp = Flask(__name__)\n"
    )
    (runner.repository / "requirements.txt").write_text("flask\ngunicorn\n")
    run = runner.run(workflow)
    assert run.results() == {"concurrency": "success"}
    (summary,) = run.summary("concurrency")
    assert "passed: `deployment`" in summary and "4 requests at once" in summary
    worse = runner.run(workflow.replace("--threads 4", "--threads 3"))
    assert worse.results() == {"concurrency": "failure"}
    (error,) = errors(worse, "concurrency")
    assert "at-least: 4 required, but 3 were in the app at once" in error
    assert not runner.left_over()
