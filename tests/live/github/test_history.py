"""The history on a branch of a real repository, and the workflow's messages.

They go to a stand-in for GitHub's API. None of this was run against GitHub itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.github import branch
from harness.github import issue
from harness.github import track_stages
from harness.github.branch import Branch
from harness.records import files
from harness.records.errors import UsageError
from harness.records.results import TIMELINE
from harness.records.track import Timeline
from harness.track import history
from tests.builders.programs import write_program
from tests.builders.timelines import timeline_of
from tests.issue_api import IssueApi
from tests.issue_api import serving
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds

ROOT = Path(__file__).parents[3]


def git(folder: Path, *arguments: str) -> str:
    """Run git in a repository and return its output."""
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def one(flask: str, number: int = 1) -> Any:
    """A measurement."""
    where = environment(flask, "werkzeug", "3.1.9")
    seen = rounds(number, (1, number), [number] * 8)
    return evidence(where, [cell(where, "run", number, seen)])


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A bare repository without a branch."""
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    return tmp_path / "origin"


@pytest.fixture
def checkout(tmp_path: Path, origin: Path) -> Path:
    """A checkout of that repository."""
    git(tmp_path, "init", "--quiet", "checkout")
    git(tmp_path / "checkout", "remote", "add", "origin", str(origin))
    return tmp_path / "checkout"


@pytest.fixture
def api() -> Iterator[IssueApi]:
    """The stand-in for GitHub's API, where issues are opened."""
    with serving() as api:
        yield api


def on_branch(origin: Path) -> list[str]:
    """Return the names of all files on the branch."""
    return git(origin, "ls-tree", "-r", "--name-only", "history").splitlines()


# ------------------------------------------------------------------------- the branch


def test_a_branch_is_begun_and_grows(
    origin: Path, checkout: Path, tmp_path: Path
) -> None:
    into = Branch(checkout, "history", "")
    assert not branch.fetch(into, tmp_path / "before")

    def add(*measured: Any) -> Any:
        return lambda folder: f"{len(history.add(folder, measured))} measurements"

    assert branch.grow(into, add(one("3.1.2")))
    assert not branch.grow(into, add(one("3.1.2"))), "the same again is nothing new"
    assert branch.grow(into, add(one("3.1.2"), one("3.1.3")))
    assert len(on_branch(origin)) == 2
    assert branch.fetch(into, tmp_path / "after")
    found, faults = history.read(tmp_path / "after")
    assert [each.environment.flask for each in found] == ["3.1.2", "3.1.3"]
    assert not faults


def test_two_that_grow_a_branch_at_once_lose_nothing(
    origin: Path, checkout: Path
) -> None:
    into = Branch(checkout, "history", "")
    others = iter([one("3.1.1"), one("3.1.2")])

    def add(folder: Path) -> str:
        """Let somebody else push first, twice."""
        if (other := next(others, None)) is not None:
            branch.grow(into, lambda theirs: str(history.add(theirs, [other])))
        return str(history.add(folder, [one("3.1.3")]))

    assert branch.grow(into, add)
    assert sorted(name.split("/")[2].split("+")[0] for name in on_branch(origin)) == [
        *("flask-3.1.1", "flask-3.1.2", "flask-3.1.3")
    ]


def test_a_failure_of_git_is_one_error(checkout: Path, origin: Path) -> None:
    script = "#!/bin/sh\necho no, thank you >&2\nexit 1\n"
    write_program(origin / "hooks" / "pre-receive", script)
    into = Branch(checkout, "history", "")
    with pytest.raises(UsageError, match="git push failed: .*no, thank you") as caught:
        branch.grow(into, lambda folder: str(history.add(folder, [one("3.1.3")])))
    assert "\n" not in str(caught.value)
    git(checkout, "remote", "set-url", "origin", "/nowhere")
    with pytest.raises(UsageError, match="git ls-remote failed"):
        branch.fetch(into, checkout / "there")


