"""Turns the evidence of a run into a report.

Rule 1: numbers are published only if the sums of every round agree and the control,
whose capacity is known, was measured exactly right.
Rule 2: what the evidence leaves open is *unknown*, never rounded to either side, and no
evidence raises an error, however odd it is.
"""

from collections.abc import Callable
from collections.abc import Sequence

import msgspec

from harness.judge.claims import claims_fault
from harness.judge.control import control_fault
from harness.judge.control import control_words
from harness.judge.questions import answers
from harness.judge.questions import numbers_of
from harness.judge.questions import tapes
from harness.judge.verdict import verdict_on
from harness.judge.witness import disagreement
from harness.records.errors import NothingMeasured
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.numbers import contradiction
from harness.records.numbers import Numbers
from harness.records.numbers import sum_up_cell
from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.report import release_of
from harness.records.report import Report
from harness.records.rounds import admission_curve
from harness.records.rounds import load_of
from harness.records.words import Outcome
from harness.records.words import Verdict

Reproduce = Callable[[Evidence, CellEvidence], str]
"""A function that returns the command to measure a cell again."""


def judge(evidence: Sequence[Evidence], reproduce: Reproduce) -> Report:
    """Sum up all evidence of a run and judge every cell.

    If several pieces of evidence differ in ``probe``, the report has the lowest, so
    that it is never compared with anything newer. The host is that of the first. Raises
    ``NothingMeasured`` when there is no evidence at all, and nothing else.
    """
    if not evidence:
        raise NothingMeasured("there is no evidence to report on; measure first")
    return Report(
        probe=min(each.probe for each in evidence),
        measured_at=max(each.measured_at for each in evidence),
        host=evidence[0].host,
        limit=max(each.limit for each in evidence),
        environments=_environments(evidence),
        cells=tuple(
            judge_cell(each, cell, reproduce)
            for each in evidence
            for cell in each.cells
        ),
    )


# ----------------------------------------------------------------- cells, environments


def judge_cell(
    evidence: Evidence, cell: CellEvidence, reproduce: Reproduce
) -> CellReport:
    """Judge one cell of some evidence."""
    outcome, verdict, reason = _judged(evidence, cell)
    declaration = cell.declaration
    measured = outcome is Outcome.MEASURED
    fault = "" if measured else reason
    load = load_of(declaration.declared, evidence.limit)
    numbers = sum_up_cell(cell, load) if measured else Numbers()
    return CellReport(
        id=cell.id,
        **msgspec.structs.asdict(evidence.environment),
        server_title=evidence.title,
        configuration=cell.configuration,
        outcome=outcome,
        declared=declaration.declared,
        declared_because=declaration.because,
        declared_source=declaration.source,
        declared_formula=declaration.formula,
        verdict=verdict,
        **numbers._asdict(),
        claims=cell.claims,
        claims_fault=claims_fault(cell.claims, cell.rounds) if measured else "",
        rounds=cell.rounds,
        steered=cell.steered,
        workers=cell.workers,
        not_steered=cell.not_steered,
        curve=admission_curve(cell.rounds) if measured else (),
        seconds=cell.start_seconds + cell.measure_seconds + cell.stop_seconds,
        answers=answers(cell, fault),
        tapes=tapes(cell, fault),
        **(numbers_of(cell) if measured else {}),
        reason=reason,
        command=cell.command,
        front=cell.front,
        log_tail=cell.log_tail,
        reproduce=reproduce(evidence, cell),
    )


def _judged(evidence: Evidence, cell: CellEvidence) -> tuple[Outcome, Verdict, str]:
    """The outcome of a cell, the verdict, and what explains them."""
    if cell.outcome is not Outcome.MEASURED:
        return cell.outcome, Verdict.UNKNOWN, cell.reason or cell.outcome
    fault = control_fault(evidence.control) or contradiction(cell.all_rounds)
    if fault:
        return Outcome.HARNESS_FAILED, Verdict.UNKNOWN, fault
    if fault := disagreement(cell.kernel):
        return Outcome.ACCOUNTS_DISAGREE, Verdict.UNKNOWN, fault
    return Outcome.MEASURED, *verdict_on(cell, evidence.limit)


def _environments(evidence: Sequence[Evidence]) -> tuple[EnvironmentReport, ...]:
    """One report for each environment.

    If an environment has several, one without a control, or with a failed one, counts.
    """
    reports: dict[str, EnvironmentReport] = {}
    for each in evidence:
        report = _environment(each)
        if report.id not in reports or report.control is not Outcome.MEASURED:
            reports[report.id] = report
    return tuple(reports.values())


def _environment(evidence: Evidence) -> EnvironmentReport:
    control = evidence.control
    fault = control_fault(control)
    if control is None:
        outcome = None
    elif fault and control.outcome is Outcome.MEASURED:
        outcome = Outcome.HARNESS_FAILED
    else:
        outcome = control.outcome
    return EnvironmentReport(
        id=str(evidence.environment),
        installed=evidence.installed,
        sources={
            f"{package} {release_of(package, evidence.environment)}": source
            for package, source in evidence.sources.items()
        },
        control=outcome,
        control_reason=fault or control_words(control),
    )
