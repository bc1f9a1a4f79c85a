"""The steps of ``check``: measure deployments one by one, and report on them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from harness.cli.progress import Progress
from harness.cli.progress import progress
from harness.cli.report import show_check
from harness.cli.report import write as write_report
from harness.cli.reproduce import check_again
from harness.cli.usage.checking import CheckOptions
from harness.deployment import findings as check_findings
from harness.deployment.config import Configured
from harness.deployment.findings import Findings
from harness.deployment.isolation.folders import notes
from harness.deployment.measure import Checked
from harness.deployment.measure import measure_deployment
from harness.deployment.measure import MISSING
from harness.deployment.measure import not_measured
from harness.deployment.plan import plan_deployment
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.judge.changes import changes_in
from harness.records import files
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.results import CHECK
from harness.records.results import write_evidence
from harness.report.badge import badge
from harness.report.escape import printable


def measure_all(
    configured: Configured,
    prepared: Sequence[Prepared | NotPrepared],
    results: Path,
    options: CheckOptions,
) -> Findings:
    """Measure deployments one after the other; write the report after each.

    Raises ``Interrupted``, with a report of those that were measured.
    """
    # A deployment counts as missing until it is measured, so that a crash in between
    # leaves a report on all of them.
    checked = [
        not_measured(one, plan_deployment(one, options.limit)) for one in prepared
    ]

    def report(
        measured_so_far: Sequence[Checked], ended: HarnessError | None = None
    ) -> Findings:
        findings = check_findings.judge_deployments(
            configured, measured_so_far, options.fail_on, check_again(configured)
        )
        write(findings, results, ended)
        return findings

    findings = report(checked)
    number, total = 0, len(prepared)
    try:
        with progress(
            total, total, quiet=options.printing.quiet, idle="starting"
        ) as shown:
            for number, one in enumerate(prepared):
                name = one.deployment.name
                shown.begin(name)
                checked[number] = measure(one, checked[number], options, shown)
                findings = report(checked)
                shown.end(name, findings.report.cells[number])
    except KeyboardInterrupt:
        measured = f"{number} of {total} deployments" if number else "nothing"
        were = f"{measured} {'were' if number else 'was'} measured"
        ended: HarnessError = Interrupted(f"interrupted; {were}", brief=were)
        if number:
            report(checked[:number], ended)
            ended = show_check(results, options.printing) or ended
        raise ended from None
    return findings


def measure(
    prepared: Prepared | NotPrepared,
    unmeasured: Checked,
    options: CheckOptions,
    progress_line: Progress,
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    checked = unmeasured
    if isinstance(prepared, Prepared):
        where = prepared.where
        about = (
            prepared.contained.notes
            if prepared.contained
            else notes(where.folder, where.variables)
        )
        words = filter(None, (prepared.command.note, *about))
        for line in (*(["measuring"] if progress_line.in_lines else []), *words):
            progress_line.say(printable(f"{prepared.deployment.name}: {line}"))
        logs = options.results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        plan = plan_deployment(prepared, options.limit, options.ask)
        checked = asyncio.run(
            measure_deployment(prepared, plan, logs, options.start_seconds)
        )
        if path := checked.found_below:
            found = f'its Flask app was found below {path}; `below = "{path}"` says so'
            progress_line.say(printable(f"{prepared.deployment.name}: {found}"))
    name = checked.deployment.name
    write_evidence(options.results, checked.evidence, name=name)
    return checked


def write(findings: Findings, results: Path, ended: HarnessError | None = None) -> None:
    """Write the report, the badges and the result of the check."""
    result = check_findings.check_result(findings, ended)
    report = findings.report
    write_report(results, report, changes_in(report), result)
    for cell in report.cells:
        if cell.reason != MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            files.write_text(path, badge(cell))
    files.write(results / CHECK, result)
