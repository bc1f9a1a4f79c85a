"""Knows what is told of deployments that were checked, in files, Markdown and remarks;
must not measure anything.

Rule: what was not reached yet is told as missing, so that whatever ends a check early
leaves a whole report.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment import app as check
from harness.deployment import contract
from harness.deployment.app import Hello
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.environment import source_key
from harness.deployment.prepare import Prepared
from harness.deployment.remedies import explained
from harness.github import runner as github
from harness.github.runner import Annotation
from harness.judge.changes import changes_in
from harness.judge.gate import DeploymentResult
from harness.judge.gate import FailOn
from harness.judge.gate import gate
from harness.judge.gate import relax
from harness.judge.judge import judge
from harness.records import results as store
from harness.records.errors import HarnessError
from harness.records.evidence import Evidence
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.words import DEFAULT_LIMIT
from harness.records.words import Outcome
from harness.report import markdown
from harness.report.badge import badge
from harness.report.escape import code
from harness.report.escape import prose

MISSING = "missing: the check ended before this deployment was measured"


class Checked(NamedTuple):
    """One deployment, and all that is known of it now."""

    deployment: Deployment
    prepared: Prepared | None
    evidence: Evidence
    hello: Hello | None = None


def not_yet(each: Prepared | tuple[Deployment, str], limit: int) -> Checked:
    """A deployment before it is measured; of one not installed that is all there is."""
    if isinstance(each, Prepared):
        evidence = check.nothing(each, limit, Outcome.HARNESS_FAILED, MISSING)
        return Checked(each.deployment, each, evidence)
    return Checked(each[0], None, check.not_installed(*each))


# ------------------------------------------------------------------------- judging


class Findings(NamedTuple):
    """What is said of several deployments."""

    configured: Configured
    checked: Sequence[Checked]
    report: Report
    kept: Sequence[DeploymentResult]


def find(
    configured: Configured, checked: Sequence[Checked], fail_on: FailOn | None
) -> Findings:
    """Judge the evidence, and by it what each deployment keeps."""

    def again(cell_id: str, limit: int) -> str:
        name = cell_id.split("/")[2]
        deployment = next(e.deployment for e in checked if e.deployment.name == name)
        asked = [] if limit == DEFAULT_LIMIT else ["--limit", str(limit)]
        return shlex.join([*_asked(configured, deployment), *asked])

    report = judge([each.evidence for each in checked], reproduce=again)
    report = _with_remedies(report, checked)
    file = str(configured.path or "")
    kept = [
        contract.result(
            each.deployment, cell, each.prepared and each.prepared.promise, file
        )
        for each, cell in zip(checked, report.cells, strict=True)
    ]
    return Findings(configured, checked, report, relax(kept, fail_on))


def _asked(configured: Configured, deployment: Deployment) -> list[str]:
    """The command line that checks one deployment."""
    words = ["flask-concurrency", "check"]
    if configured.path is not None:
        return [*words, "--config", str(configured.path), "--only", deployment.name]
    given = {
        "--command": deployment.command,
        "--requirements": deployment.requirements,
        "--python-version": deployment.python,
        "--ready": deployment.ready,
        "--declared": deployment.declared,
        "--at-least": deployment.at_least,
    }
    return [
        *words,
        *(w for k, v in given.items() if v is not None for w in (k, str(v))),
    ]


def _with_remedies(report: Report, checked: Sequence[Checked]) -> Report:
    """The same report, whose reasons say what to do."""
    cells = tuple(
        msgspec.structs.replace(
            cell,
            reason=explained(
                cell,
                each.prepared and each.prepared.promise,
                each.hello.stale if each.hello else (),
                patched=each.hello is not None and each.hello.patched,
            ),
        )
        for each, cell in zip(checked, report.cells, strict=True)
    )
    return msgspec.structs.replace(report, cells=cells)


# ------------------------------------------------------------------------- writing


def write(
    found: Findings, results: Path, ended: HarnessError | None = None
) -> CheckResult:
    """Write the report, the badges, and what the check comes to; or was ended by."""
    result = _result(found, ended)
    store.write_report(results, found.report)
    store.write_text(results / "report.md", render(found.report, result))
    for cell in found.report.cells:
        if cell.reason != MISSING:
            path = results / "badges" / f"{cell.configuration}.json"
            store.write_text(path, badge(cell))
    store.write_check(results, result)
    return result


def _result(found: Findings, ended: HarnessError | None) -> CheckResult:
    deployments = tuple(
        _checked_deployment(found.configured, each, kept)
        for each, kept in zip(found.checked, found.kept, strict=True)
    )
    try:
        if ended is not None:
            raise ended
        gate(found.report, None, deployments=found.kept)
    except HarnessError as error:
        exit_code, reason = error.exit_code, str(error)
    else:
        exit_code, reason = 0, ""
    return CheckResult(exit_code=exit_code, reason=reason, deployments=deployments)


def _checked_deployment(
    configured: Configured, checked: Checked, kept: DeploymentResult
) -> CheckedDeployment:
    file, line = _stands(configured, checked)
    return CheckedDeployment(
        name=kept.name,
        exit_code=kept.fault.exit_code if kept.fault else 0,
        reason=kept.reason,
        file=str(file.absolute()) if file else "",
        line=line,
    )


def _stands(configured: Configured, checked: Checked) -> tuple[Path | None, int]:
    """The file and the line of the setting that decides how many are declared."""
    prepared = checked.prepared
    if prepared is None:
        key = "requirements"
        return configured.path, configured.line(checked.deployment, key)
    settings = prepared.promise.settings if prepared.promise else {}
    for name in ("threads", "worker_connections", "gevent", "workers", "processes"):
        setting = settings.get(name)
        if setting is not None and setting.file is not None:
            return setting.file, setting.line
    if prepared.command.path != configured.path:
        return prepared.command.path, prepared.command.line
    key = source_key(checked.deployment)
    return configured.path, configured.line(checked.deployment, key)


# -------------------------------------------------------------------------- telling


def render(
    report: Report,
    result: CheckResult,
    *,
    max_bytes: int = markdown.MAX_BYTES,
    complete: str = "report.json",
) -> str:
    """The report as Markdown, below what is not kept; at most ``max_bytes`` long."""
    top = broken_promises(result)
    room = max_bytes - len(top.encode())
    return top + markdown.render(
        report, changes_in(report), max_bytes=room, complete=complete
    )


def broken_promises(result: CheckResult) -> str:
    """What deployments do not keep, as Markdown; empty if they keep everything."""
    items = [
        f"> - {code(each.name)}: {prose(each.reason, characters=1000)}\n"
        for each in result.deployments
        if each.reason
    ]
    fails = result.exit_code
    kind = "CAUTION" if fails else "WARNING"
    words = "Not what the deployments promise" + ("" if fails else ", and let through")
    head = f"> [!{kind}]\n> {words}:\n"
    return f"{head}{''.join(items)}\n" if items else ""


def remarks(
    report: Report, result: CheckResult, environ: Mapping[str, str]
) -> list[Annotation]:
    """A remark for each broken promise, at the setting that it is about."""
    cells = {cell.configuration: cell for cell in report.cells}
    return github.roll_up(
        [
            Annotation(
                "error" if each.exit_code else "warning",
                _title(each.name, cells[each.name]),
                each.reason,
                github.in_repository(each.file, environ),
                each.line,
            )
            for each in result.deployments
            if each.reason
        ]
    )


def _title(name: str, cell: CellReport) -> str:
    return f"{name}: {cell.word}"
