"""The workflow that follows releases, run by act: it measures for real, and pushes to a
real repository beside it. GitHub's API is a stand-in, permissions are none at all.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.issue_api import IssueApi
from tests.issue_api import serving

from .conftest import NewRunner
from .runner import export
from .runner import Ran
from .runner import Runner

WORKFLOW = ".github/workflows/track.yml"
NAME = "werkzeug/run-without-threads"


def git(folder: Path, *arguments: str) -> str:
    """What git prints of a repository."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def api() -> Iterator[IssueApi]:
    """Where issues are opened."""
    with serving() as api:
        yield api


@pytest.fixture(scope="module")
def runner(new_runner: NewRunner) -> Runner:
    """A machine on which the repository is this project's own."""
    runner = new_runner("track")
    export(runner.repository)
    origin = runner.home.parent / "origin.git"
    git(runner.repository, "init", "--quiet", "--bare", str(origin))
    git(runner.repository, "remote", "add", "origin", str(origin))
    runner.commit()
    return runner


def track(runner: Runner, api: IssueApi, name: str = NAME) -> Ran:
    """Run the workflow on demand, for a few releases."""
    inputs = {"configurations": name, "of": "Flask", "since": "Flask==3.1.2"}
    options = [f"--input={key}={value}" for key, value in inputs.items()]
    options += ["--env", f"GITHUB_API_URL={api.address}"]
    options += ["--env", "GITHUB_REPOSITORY=example/app"]
    return runner.run_file(runner.repository / WORKFLOW, "workflow_dispatch", *options)


def kept(runner: Runner) -> list[str]:
    """The measurements on the branch."""
    origin = runner.home.parent / "origin.git"
    names = git(origin, "ls-tree", "-r", "--name-only", "history").splitlines()
    return [name for name in names if name.endswith(".json")]


@pytest.fixture(scope="module")
def first(runner: Runner, api: IssueApi) -> Ran:
    """The first run ever: there is no branch yet."""
    return track(runner, api)


def test_the_first_run_begins_the_history_and_opens_no_issue(
    runner: Runner, api: IssueApi, first: Ran
) -> None:
    assert first.results() == {"measure": "success", "publish": "success"}
    releases = {name.split("/")[2].split("+")[0] for name in kept(runner)}
    assert {"flask-3.1.2", "flask-3.1.3"} <= releases
    assert all(name.startswith(f"{NAME}/flask-") for name in kept(runner))
    (summary,) = first.summary("measure")
    assert "| 3.1.2 – 3.1.3 | 1 |" in summary
    page = git(runner.home.parent / "origin.git", "show", "history:README.md")
    assert page == summary
    assert not api.issues
    assert not runner.left_over()


def test_the_next_run_measures_what_is_new_and_tells_what_changed(
    runner: Runner, api: IssueApi, first: Ran
) -> None:
    """As if the last release were new, and two at a time had been before it: the
    history is made so, the release is measured for real.
    """
    pretend_two_at_a_time(runner)
    ran = track(runner, api)
    assert ran.results() == {"measure": "success", "publish": "success"}
    assert len(kept(runner)) == 2
    (issue,) = api.issues
    said = "Flask 3.1.3: Flask's own server run-without-threads went from 2 to 1"
    assert said in issue["body"] and "[this run](" in issue["body"]
    assert any(said in line for _, line in ran.annotations("measure"))
    assert not api.comments


def test_what_goes_wrong_is_told_in_the_same_issue_and_fails(
    runner: Runner, api: IssueApi, first: Ran
) -> None:
    number = len(api.issues) or api.open("<!-- flask-concurrency-track -->")
    before = kept(runner)
    ran = track(runner, api, "werkzeug/runn")
    assert ran.results() == {"measure": "success", "publish": "failure"}
    assert len(api.issues) == number and kept(runner) == before
    _, comment = api.comments[-1]
    assert "tracking ended with exit code 2; its log says why" in comment
    assert any("werkzeug/runn" in line for _, line in ran.annotations("measure"))


def pretend_two_at_a_time(runner: Runner) -> None:
    """Leave the older release alone in the history, with twice its number."""
    from harness import history
    from harness import store

    folder = runner.home.parent / "doctored"
    origin = runner.home.parent / "origin.git"
    git(runner.home, "clone", "--quiet", "-b", "history", str(origin), str(folder))
    for path in folder.rglob("*.json"):
        written = json.loads(path.read_text())
        path.unlink()
        if written["environment"]["flask"] == "3.1.2":
            text = json.dumps(doubled(written))
            path.write_text(text)
            evidence = store.read_evidence_file(path)
            path.unlink()
            assert history.add(folder, [evidence])
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    git(folder, "add", "--all")
    git(folder, *who, "commit", "--quiet", "--message=Doctored")
    git(folder, "push", "--quiet", "origin", "history")


def doubled(written: dict[str, object]) -> dict[str, object]:
    """The same measurement, had two requests been in the app at a time."""
    text = json.dumps(written)
    found: dict[str, object] = json.loads(text)
    (cell,) = found["cells"]  # type: ignore[misc]
    for each in cell["rounds"]:  # type: ignore[has-type]
        now = min(2, each["offered"])
        each |= {
            "admitted": now,
            "peak": now,
            "threads": now,
            "waiting": each["offered"] - now,
        }
    return found