def test_only_measurements_that_were_fetched_before_are_removed(
    checkout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FLASK_CONCURRENCY_RESULTS", str(tmp_path / "results"))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(checkout))
    monkeypatch.setenv("GITHUB_OUTPUT", str(checkout / "output"))
    folder = tmp_path / "results" / "history"
    for _ in range(2):
        track_stages.run("history", lambda words: 0)
        assert folder.is_dir() and "::error" not in capsys.readouterr().out
    (folder / track_stages.FETCHED).unlink()
    theirs = folder / "notes.md"
    theirs.touch()
    track_stages.run("history", lambda words: 0)
    assert "history: has files that no earlier run fetched" in capsys.readouterr().out
    assert theirs.exists()


# ---------------------------------------------------------------------------- publish


def publish(
    checkout: Path, api: IssueApi, results: Path, **said: str
) -> subprocess.CompletedProcess[str]:
    """Run the last stage of the workflow, in a process of its own."""
    output = checkout / "output"
    output.write_text("")
    environ = {
        "WITH_MEASURED": "success",
        "WITH_CODE": "0",
        "WITH_TOKEN": "t0ken",
        "FLASK_CONCURRENCY_RESULTS": str(results),
        "GITHUB_WORKSPACE": str(checkout),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_API_URL": api.address,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "example/app",
        "GITHUB_RUN_ID": "77",
    }
    return subprocess.run(
        [sys.executable, "-m", "harness", "action", "publish"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ, **said},
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=120,
    )


def left(results: Path, measured: list[Any], timeline: Timeline | None) -> None:
    """Write the files that the measuring job leaves."""
    history.add(results / "history", measured)
    if timeline is not None:
        files.write(results / TIMELINE, timeline)


NEWS = timeline_of(("0.12.5", 1), ("1.0`|@evil\n# x", 4), new=True)
QUIET = timeline_of(("0.12.5", 1), ("1.0", 4))


def code(checkout: Path) -> str:
    """Return the exit code that the gate gets."""
    return (checkout / "output").read_text().splitlines()[1]


def test_without_a_new_change_no_issue_is_opened(
    checkout: Path, origin: Path, api: IssueApi, tmp_path: Path
) -> None:
    left(tmp_path / "results", [one("3.1.3")], QUIET)
    done = publish(checkout, api, tmp_path / "results")
    assert (done.returncode, code(checkout)) == (0, "0"), done.stdout + done.stderr
    assert not api.issues and not api.tokens
    assert "README.md" in on_branch(origin) and len(on_branch(origin)) == 2


def test_one_issue_is_opened_and_then_updated(
    checkout: Path, api: IssueApi, tmp_path: Path
) -> None:
    theirs = api.open(f"{issue.MARK} mine now", user="somebody")
    left(tmp_path / "results", [one("3.1.3")], NEWS)
    done = publish(checkout, api, tmp_path / "results")
    assert code(checkout) == "0", done.stdout
    ours = api.issues[-1]
    assert ours["number"] != theirs and ours["title"] == issue.TITLE
    assert "went from 1 to 4" in ours["body"]
    assert "(https://github.example/example/app/actions/runs/77)" in ours["body"]
    assert "@evil" not in ours["body"] and "\n# x" not in ours["body"]
    assert api.tokens == {"Bearer t0ken"} and "t0ken" not in done.stdout + done.stderr
    publish(checkout, api, tmp_path / "results")
    assert len(api.issues) == 2 and api.issues[0]["body"].endswith("mine now")
    ((number, comment),) = api.comments
    assert number == ours["number"] and "went from 1 to 4" in comment


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"WITH_MEASURED": "cancelled"}, "the job that measures ended as cancelled"),
        ({"WITH_CODE": "6"}, "tracking ended with exit code 6"),
        ({"WITH_CODE": ""}, "tracking ended with exit code none"),
    ],
)
def test_a_failure_is_reported_and_fails(
    checkout: Path, api: IssueApi, tmp_path: Path, said: dict[str, str], words: str
) -> None:
    left(tmp_path / "results", [one("3.1.3")], QUIET)
    done = publish(checkout, api, tmp_path / "results", **said)
    assert code(checkout) == "4"
    assert words in api.issues[0]["body"] and f"::{words}" in done.stdout


def test_measurements_are_kept_even_if_the_rest_fails(
    checkout: Path, origin: Path, api: IssueApi, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    left(results, [one("3.1.2"), one("3.1.3")], None)
    (results / TIMELINE).write_text('{"schema": 1, "li')
    cut = next((results / "history").rglob("*3.1.2*/*.json"))
    cut.write_text(cut.read_text()[:-40])
    done = publish(checkout, api, results)
    assert code(checkout) == "4", done.stdout
    assert [name.split("/")[2].split("+")[0] for name in on_branch(origin)] == [
        "flask-3.1.3"
    ]
    body = api.issues[0]["body"]
    assert "is not whole" in body and "timeline.json" in body and cut.name in body


def test_an_issue_that_cannot_be_opened_fails_after_the_history_is_kept(
    checkout: Path, origin: Path, api: IssueApi, tmp_path: Path
) -> None:
    api.refuses = 403
    left(tmp_path / "results", [one("3.1.3")], NEWS)
    done = publish(checkout, api, tmp_path / "results")
    assert code(checkout) == "2", done.stdout
    assert "answered 403" in done.stdout and len(on_branch(origin)) == 2
