"""The steps of ``check``: measure deployments one by one, and report on them."""

import asyncio
from collections.abc import Iterator
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
    options: CheckOptions,
) -> Findings:
    """Measure deployments one after the other; write the report after each.

    Raises ``Interrupted``, with a report of those that were measured.
    """

    def report(checked: Sequence[Checked], ended: HarnessError | None) -> Findings:
        findings = check_findings.judge_deployments(
            configured, checked, options.fail_on, check_again(configured)
        )
        write(findings, options.results, ended)
        return findings

    # A deployment counts as missing until it is measured, so that a crash leaves a
    # report on all of them.
    checked = [
        not_measured(one, plan_deployment(one, options.limit)) for one in prepared
    ]
    findings = report(checked, None)
    number, total, quiet = 0, len(prepared), options.printing.quiet
    try:
        with progress(total, total, quiet=quiet, idle="starting") as shown:
            for number, one in enumerate(prepared):
                name = one.deployment.name
                shown.begin(name)
                checked[number] = measure(one, checked[number], options, shown)
                findings = report(checked, None)
                shown.end(name, findings.report.cells[number])
    except KeyboardInterrupt:
        ended: HarnessError = _interrupted(number, total)
        if number:
            report(checked[:number], ended)
            ended = show_check(options.results, options.printing) or ended
        raise ended from None
    return findings


def _interrupted(number: int, total: int) -> Interrupted:
    """The error of a check that was interrupted when it had measured ``number``."""
    were = f"{number} of {total} deployments were measured"
    if not number:
        were = "nothing was measured"
    return Interrupted(f"interrupted; {were}", brief=were)


def measure(
    prepared: Prepared | NotPrepared,
    unmeasured: Checked,
    options: CheckOptions,
    progress_line: Progress,
) -> Checked:
    """Measure one deployment; the evidence is written before any opinion."""
    name = prepared.deployment.name

    def say(line: str) -> None:
        progress_line.say(printable(f"{name}: {line}"))

    checked = unmeasured
    if isinstance(prepared, Prepared):
        if progress_line.in_lines:
            say("measuring")
        for note in _notes(prepared):
            say(note)
        logs = options.results / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        plan = plan_deployment(prepared, options.limit, options.ask)
        checked = asyncio.run(
            measure_deployment(prepared, plan, logs, options.start_seconds)
        )
        if path := checked.found_below:
            say(f'its Flask app was found below {path}; `below = "{path}"` says so')
    write_evidence(options.results, checked.evidence, name=checked.deployment.name)
    return checked


def _notes(prepared: Prepared) -> Iterator[str]:
    """What a user should know before a deployment is started."""
    if prepared.command.note:
        yield prepared.command.note
    if prepared.contained:
        yield from prepared.contained.notes
    else:
        yield from notes(prepared.where.folder, prepared.where.variables)


def write(findings: Findings, results: Path, ended: HarnessError | None) -> None:
    """Write the report, the badges and the result of the check."""
    result = check_findings.check_result(findings, ended)
    report = findings.report
    write_report(results, report, changes_in(report), result)
    for cell in report.cells:
        if cell.reason != MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            files.write_text(path, badge(cell))
    files.write(results / CHECK, result)
