"""Judges a check: reasons with remedies, and which promises are kept.

A deployment that the check did not get to is reported as missing, so that the report is
complete even if the check ends early.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.config import Configured
from harness.deployment.declared.promise import say_declared
from harness.deployment.hook import SILENT
from harness.deployment.measure import Checked
from harness.deployment.options import as_options
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.deployment.remarks import remarks
from harness.deployment.remedies.failures import Advice
from harness.deployment.remedies.fixed_ports import remedy_for_port
from harness.deployment.remedies.fixed_ports import taken_port
from harness.deployment.remedies.measured import about_patches
from harness.deployment.remedies.measured import explain
from harness.deployment.result import deployment_result
from harness.judge.gate import DeploymentResult
from harness.judge.gate import fault_of
from harness.judge.gate import relax
from harness.judge.judge import judge
from harness.judge.judge import Reproduce
from harness.probe.ready import NO_FAULT
from harness.records.choices import FailOn
from harness.records.errors import HarnessError
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Remark
from harness.records.report import Report
from harness.records.rules import Other
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.system.processors import processors

# ------------------------------------------------------------------------- judging


class Findings(NamedTuple):
    """The report on several deployments, and whether each keeps what it promises."""

    configured: Configured
    checked: Sequence[Checked]
    report: Report
    results: Sequence[DeploymentResult]


def judge_deployments(
    configured: Configured,
    checked: Sequence[Checked],
    fail_on: FailOn | None,
    reproduce: Reproduce,
) -> Findings:
    """Judge the evidence, and whether each deployment keeps what it promises."""
    report = judge([each.evidence for each in checked], reproduce=reproduce)
    cells = tuple(map(_with_remedy, checked, report.cells))
    if configured.path is None:
        cells = tuple(map(_as_options, cells))
    report = msgspec.structs.replace(report, cells=cells)
    file = str(configured.path or "")
    results = [
        deployment_result(each.deployment, cell, each.promise, file)
        for each, cell in zip(checked, report.cells, strict=True)
    ]
    return Findings(configured, checked, report, relax(results, fail_on))


def _with_remedy(checked: Checked, cell: CellReport) -> CellReport:
    """A cell, with causes and remedies added to its reason."""
    hello = checked.hello or SILENT
    if checked.is_underived and cell.outcome is Outcome.MEASURED:
        return _without_declaration(checked, cell, about_patches(cell, hello))
    prepared, fault = checked.prepared, checked.fault
    contained = prepared.contained if isinstance(prepared, Prepared) else None
    explained = explain(
        cell,
        checked.promise,
        hello,
        fault=fault if cell.outcome is Outcome.NOT_ANSWERING else NO_FAULT,
        exit_status=checked.exit_status,
        platforms=contained.platforms if contained else (),
    )
    return _about_a_taken_port(checked, explained)


def _as_options(cell: CellReport) -> CellReport:
    """A cell whose remedies name options in place of keys."""
    names = "reason", "because", "remedy"
    texts = {name: as_options(getattr(cell, name)) for name in names}
    return msgspec.structs.replace(cell, **texts)


def _about_a_taken_port(checked: Checked, cell: CellReport) -> CellReport:
    """A cell with the remedy for a fixed port that another program has taken."""
    prepared = checked.prepared
    if cell.outcome is Outcome.MEASURED or not isinstance(prepared, Prepared):
        return cell
    port = taken_port(cell.log_tail)
    if port is None or prepared.contained is not None:
        return cell
    folder = prepared.where.folder
    remedy = remedy_for_port(prepared.command, checked.promise, (port,), folder)
    reason = f"{cell.reason}; port {port} is another program's; {remedy}"
    return msgspec.structs.replace(cell, reason=reason, remedy=remedy)


def _without_declaration(
    checked: Checked, cell: CellReport, advice: Advice
) -> CellReport:
    """A cell with a number but without a declaration to compare it with."""
    number = str(cell.ceiling) if cell.bounded else f"at least {cell.ceiling}"
    say = say_declared(int(cell.ceiling or 1) if cell.bounded else "unbounded")
    handled = f"it handled {number} at once"
    if advice.because:
        handled += f" because {advice.because}"
    remedy = "; or ".join(filter(None, (advice.remedy, say)))
    reason = f"{handled}; {cell.declared_because}; {remedy}"
    return msgspec.structs.replace(
        cell, verdict=Verdict.UNKNOWN, reason=reason, remedy=remedy
    )


def check_result(findings: Findings, ended: HarnessError | None = None) -> CheckResult:
    """The result of a check; ``ended`` is the error that ended it early, if any."""
    deployments = tuple(
        _checked_deployment(findings.configured, each, result)
        for each, result in zip(findings.checked, findings.results, strict=True)
    )
    fault = ended or fault_of(findings.report, None, deployments=findings.results)
    return CheckResult(
        exit_code=fault.exit_code if fault else 0,
        reason=str(fault or ""),
        brief=fault.brief if fault else "",
        deployments=deployments,
    )


def _checked_deployment(
    configured: Configured, checked: Checked, result: DeploymentResult
) -> CheckedDeployment:
    file, line = _location(configured, checked)
    return CheckedDeployment(
        name=result.name,
        exit_code=result.fault.exit_code if result.fault else 0,
        reason=result.reason,
        remedy=result.remedy,
        at_least=result.at_least,
        file=str(file.absolute()) if file else "",
        line=line,
        found_below=checked.found_below,
        remarks=tuple(
            _at_hold_at(configured, checked, remark)
            for remark in remarks(checked.prepared, result.cell, processors())
        ),
    )


def _at_hold_at(configured: Configured, checked: Checked, remark: Remark) -> Remark:
    """A remark about a place inside the app, located at the line that names it."""
    if remark.word is not Other.NARROW or configured.path is None:
        return remark
    line = configured.line(checked.deployment, "hold-at")
    return msgspec.structs.replace(
        remark, file=str(configured.path.absolute()), line=line
    )


def _location(configured: Configured, checked: Checked) -> tuple[Path | None, int]:
    """The file and the line of the setting that decides the declared number."""
    prepared = checked.prepared
    if isinstance(prepared, NotPrepared):
        key = "requirements"
        return configured.path, configured.line(checked.deployment, key)
    settings = prepared.promise.settings if prepared.promise else {}
    for name in ("threads", "worker_connections", "gevent", "workers", "processes"):
        setting = settings.get(name)
        if setting is not None and setting.file is not None:
            return setting.file, setting.line
    if prepared.command.path != configured.path:
        return prepared.command.path, prepared.command.line
    key = checked.deployment.source_key
    return configured.path, configured.line(checked.deployment, key)
