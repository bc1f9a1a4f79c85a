"""The stages of the GitHub Action, and the outputs of each.

A stage sets its exit code as an output and succeeds, so that everything that was
measured is reported and uploaded before the last step passes or fails.
"""

import contextlib
import os
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.github import baseline
from harness.github import inputs
from harness.github import runner
from harness.github.annotations import annotate
from harness.github.annotations import annotate_error
from harness.github.annotations import cell_annotations
from harness.github.annotations import change_annotations
from harness.github.annotations import deployment_annotations
from harness.github.annotations import roll_up
from harness.github.inputs import Stage
from harness.judge.changes import changes_in
from harness.judge.gate import FORBIDDEN
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.plan.shards import job_matrix
from harness.records import files
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import UsageError
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.results import CHANGES
from harness.records.results import CHECK
from harness.records.results import PLAN
from harness.records.results import read_plan
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened
from harness.report import contents
from harness.report import markdown
from harness.report.document import Section
from harness.report.escape import printable
from harness.system import os_errors

STAGES: tuple[Stage, ...] = ("plan", "measure", "report")

Run = Callable[[Sequence[str]], int]
"""Runs a command line; returns its exit code, or raises ``HarnessError``."""

Check = Callable[[Sequence[str]], None]
"""Checks a command line without running it. Raises ``UsageError``."""


def run(stage: Stage, command: Run, check: Check) -> None:
    """Run one stage; variables describe its inputs and the runner.

    ``check`` is called with the command lines of later stages before anything is done.
    """
    environ = dict(os.environ)

    def work() -> int | None:
        with contextlib.chdir(_working_directory(environ)):
            if inputs.measures_deployments(environ):
                code = _run_check(stage, command, environ)
            else:
                code = _run(stage, command, check, environ)
            if stage == "plan" and not code:
                runner.set_outputs(environ, _plan_outputs(environ))
            return code

    code = exit_code_of(work)
    if code is not None:
        outputs = {"exit-code": str(code)}
        if stage == "report":
            outputs["passed"] = "false" if code else "true"
        runner.set_outputs(environ, outputs)


def exit_code_of(work: Callable[[], int | None]) -> int | None:
    """The exit code of a stage; an error that it ends with becomes an annotation."""
    try:
        return work()
    except HarnessError as problem:
        annotate_error(problem)
        return problem.exit_code
    except OSError as problem:  # such as a full disk, or an input that is not a path
        annotate_error(os_errors.explain(problem) or os_errors.describe(problem))
        return UsageError.exit_code


def _run(stage: Stage, command: Run, check: Check, environ: Mapping[str, str]) -> int:
    """Run one stage of measuring the matrix; its exit code. Raises ``HarnessError``."""
    results = Path(inputs.results(environ)).resolve()
    line = inputs.arguments(stage, environ)
    if stage == "measure":
        return carry_out(command, line)
    if stage == "report":
        try:
            return carry_out(command, baseline.report_arguments(results, environ))
        finally:
            _publish(environ)
    for later in STAGES[1:]:
        check(inputs.arguments(later, environ))
    inputs.flag(environ, "SUMMARY")
    carried = baseline.collect(environ)
    try:
        return carry_out(command, line)
    finally:
        baseline.put(results, carried)


def _run_check(stage: Stage, command: Run, environ: Mapping[str, str]) -> int | None:
    """Run one stage of measuring deployments; the last stage shows the report.

    ``None`` if the last stage will report the result. Raises ``HarnessError``.
    """
    if stage == "report":
        return _publish_check(environ)
    inputs.flag(environ, "SUMMARY")
    for name in runner.not_the_callers(environ):
        os.environ.pop(name, None)
    try:
        code = carry_out(command, inputs.check_arguments(stage, environ))
    except HarnessError as problem:
        if stage == "plan" or isinstance(problem, UsageError):
            raise
    return code if stage == "plan" else None


def carry_out(command: Run, line: Sequence[str]) -> int:
    """Run a command line; return its exit code. Prints and raises ``HarnessError``."""
    with runner.commands_stopped():
        try:
            return command(line)
        except HarnessError as problem:
            if not problem.shown:
                words = printable(str(problem), characters=1000)
                print(f"flask-concurrency: {words}", flush=True)
            raise


def _working_directory(environ: Mapping[str, str]) -> Path:
    path = Path(inputs.value_of(environ, "WORKING_DIRECTORY") or ".")
    if not os.path.isdir(path):
        name = shortened(repr(str(path)), MOST_OF_A_VALUE)
        raise UsageError(f"working-directory: there is no folder {name}; correct it")
    return path


def _plan_outputs(environ: Mapping[str, str]) -> dict[str, str]:
    """The outputs of the first stage, by which a workflow starts its jobs."""
    results = Path(inputs.results(environ)).resolve()
    outputs = {"results": str(results)}
    if not inputs.measures_deployments(environ):
        plan = read_plan(results / PLAN)
        shards = int(inputs.value_of(environ, "SHARDS") or 1)
        outputs["matrix"] = job_matrix(plan, shards)
    return outputs


def _publish(environ: Mapping[str, str]) -> None:
    """Show the report, if there is one."""
    path = Path(inputs.results(environ)).resolve() / REPORT
    if not path.exists():
        return
    changes = files.read(path.with_name(CHANGES), Changes)
    report = read_report(path)
    fail_on = FailOn(inputs.value_of(environ, "FAIL_ON") or FailOn.HARNESS)
    of_changes = change_annotations(changes, FORBIDDEN_CHANGES.get(fail_on, ()))
    of_cells = cell_annotations(report, FORBIDDEN[fail_on])
    annotate(roll_up([*of_changes, *of_cells]))
    _show(environ, path, report, contents.page(report, changes))


def _publish_check(environ: Mapping[str, str]) -> int:
    """Show the report on deployments; return the exit code of the check.

    Raises ``HarnessFailed`` if no report could be made.
    """
    path = Path(inputs.results(environ)).resolve() / REPORT
    if not path.exists() or not path.with_name(CHECK).exists():
        raise HarnessFailed(
            "nothing was measured, and there is no report; the log of the step before "
            "says why"
        )
    result = files.read(path.with_name(CHECK), CheckResult)
    report = read_report(path)
    annotate(deployment_annotations(report, result, environ))
    _show(environ, path, report, contents.page(report, changes_in(report), result))
    return result.exit_code


def _show(
    environ: Mapping[str, str], path: Path, report: Report, page: Sequence[Section]
) -> None:
    """Set the outputs, and show a page unless the input ``summary`` says not to."""
    outputs = runner.report_outputs(report)
    outputs |= {"report": str(path), "markdown": str(path.with_suffix(".md"))}
    runner.set_outputs(environ, outputs)
    if inputs.flag(environ, "SUMMARY"):
        artifact = environ.get("ARTIFACT", "")
        where = f"report.json in the artifact {artifact}" if artifact else "report.json"
        room = runner.summary_room(environ)
        text = markdown.write(page, max_bytes=room, complete=where)
        runner.add_summary(environ, text)
