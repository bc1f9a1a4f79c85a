"""Knows the stages of the GitHub Action and what each leaves behind; must not know how
any of them is carried out.

Rule: a stage tells its exit code as an output and ends well, so that everything that
was measured is reported and kept before the last step passes or fails.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness import baseline
from harness import github
from harness import store
from harness.compare import CellChange
from harness.errors import HarnessError
from harness.errors import UsageError
from harness.gate import FailOn
from harness.gate import FORBIDDEN
from harness.github import Annotation
from harness.github import Stage
from harness.jobs import job_matrix
from harness.model import Report
from harness.options import check
from harness.report import changes
from harness.report import markdown

Run = Callable[[Sequence[str]], int]
"""Runs a command line; its exit code, or an error of ``harness.errors``."""


def run(stage: Stage, command: Run) -> int:
    """One stage, by the inputs and for the runner that the environment tells of."""
    environ = dict(os.environ)
    try:
        with contextlib.chdir(_working_directory(environ)):
            return _run(stage, command, environ)
    except UsageError as error:
        _conclude(stage, environ, error)
        return 0


def _run(stage: Stage, command: Run, environ: Mapping[str, str]) -> int:
    problem: HarnessError | None = None
    code = 0
    try:
        _check(stage, environ)
        with github.commands_stopped():
            try:
                code = command(github.arguments(stage, environ))
            except HarnessError as error:
                print(f"flask-concurrency: {error}", flush=True)
                problem = error
    except UsageError as error:
        problem = error
    if stage == "report":
        _publish(environ)
    _conclude(stage, environ, problem, code)
    return 0


def _working_directory(environ: Mapping[str, str]) -> Path:
    path = Path(environ.get("WITH_WORKING_DIRECTORY") or ".")
    if not path.is_dir():
        raise UsageError(f"working-directory: there is no folder {str(path)!r}")
    return path


def _check(stage: Stage, environ: Mapping[str, str]) -> None:
    """What only a later stage needs is looked at before anything is measured."""
    if stage == "plan":
        check(github.arguments("measure", environ))
        check(github.arguments("report", environ))
        if path := environ.get("WITH_BASELINE"):
            store.read_report(Path(path))
        try:
            github.flag(environ, "SUMMARY")
        except ValueError as problem:
            raise UsageError(str(problem)) from None


def _conclude(
    stage: Stage,
    environ: Mapping[str, str],
    problem: HarnessError | None,
    code: int = 0,
) -> None:
    """Outputs that are there however the stage went, and the reason if it failed."""
    code = problem.exit_code if problem else code
    outputs = {"exit-code": str(code)}
    if stage == "report":
        outputs["passed"] = "false" if code else "true"
    if stage == "plan" and not code:
        results = Path(github.results(environ)).resolve()
        plan = store.read_plan(store.plan_path(results))
        shards = int(environ.get("WITH_SHARDS") or 1)
        outputs |= {"matrix": job_matrix(plan, shards), "results": str(results)}
    github.set_outputs(environ, outputs)
    if problem:
        title = "Flask Concurrency Matrix"
        github.annotate([Annotation("error", title, str(problem))])


def _publish(environ: Mapping[str, str]) -> None:
    """Show what was reported; nothing, where not even a report could be made."""
    path = store.report_path(Path(github.results(environ)).resolve())
    if not path.exists():
        return
    report = store.read_report(path)
    if github.flag(environ, "SUMMARY"):
        found = baseline.read(path.parent)
        github.add_summary(environ, _summary(report, found, environ))
    github.annotate(_remarks(report, baseline.read(path.parent), environ))
    github.set_outputs(
        environ,
        {
            **github.report_outputs(report),
            "report": str(path),
            "markdown": str(path.with_suffix(".md")),
        },
    )


def _remarks(
    report: Report, found: Sequence[CellChange], environ: Mapping[str, str]
) -> list[Annotation]:
    fail_on = FailOn(environ.get("WITH_FAIL_ON", "").strip() or FailOn.HARNESS)
    remarks = github.changes_on(found, fail_on is FailOn.REGRESSION)
    return github.roll_up([*remarks, *github.remarks_on(report, FORBIDDEN[fail_on])])


def _summary(
    report: Report, found: Sequence[CellChange], environ: Mapping[str, str]
) -> str:
    """Within the limit: changes are few and come first, the rest gives way."""
    artifact = environ.get("ARTIFACT", "")
    where = f"report.json in the artifact {artifact}" if artifact else "report.json"
    above = f"{changes.render(found)}\n" if found else ""
    room = github.summary_room(environ) - len(above.encode())
    return above + markdown.render(report, max_bytes=room, complete=where)
