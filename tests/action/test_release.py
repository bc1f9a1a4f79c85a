"""The workflow that publishes a release, run by act. Stand-ins replace the services."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from tests.builders.programs import write_program

from .runner import copy_of
from .runner import export
from .runner import OURS
from .runner import Runner
from .runner import WorkflowRun

TAG = f"v{harness.__version__}"
WORKFLOW = Path(".github", "workflows", "release.yml")
NAMES = ("flask_concurrency_matrix", "pytest_flask_concurrency")
BUILT = {
    f"{name}-{harness.__version__}{ending}"
    for name in NAMES
    for ending in ("-py3-none-any.whl", ".tar.gz")
}

GH = """\
#!/bin/sh
# Stands in for gh: records its arguments, and reports the release as immutable.
echo "$*" >> "$NOTES/gh"
[ -n "$GH_TOKEN" ] && [ "$GH_REPO" = {name} ]
case "$*" in *--notes-file*) cat notes.md > "$NOTES/notes.md" ;; esac
case "$*" in *isImmutable*) echo true ;; esac
"""


class Released:
    """A repository of this project at a release, and the runs of its workflow."""

    def __init__(self, folder: Path, ours: Path, python: Path) -> None:
        own = copy_of(python, folder / "python")
        self.runner = Runner(folder / "machine", ours, own)
        self.folder = self.runner.repository
        shutil.rmtree(self.folder)
        export(self.folder)
        changelog = self.folder / "CHANGELOG.md"
        changelog.write_text(changelog.read_text().replace("Unreleased.", "2026-12-01"))
        make = [sys.executable, "-m", "docs.make", "--owner", OURS.partition("/")[0]]
        subprocess.run(make, cwd=self.folder, env=self.env(), check=True, timeout=300)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("remote", "add", "origin", f"https://github.com/{OURS}")
        self.runner.commit()
        self.git("tag", TAG)
        tools = folder / "tools"
        write_program(tools / "gh", GH.format(name=OURS))
        self.path = f"{tools}:{self.runner.environment()['PATH']}"

    def env(self) -> dict[str, str]:
        return {**self.runner.environment(), "PYTHONPATH": str(self.folder)}

    def git(self, *words: str) -> str:
        """Run git in the repository and return its output."""
        command = ["git", *words]
        done = subprocess.run(
            command, cwd=self.folder, check=True, timeout=60, capture_output=True
        )
        return done.stdout.decode().strip()

    def push(self, ref: str, event: str = "push") -> WorkflowRun:
        """Run the workflow as GitHub does when a ref is pushed."""
        event_file = self.runner.home / "event.json"
        event_file.write_text(json.dumps({"ref": ref}))
        options = ("--eventpath", str(event_file), "-s", "GITHUB_TOKEN=secret")
        path = self.folder / WORKFLOW
        return self.runner.run_file(path, event, *options, PATH=self.path)

    def names(self, artifact: str) -> set[str]:
        """Return the names of the files in an artifact."""
        return {path.name for path in (self.runner.artifacts / artifact).glob("[!.]*")}


@pytest.fixture(scope="module")
def released(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, python: Path
) -> Released:
    """The repository of the person who publishes this project."""
    return Released(tmp_path_factory.mktemp("release"), ours, python)


@pytest.fixture(scope="module")
def run(released: Released) -> WorkflowRun:
    """The run for a pushed tag."""
    return released.push(f"refs/tags/{TAG}")


def test_all_jobs_succeed(run: WorkflowRun) -> None:
    jobs = dict.fromkeys(("build", "index", "github"), "success")
    assert run.results() == jobs, run.printed("github") or run.printed("build")


def test_the_built_distributions_are_checked_and_can_measure(run: WorkflowRun) -> None:
    printed = run.printed("build")
    assert printed.count("PASSED") == len(BUILT), "twine check"
    assert len(re.findall(r"\.whl: OK", printed)) == len(NAMES)
    assert "waitress-3.0.2/default" in printed and "1 passed" in printed


def test_the_same_files_are_published_everywhere(
    released: Released, run: WorkflowRun
) -> None:
    assert released.names("dist") == released.names("uploaded") == BUILT
    create, publish, look = (released.runner.notes / "gh").read_text().splitlines()
    assert create.startswith(f"release create {TAG} dist/")
    assert {name for name in BUILT if f"dist/{name}" in create} == BUILT
    assert "--draft --verify-tag" in create
    assert publish == f"release edit {TAG} --draft=false"
    assert look.startswith(f"release view {TAG} --json isImmutable")


def test_the_notes_name_the_commit(released: Released, run: WorkflowRun) -> None:
    notes = (released.runner.notes / "notes.md").read_text()
    commit = released.git("rev-parse", TAG)
    assert f"uses: {OURS}@{commit} # {TAG}" in notes
    assert "- The probe holds overlapping requests" in notes


def test_pages_can_be_pinned_to_the_release(
    released: Released, run: WorkflowRun
) -> None:
    make = [sys.executable, "-m", "docs.make", "--released", TAG]
    subprocess.run(
        make, cwd=released.folder, env=released.env(), check=True, timeout=300
    )
    commit = released.git("rev-parse", TAG)
    page = (released.folder / "docs" / "action.md").read_text()
    assert page.count(f"uses: {OURS}@{commit} # {TAG}\n") >= 2
    assert "OWNER/" not in page and "matrix@main" not in page.partition("## Which")[0]


def test_nothing_is_left_running(released: Released, run: WorkflowRun) -> None:
    assert not released.runner.left_over()
