"""The workflow that follows releases, run by act.

It really measures, and pushes to a real repository on this machine. GitHub's API is a
stand-in; act has no permissions.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.issue_api import IssueApi
from tests.issue_api import serving

from .before import BEFORE
from .before import begin_history
from .before import CONFIGURATION
from .before import git
from .before import SERVER
from .conftest import NewRunner
from .runner import export
from .runner import Runner
from .runner import WorkflowRun

WORKFLOW = ".github/workflows/track.yml"
NEW = "3.1.3"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bare repository to push to, with a history on its branch."""
    folder = tmp_path_factory.mktemp("origin")
    git(folder, "init", "--quiet", "--bare", ".")
    begin_history(folder, tmp_path_factory.mktemp("before"))
    return folder


@pytest.fixture(scope="module")
def api() -> Iterator[IssueApi]:
    """The stand-in for GitHub's API, where issues are opened."""
    with serving() as api:
        yield api


@pytest.fixture(scope="module")
def runner(new_runner: NewRunner, origin: Path) -> Runner:
    """A runner whose repository is this project."""
    runner = new_runner("track")
    export(runner.repository, "data", "tests")
    git(runner.repository, "remote", "add", "origin", str(origin))
    runner.commit()
    return runner


@pytest.fixture(scope="module")
def run(runner: Runner, api: IssueApi) -> WorkflowRun:
    """The run on demand, for the last two releases of Flask."""
    inputs = {
        "configurations": f"{SERVER}/{CONFIGURATION}",
        "of": "Flask",
        "since": f"Flask=={BEFORE}",
    }
    options = [f"--input={key}={value}" for key, value in inputs.items()]
    options += ["--env", f"GITHUB_API_URL={api.address}"]
    options += ["--env", "GITHUB_REPOSITORY=example/app"]
    return runner.run_file(runner.repository / WORKFLOW, "workflow_dispatch", *options)


def test_new_releases_are_measured_and_added_to_the_branch(
    runner: Runner, origin: Path, run: WorkflowRun
) -> None:
    assert run.results() == {"measure": "success", "publish": "success"}
    names = git(origin, "ls-tree", "-r", "--name-only", "history").splitlines()
    releases = [name.split("/")[2].split("+")[0] for name in names if "/" in name]
    assert BEFORE in releases[0] and NEW in releases[1], "the one before is known"
    assert git(origin, "log", "--format=%an: %s", "history").splitlines()[::-1][:2] == [
        "x: Before",
        f"github-actions[bot]: {len(releases) - 1} measurements",
    ]
    assert not runner.left_over()


def test_the_timeline_is_the_summary_and_the_page_of_the_branch(
    origin: Path, run: WorkflowRun
) -> None:
    (summary,) = run.summary("measure")
    assert f"| {BEFORE} | 2 |" in summary
    assert f"| {NEW}" in summary and "**new** 🔴&nbsp;fewer: 2 before; now 1" in summary
    assert git(origin, "show", "history:README.md") == summary


def test_one_issue_says_what_changed(run: WorkflowRun, api: IssueApi) -> None:
    (issue,) = api.issues
    sentence = f"Flask {NEW}: Flask's own server {CONFIGURATION} went from 2 to 1"
    assert sentence in issue["body"]
    assert not api.comments
    assert any(sentence in line for _, line in run.annotations("measure"))
