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

from harness.github import inputs
from harness.github import kept
from harness.github import runner as github
from harness.github.annotations import annotate_deployments
from harness.github.runner import Annotation
from harness.github.runner import Stage
from harness.judge.changes import changes_in
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.plan.shards import job_matrix
from harness.records import files
from harness.records.changes import Changes
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import UsageError
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.results import changes_path
from harness.records.results import check_path
from harness.records.results import plan_path
from harness.records.results import read_plan
from harness.records.results import read_report
from harness.records.results import report_path
from harness.report import contents
from harness.report import markdown
from harness.report.escape import printable

STAGES: tuple[Stage, ...] = ("plan", "measure", "report")

Run = Callable[[Sequence[str]], int]
"""Runs a command line; its exit code, or an error of ``harness.errors``."""

Check = Callable[[Sequence[str]], None]
"""Checks a command line without running it. Raises ``UsageError``."""


def run(stage: Stage, command: Run, check: Check) -> int:
    """Run one stage for the runner and with the inputs that the environment tells of.

    ``check`` is called with the command lines of later stages, before anything is done.
    """
    environ = dict(os.environ)
    try:
        with contextlib.chdir(_working_directory(environ)):
            _check(stage, environ, check)
            return _run(stage, command, environ)
    except UsageError as error:
        _conclude(stage, environ, error)
        return 0


def _run(stage: Stage, command: Run, environ: Mapping[str, str]) -> int:
    deployments = inputs.of_deployments(environ)
    if deployments:
        return _run_check(stage, command, environ)
    found = kept.look_up(environ) if stage == "plan" else {}
    results = Path(github.results(environ)).resolve()
    line = github.arguments(stage, environ)
    if stage == "report":
        line = kept.arguments(results, environ)
    problem, code = carry_out(command, line)
    if stage == "plan":
        kept.keep(results, found)
    if stage == "report":
        _publish(environ)
    _conclude(stage, environ, problem, code)
    return 0


def _run_check(stage: Stage, command: Run, environ: Mapping[str, str]) -> int:
    """One stage of measuring deployments, which are told of by the last of them."""
    problem: HarnessError | None = None
    code = 0
    if stage == "report":
        try:
            code = _publish_check(environ)
        except HarnessFailed as error:
            problem = error
    else:
        for name in github.not_the_callers(environ):
            os.environ.pop(name, None)
        problem, code = carry_out(command, inputs.check_arguments(stage, environ))
        if stage == "measure" and not isinstance(problem, UsageError):
            return 0
    _conclude(stage, environ, problem, code)
    return 0


def carry_out(command: Run, line: Sequence[str]) -> tuple[HarnessError | None, int]:
    """Run a command line; what went wrong, or its exit code."""
    with github.commands_stopped():
        try:
            return None, command(line)
        except HarnessError as error:
            print(
                f"flask-concurrency: {printable(str(error), characters=1000)}",
                flush=True,
            )
            return error, error.exit_code


def _working_directory(environ: Mapping[str, str]) -> Path:
    path = Path(environ.get("WITH_WORKING_DIRECTORY") or ".")
    if not path.is_dir():
        raise UsageError(f"working-directory: there is no folder {str(path)!r}")
    return path


def _check(stage: Stage, environ: Mapping[str, str], check: Check) -> None:
    """Check what only a later stage needs before anything is measured."""
    if stage == "plan":
        for later in () if inputs.of_deployments(environ) else STAGES[1:]:
            check(github.arguments(later, environ))
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
        outputs["results"] = str(results)
        if not inputs.of_deployments(environ):
            plan = read_plan(plan_path(results))
            shards = int(environ.get("WITH_SHARDS") or 1)
            outputs["matrix"] = job_matrix(plan, shards)
    github.set_outputs(environ, outputs)
    if problem:
        title = "Flask Concurrency Matrix"
        github.annotate([Annotation("error", title, str(problem))])


def _publish(environ: Mapping[str, str]) -> None:
    """Show what was reported; nothing, where not even a report could be made."""
    path = report_path(Path(github.results(environ)).resolve())
    if not path.exists():
        return
    report = read_report(path)
    found = files.read(changes_path(path.parent), Changes)
    if github.flag(environ, "SUMMARY"):
        github.add_summary(environ, _summary(report, found, environ))
    github.annotate(_remarks(report, found, environ))
    _set_outputs(environ, report, path)


def _publish_check(environ: Mapping[str, str]) -> int:
    """Show what was found of deployments; the exit code of the check.

    Raises ``HarnessFailed`` where not even a report could be made.
    """
    results = Path(github.results(environ)).resolve()
    path = report_path(results)
    if not path.exists() or not check_path(results).exists():
        raise HarnessFailed(
            "nothing was measured, and there is no report; the log of the step before "
            "says why"
        )
    report = read_report(path)
    result = files.read(check_path(results), CheckResult)
    if github.flag(environ, "SUMMARY"):
        room = github.summary_room(environ)
        page = contents.page(report, changes_in(report), result)
        text = markdown.write(page, max_bytes=room, complete=_complete(environ))
        github.add_summary(environ, text)
    github.annotate(annotate_deployments(report, result, environ))
    _set_outputs(environ, report, path)
    return result.exit_code


def _set_outputs(environ: Mapping[str, str], report: Report, path: Path) -> None:
    outputs = github.report_outputs(report)
    outputs |= {"report": str(path), "markdown": str(path.with_suffix(".md"))}
    github.set_outputs(environ, outputs)


def _remarks(
    report: Report, found: Changes, environ: Mapping[str, str]
) -> list[Annotation]:
    fail_on = FailOn(environ.get("WITH_FAIL_ON", "").strip() or FailOn.HARNESS)
    remarks = github.changes_on(found, FORBIDDEN_CHANGES.get(fail_on, ()))
    return github.roll_up([*remarks, *github.remarks_on(report, FORBIDDEN[fail_on])])


def _summary(report: Report, found: Changes, environ: Mapping[str, str]) -> str:
    room = github.summary_room(environ)
    page = contents.page(report, found)
    return markdown.write(page, max_bytes=room, complete=_complete(environ))


def _complete(environ: Mapping[str, str]) -> str:
    """Where the whole report is to be found."""
    artifact = environ.get("ARTIFACT", "")
    return f"report.json in the artifact {artifact}" if artifact else "report.json"
