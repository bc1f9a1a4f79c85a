"""The verb ``check``: its options, and the order of its steps."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from harness.cli import options as shared
from harness.cli.again import check_again
from harness.cli.check_options import check_options
from harness.cli.check_options import checking
from harness.cli.check_options import CheckOptions
from harness.cli.check_options import EXIT_CODES
from harness.cli.deployments import choose
from harness.cli.deployments import configuration
from harness.cli.formats import AllWays
from harness.cli.formats import QUIET
from harness.cli.formats import show as show_in
from harness.cli.formats import TEXT
from harness.cli.pages import write_pages
from harness.cli.schema import schema_of
from harness.deployment import config as deployments
from harness.deployment import findings as check_findings
from harness.deployment import prepare as preparing
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.findings import Checked
from harness.deployment.findings import Findings
from harness.deployment.findings import not_measured
from harness.deployment.isolation import note
from harness.deployment.measure import measure_deployment
from harness.deployment.own import with_environment_of
from harness.deployment.plan import plan_deployment
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.github.annotations import annotate
from harness.github.annotations import deployment_annotations
from harness.judge.changes import changes_in
from harness.judge.gate import gate
from harness.records import files
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.report import CheckResult
from harness.records.results import begin
from harness.records.results import CHECK
from harness.records.results import REPORT
from harness.records.results import write_evidence
from harness.report import contents
from harness.report import terminal
from harness.report.badge import badge
from harness.report.cases import of_check
from harness.report.escape import printable
from harness.system.install import CannotInstall
from harness.system.machine import check_open_files


@click.command(
    cls=shared.Verb,
    record=check_options,
    examples=(
        "flask-concurrency check",
        "flask-concurrency check --at-least 4 -- gunicorn app:app --threads 4",
        "flask-concurrency check --config concurrency.toml --only web",
    ),
    exit_codes=EXIT_CODES,
)
@checking
def check(options: CheckOptions) -> int:
    """Measure deployments of your own.

    COMMAND starts your server; its address is chosen here. Without a command, that is
    in concurrency.toml or pyproject.toml, or else what a Procfile, a Dockerfile or a
    server's own file in this folder says. The check fails if fewer requests are handled
    at once than the command declares.
    """
    if options.schema:
        sys.stdout.write(schema_of("deployment"))
        return 0
    configured = configuration(options)
    chosen = choose(configured, options.only)
    results = options.results
    prepared = prepare_all(configured, chosen, options)
    if options.list_only:
        print("\n".join(map(declares, prepared)))
        return 0
    begin(results, Plan(environments=()))
    findings = measure_all(configured, prepared, results, options)
    show(findings, results, options.output_format)
    if options.annotate:
        result = files.read(results / CHECK, CheckResult)
        annotate(deployment_annotations(findings.report, result, os.environ))
    gate(findings.report, None, deployments=findings.results)
    return 0


# ------------------------------------------------------------------------ measuring


def prepare_all(
    configured: Configured, chosen: Sequence[Deployment], options: CheckOptions
) -> list[Prepared | NotPrepared]:
    """The deployments, ready to start. Raises ``UsageError`` with all that is wrong."""
    prepared: list[Prepared | NotPrepared] = []
    problems: list[str] = []
    for each in chosen:
        try:
            with deployments.located(configured, each):
                prepared.append(prepare(configured, each, options))
        except UsageError as problem:
            problems += problem.args
    if problems:
        raise UsageError(*problems)
    return prepared


def prepare(
    configured: Configured, deployment: Deployment, options: CheckOptions
) -> Prepared | NotPrepared:
    """A deployment ready to start, or one whose requirements cannot be installed.

    Raises ``DeploymentFault``.
    """
    cache, made_with = options.cache, options.interpreter
    caller = with_environment_of(configured.folder, os.environ)
    try:
        prepared = preparing.prepare(configured, deployment, caller, cache, made_with)
    except CannotInstall as problem:
        reason = f"requirements: {deployment.requirements} could not be installed"
        return NotPrepared(deployment, reason, str(problem))
    check_limit(prepared, plan_deployment(prepared, options.limit).limit)
    return prepared


def check_limit(prepared: Prepared, limit: int) -> None:
    """Check that this machine can offer as many requests.

    Raises ``DeploymentFault``.
    """
    most = prepared.declaration.declared or limit
    try:
        check_open_files(most, f"the number {most}")
    except UsageError as problem:
        raise DeploymentFault("declared", str(problem)) from None


def declares(each: Prepared | NotPrepared) -> str:
    """What a deployment declares, in one line."""
    if not isinstance(each, Prepared):
        return printable(
            f"{each.deployment.name}: cannot be installed: {each.log_tail}"
        )
    declared, because = each.declaration.declared, each.declaration.because
    number = "no bound" if declared is None else declared
    if each.problem and each.deployment.declared is None:
        problem = "its command does not tell what it declares, the running server may"
        return printable(f"{each.deployment.name}: {problem}: {each.problem}")
    words = f"{each.deployment.name}: declares {number}: {because}"
    return printable(f"{words}; it runs on {each.where.python}", characters=1000)


def measure_all(
    configured: Configured,
    prepared: Sequence[Prepared | NotPrepared],
    results: Path,
    options: CheckOptions,
) -> Findings:
    """Measure one after the other; the report is written after each.

    Raises ``Interrupted``, with a report of those that were measured.
    """
    checked = [
        not_measured(each, plan_deployment(each, options.limit))  # until it is
        for each in prepared
    ]

    def report(some: Sequence[Checked], ended: HarnessError | None = None) -> Findings:
        findings = check_findings.judge_deployments(
            configured, some, options.fail_on, check_again(configured)
        )
        write(findings, results, ended)
        return findings

    findings = report(checked)
    for number, each in enumerate(prepared):
        try:
            checked[number] = measure(each, checked[number], results, options)
        except KeyboardInterrupt:
            ended = Interrupted(
                f"interrupted; {number} of {len(prepared)} deployments were measured"
            )
            if number:
                show(report(checked[:number], ended), results, options.output_format)
            raise ended from None
        findings = report(checked)
    return findings


def measure(
    each: Prepared | NotPrepared,
    before: Checked,
    results: Path,
    options: CheckOptions,
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    checked = before
    if isinstance(each, Prepared):
        words = ["measuring"]
        notes = each.contained.notes if each.contained else [note(each.where.folder)]
        words += filter(None, (each.command.note, *notes))
        for line in words if options.output_format != QUIET else ():
            text = printable(f"{each.deployment.name}: {line}")
            print(text, file=sys.stderr, flush=True)
        logs = results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        plan = plan_deployment(each, options.limit, options.ask)
        measured = asyncio.run(
            measure_deployment(each, plan, logs, options.start_seconds)
        )
        checked = Checked(each, *measured)
    name = checked.deployment.name
    write_evidence(results, checked.evidence, name=name)
    return checked


def write(findings: Findings, results: Path, ended: HarnessError | None = None) -> None:
    """Write the report, the badges and the result of the check."""
    result = check_findings.check_result(findings, ended)
    report = findings.report
    files.write(results / REPORT, report)
    page = contents.page(report, changes_in(report), result)
    write_pages(results, "Deployments, measured", page, report.cells)
    for cell in report.cells:
        if cell.reason != check_findings.MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            files.write_text(path, badge(cell))
    files.write(results / CHECK, result)


def show(findings: Findings, results: Path, format: str = TEXT) -> None:
    """Print the report, and which deployments fail."""
    changes = changes_in(findings.report)
    sections = contents.overview(findings.report, changes, str(results))
    if format != TEXT:
        result = check_findings.check_result(findings)
        cases = of_check(findings.report, result)
        page = contents.page(findings.report, changes, result)
        measured_at = findings.report.measured_at
        all_ways = AllWays(
            result, result.deployments, cases, sections, page, measured_at
        )
        show_in(format, all_ways)
        return
    terminal.show(sections)
    broken = [each for each in findings.results if each.fault is not None]
    for each in broken if len(broken) > 1 else ():
        print(printable(f"fails: {each.name}: {each.reason}", characters=1000))
