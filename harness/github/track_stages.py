"""The stages of the workflow ``track.yml``, and the outputs of each.

The job that measures runs other people's releases, so it may not write anything. The
job that writes runs none of them, and trusts nothing that the other job left. Nothing
fails silently: whatever went wrong is in the issue, and fails the job.
"""

import os
import shutil
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from harness.github import branch
from harness.github import inputs
from harness.github import issue
from harness.github import runner
from harness.github.annotations import annotate
from harness.github.annotations import annotate_error
from harness.github.annotations import Annotation
from harness.github.annotations import roll_up
from harness.github.branch import Branch
from harness.github.stages import carry_out
from harness.github.stages import exit_code_of
from harness.github.stages import Run
from harness.records import files
from harness.records.errors import HarnessFailed
from harness.records.errors import UsageError
from harness.records.results import TIMELINE
from harness.records.track import Timeline
from harness.report import markdown
from harness.report.sections.timeline import sections
from harness.report.sections.timeline import sentences
from harness.track import history

Stage = Literal["history", "track", "publish"]
STAGES: tuple[Stage, ...] = ("history", "track", "publish")

NAME = "history"
"""Name of the branch, unless another is given."""

FETCHED = ".flask-concurrency.fetched"
"""File that says that a folder was fetched, so that the next run may remove it."""

PAGE = "README.md"
"""The page that the branch shows on GitHub."""


def run(stage: Stage, command: Run) -> None:
    """Run one stage; variables describe its inputs and the runner."""
    environ = dict(os.environ)
    does = {"history": _history, "track": _track, "publish": _publish}[stage]
    code = exit_code_of(lambda: does(environ, command))
    runner.set_outputs(environ, {"exit-code": str(code)})


def _branch(environ: Mapping[str, str]) -> Branch:
    name = inputs.value_of(environ, "BRANCH") or NAME
    return Branch(
        runner.workspace(environ).resolve(), name, inputs.value_of(environ, "TOKEN")
    )


def _history(environ: Mapping[str, str], _command: Run) -> int:
    """Fetch the history for the next step."""
    folder = Path(inputs.history(environ))
    _make_room(folder)
    exists = branch.fetch(_branch(environ), folder)
    shutil.rmtree(folder / ".git", ignore_errors=True)
    (folder / FETCHED).touch()
    measured, _ = history.read(folder)
    runner.set_outputs(environ, {"found": str(len(measured))})
    print(
        f"{len(measured)} measurements" if exists else "the history begins", flush=True
    )
    return 0


def _make_room(folder: Path) -> None:
    """Remove what an earlier run fetched. Raises ``UsageError`` about other files."""
    if folder.exists() and any(folder.iterdir()) and not (folder / FETCHED).exists():
        raise UsageError(
            f"{folder}: has files that no earlier run fetched, and they would be "
            "removed; give another folder for results"
        )
    shutil.rmtree(folder, ignore_errors=True)


def _track(environ: Mapping[str, str], command: Run) -> int:
    """Measure what is new, and show the timeline."""
    try:
        return carry_out(command, inputs.track_arguments(environ))
    finally:
        if (timeline := _timeline(environ)) is not None:
            room = runner.summary_room(environ)
            text = markdown.write(sections(timeline), max_bytes=room)
            runner.add_summary(environ, text)
            notes = [Annotation("notice", "new", n) for n in sentences(timeline)]
            annotate(roll_up(notes))


def _timeline(environ: Mapping[str, str]) -> Timeline | None:
    """The timeline; ``None`` if measuring did not finish."""
    path = Path(inputs.results(environ)) / TIMELINE
    return files.read(path, Timeline) if path.exists() else None


# --------------------------------------------------------------------------- publish


def _publish(environ: Mapping[str, str], _command: Run) -> int:
    """Add the measurements to the branch, and report what is new in the issue."""
    faults = _faults_of_before(environ)
    timeline = None
    try:
        timeline = _timeline(environ)
        if timeline is None:
            faults.append("there is no timeline: measuring gave no result")
    except UsageError as fault:
        faults.append(str(fault))
    try:
        _grow(environ, timeline, faults)
    except UsageError as fault:
        faults.append(f"the history could not be kept: {fault}")
    for each in faults:
        annotate_error(each)
    _open_issue(environ, timeline, faults)
    return HarnessFailed.exit_code if faults else 0


def _faults_of_before(environ: Mapping[str, str]) -> list[str]:
    """The errors of the job that measured."""
    result, code = (inputs.value_of(environ, each) for each in ("MEASURED", "CODE"))
    if result != "success":
        return [f"the job that measures ended as {result or 'nothing'}"]
    if code != "0":
        return [f"tracking ended with exit code {code or 'none'}; its log says why"]
    return []


def _grow(
    environ: Mapping[str, str], timeline: Timeline | None, faults: list[str]
) -> None:
    measured, unreadable = history.read(Path(inputs.history(environ)))
    faults += map(str, unreadable)

    def add(folder: Path) -> str:
        new = history.add(folder, measured)
        if timeline is not None:
            files.write_text(folder / PAGE, markdown.write(sections(timeline)))
        return f"{len(new)} measurements"

    grew = branch.grow(_branch(environ), add)
    print("the history grew" if grew else "the history is as it was", flush=True)


def _open_issue(
    environ: Mapping[str, str], timeline: Timeline | None, faults: Sequence[str]
) -> None:
    news = issue.write(timeline, faults, runner.run_address(environ))
    repository = runner.repository(environ)
    if news is None:
        return
    if repository is None:
        raise UsageError(
            "the runner does not say which repository this is; set GITHUB_REPOSITORY"
        )
    number = issue.open_or_update(repository, news)
    print(f"issue {number} says what is new", flush=True)
