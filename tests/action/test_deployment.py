"""The action measures a deployment of an outsider's own, run by act."""

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
from .runner import Ran
from .runner import ROOT
from .runner import Runner

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
"""gunicorn itself makes a folder at home, in any of the jobs that run side by side."""

WORKFLOW = f"""
on: push
permissions:
  contents: read
jobs:
  mine:
    runs-on: ubuntu-24.04
    env:
      # What the deployment is to see of the job, and the harness is not to mind.
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
    """A machine, and a repository with an app."""
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
    # Modules of the outsider's with names of ours; and his folder is on PYTHONPATH.
    (runner.repository / "harness").mkdir()
    (runner.repository / "harness" / "__init__.py").write_text("raise SystemExit(9)\n")
    (runner.repository / "msgspec.py").write_text("raise SystemExit(9)\n")
    return runner


@pytest.fixture(scope="module")
def ran(runner: Runner) -> Ran:
    """The workflow was run, once."""
    executioner = str(Path(__file__).with_name("executioner.py"))
    return runner.run(WORKFLOW, SCRIPTS=str(SCRIPTS), EXECUTIONER=executioner)


def step(runner: Runner, job: str, name: str) -> dict[str, Any]:
    """Outcome and outputs of one use of the action."""
    noted: dict[str, Any] = runner.steps(job)[name]
    return noted


def kept(runner: Runner, job: str, name: str) -> Path:
    """The artifact of one use of the action."""
    folder: str = step(runner, job, name)["outputs"]["artifact-name"]
    return runner.artifacts / folder


def cells(artifact: Path) -> dict[str, dict[str, Any]]:
    """The cells of a report, by deployment."""
    found = json.loads((artifact / "report.json").read_text())["cells"]
    return {cell["configuration"]: cell for cell in found}


def errors(ran: Ran, job: str) -> list[str]:
    """The raw commands of all errors of a job."""
    return [line for level, line in ran.annotations(job) if level == "error"]


def test_which_jobs_pass(ran: Ran) -> None:
    jobs = ("mine", "broken", "installed", "crash", "refused")
    assert ran.results() == dict.fromkeys(jobs, "success")


def test_a_deployment_of_a_file(runner: Runner, ran: Ran) -> None:
    file = step(runner, "mine", "file")
    assert file["outcome"] == "success"
    outputs = file["outputs"]
    assert (outputs["passed"], outputs["verdict"]) == ("true", "as declared")
    assert json.loads(outputs["counts"]) == {"as declared": 1}
    found = cells(kept(runner, "mine", "file"))
    assert list(found) == ["web"]
    assert (found["web"]["ceiling"], found["web"]["floor"]) == (2, 2)
    badge = kept(runner, "mine", "file") / "badges" / "web.json"
    assert json.loads(badge.read_text())["message"] == "2"


def test_one_summary_in_one_step(runner: Runner, ran: Ran) -> None:
    (summary,) = ran.summary("mine")
    artifact = kept(runner, "mine", "file")
    assert summary == (artifact / "report.md").read_text()


def test_it_runs_as_in_a_step_of_the_jobs_own(runner: Runner, ran: Ran) -> None:
    seen = json.loads((runner.notes / "mine").read_text())
    before = (runner.notes / "before").read_text().splitlines()
    assert Path(seen["python"]).parent == SCRIPTS
    variables = seen["variables"]
    for name in ("PYTHON", "UV_SYSTEM_PYTHON", "GUNICORN_CMD_ARGS", "HOME"):
        assert f"{name}={variables[name]}" in before
    # First there is a folder in which programs that start containers are refused.
    refused, _, path = variables["PATH"].partition(os.pathsep)
    assert Path(refused).parent.name.startswith("flask-concurrency-")
    assert f"PATH={path}" in before
    assert variables["PYTHONPATH"].endswith(f"{os.pathsep}.")
    ours = [name for name in variables if name.startswith(("WITH_", "PYTHONUTF8"))]
    assert not ours
    assert "GITHUB_OUTPUT" not in variables, "it could set outputs of the action"


def test_the_environment_of_the_caller_is_untouched(runner: Runner, ran: Ran) -> None:
    before = (runner.notes / "before").read_text()
    assert (runner.notes / "after").read_text() == before


def test_a_broken_promise_is_reported_even_if_nothing_fails(
    runner: Runner, ran: Ran
) -> None:
    command = step(runner, "mine", "command")
    assert (command["outcome"], command["outputs"]["passed"]) == ("success", "true")
    assert command["outputs"]["artifact-name"] == "all of it"
    ((level, line),) = ran.annotations("mine")
    assert level == "warning"
    assert "file=" not in line, "an input stands in no file of the repository"
    assert "at-least: 3 required, but 2 were in the app at once" in line
    reproduce = cells(runner.artifacts / "all of it")["deployment"]["reproduce"]
    assert reproduce.startswith("flask-concurrency check ")
    assert " -- gunicorn shop:app " in reproduce


def test_a_broken_promise_is_reported_at_its_line(runner: Runner, ran: Ran) -> None:
    broken = step(runner, "broken", "broken")
    assert (broken["outcome"], broken["outputs"]["passed"]) == ("failure", "false")
    assert broken["outputs"]["verdict"] == "not started"
    artifact = kept(runner, "broken", "broken")
    assert json.loads((artifact / "check.json").read_text())["exit_code"] == 5
    below, raises = errors(ran, "broken")
    where = "::error file=dëployments of mine/"
    assert below.startswith(f"{where}brøken.toml,line=4,title=below%3A as declared::")
    assert "at-least: 3 required, but 2 were in the app at once" in below
    assert raises.startswith(f"{where}gunicörn conf.py,line=2,title=raises%3A not ")
    (summary,) = ran.summary("broken")
    assert summary.startswith("## 🔴&nbsp;failed: 2 of 2 deployments\n")


def test_an_app_cannot_forge_commands(ran: Ran) -> None:
    for _, line in ran.annotations("broken"):
        message = re.split("::", line.removeprefix("::"), maxsplit=1)[1]
        assert "::" not in message
    assert "forged, no" in "".join(ran.summary("broken"))
    told = [line for line in ran.said("broken").splitlines() if "forged" in line]
    assert all("::" not in line and "##[" not in line for line in told)


def test_requirements_of_its_own(runner: Runner, ran: Ran) -> None:
    installed = step(runner, "installed", "installed")
    assert installed["outcome"] == "success"
    found = cells(kept(runner, "installed", "installed"))["deployment"]
    assert (found["ceiling"], found["floor"], found["declared"]) == (3, 3, 3)
    assert found["python"] == HERE
    seen = json.loads((runner.notes / "installed").read_text())
    assert Path(seen["python"]).parent != SCRIPTS


def test_a_crash_leaves_a_report_of_what_was_measured(runner: Runner, ran: Ran) -> None:
    crashed = step(runner, "crash", "crashed")
    assert crashed["outcome"] == "failure"
    assert crashed["outputs"]["verdict"] == "harness failed"
    found = cells(kept(runner, "crash", "crashed"))
    assert found["first"]["verdict"] == "as declared"
    for name in ("kills", "left"):
        assert found[name]["outcome"] == "harness failed"
        assert found[name]["reason"].startswith("missing: ")
    (summary,) = ran.summary("crash")
    assert "missing: the check ended before this deployment was measured" in summary


def test_bad_input_gives_one_error_that_names_the_input(
    runner: Runner, ran: Ran
) -> None:
    for name in ("both", "wrong"):
        used = step(runner, "refused", name)
        assert used["outcome"] == "failure"
        assert not used["outputs"].get("artifact-name")
    both, wrong = errors(ran, "refused")
    assert "::command: is given together with `config`: give either" in both
    assert "::command: cannot be split into words: No closing quotation" in wrong
    assert not ran.summary("refused")


def test_nothing_is_left_running(runner: Runner, ran: Ran) -> None:
    assert not runner.left_over()


def test_the_workflow_of_the_page_guards_a_deployment(new_runner: NewRunner) -> None:
    page = (ROOT / "docs" / "action.md").read_text()
    workflow = re.findall(r"```yaml\n(.*?)```", page, re.S)[0]
    runner = new_runner("guarded")
    (runner.repository / "shop.py").write_text(
        "from flask import Flask\napp = Flask(__name__)\n"
    )
    (runner.repository / "requirements.txt").write_text("flask\ngunicorn\n")
    ran = runner.run(workflow)
    assert ran.results() == {"concurrency": "success"}
    (summary,) = ran.summary("concurrency")
    assert "passed: `deployment`" in summary and "4 requests at once" in summary
    worse = runner.run(workflow.replace("--threads 4", "--threads 3"))
    assert worse.results() == {"concurrency": "failure"}
    (error,) = errors(worse, "concurrency")
    assert "at-least: 4 required, but 3 were in the app at once" in error
    assert not runner.left_over()
