"""Knows what evidence means; must not touch the world nor guess where evidence ends.

Rule 1: numbers are published only where the sums of every round agree and the control,
whose capacity is known, was measured exactly right.
Rule 2: what the evidence leaves open is *unknown*; nothing here rounds it to either
side, and nothing here raises over evidence, however odd.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.questions import answers
from harness.judge.verdict import claims_fault
from harness.judge.verdict import verdict
from harness.records.errors import NothingMeasured
from harness.records.evidence import CellEvidence
from harness.records.evidence import ControlEvidence
from harness.records.evidence import Evidence
from harness.records.questions import DEFAULT_ASK
from harness.records.questions import Question
from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.report import Report
from harness.records.rounds import admission_curve
from harness.records.rounds import contradiction
from harness.records.rounds import load_of
from harness.records.rounds import sum_up
from harness.records.words import DEFAULT_LIMIT
from harness.records.words import Outcome
from harness.records.words import Verdict

FLASK = "Flask"

Reproduce = Callable[[str, int], str]
"""From a cell's id and the limit of its run to the command that measures it again."""


class Finding(NamedTuple):
    """What is said of one cell."""

    outcome: Outcome
    verdict: Verdict
    reason: str


def nox_command(cell_id: str, limit: int) -> str:
    """The command that measures one cell again in a checkout of this project."""
    command = f"nox -s probe -- --only {shlex.quote(cell_id)}"
    return command if limit == DEFAULT_LIMIT else f"{command} --limit {limit}"


def judge(
    evidence: Sequence[Evidence], *, reproduce: Reproduce = nox_command
) -> Report:
    """Sum up all evidence of a run and say what was found.

    Where several pieces of evidence differ in ``probe``, the report carries the lowest,
    so that nothing newer is ever compared with it. The host is that of the first.
    Raises ``NothingMeasured`` when there is no evidence at all, and nothing else.
    """
    if not evidence:
        raise NothingMeasured(
            "there is no evidence to report on; run `nox -s probe` first"
        )
    return Report(
        probe=min(each.probe for each in evidence),
        measured_at=max(each.measured_at for each in evidence),
        host=evidence[0].host,
        limit=max(each.limit for each in evidence),
        environments=_environments(evidence),
        cells=tuple(
            _cell_report(each, cell, reproduce)
            for each in evidence
            for cell in each.cells
        ),
    )


# ----------------------------------------------------------------- cells, environments


def _cell_report(
    evidence: Evidence, cell: CellEvidence, reproduce: Reproduce
) -> CellReport:
    finding = _finding(evidence, cell)
    where = evidence.environment.cell(cell.configuration)
    declaration = cell.declaration
    measured = finding.outcome is Outcome.MEASURED
    load = load_of(declaration.declared, evidence.limit)
    numbers = sum_up(cell.rounds if measured else (), load)
    return CellReport(
        id=cell.id,
        flask=where.flask,
        server=where.server,
        server_title=evidence.title,
        server_version=where.server_version,
        configuration=cell.configuration,
        python=where.python,
        outcome=finding.outcome,
        declared=declaration.declared,
        declared_because=declaration.because,
        declared_source=declaration.source,
        declared_formula=declaration.formula,
        verdict=finding.verdict,
        **numbers._asdict(),
        claims=cell.claims,
        claims_fault=claims_fault(cell.claims, cell.rounds) if measured else "",
        rounds=cell.rounds,
        curve=admission_curve(cell.rounds) if measured else (),
        seconds=cell.start_seconds + cell.measure_seconds + cell.stop_seconds,
        answers=answers(cell, "" if measured else finding.reason),
        reason=finding.reason,
        command=cell.command,
        front=cell.front,
        log_tail=cell.log_tail,
        reproduce=reproduce(cell.id, evidence.limit) + _sources(evidence) + _ask(cell),
    )


def _ask(cell: CellEvidence) -> str:
    """The option that asks the same again, where that is not what is asked anyway."""
    asked = {Question.OVERLAP, *(each.question for each in cell.asked)}
    if len(asked) == 1 or asked == set(DEFAULT_ASK):
        return ""
    return f" --ask {','.join(each for each in Question if each in asked)}"


def _version(evidence: Evidence, package: str) -> str:
    where = evidence.environment
    return where.flask if package == FLASK else where.server_version


def _sources(evidence: Evidence) -> str:
    """The options that build again what was measured and is on no index."""
    server = evidence.environment.server
    return "".join(
        f" --flask {shlex.quote(source)}"
        if package == FLASK
        else f" --server-release {shlex.quote(f'{server}=={source}')}"
        for package, source in evidence.sources.items()
    )


def _finding(evidence: Evidence, cell: CellEvidence) -> Finding:
    if cell.outcome is not Outcome.MEASURED:
        return Finding(cell.outcome, Verdict.UNKNOWN, cell.reason or cell.outcome)
    fault = control_fault(evidence.control) or contradiction(cell.rounds)
    if fault:
        return Finding(Outcome.HARNESS_FAILED, Verdict.UNKNOWN, fault)
    declared = cell.declaration.declared
    return Finding(Outcome.MEASURED, *verdict(declared, evidence.limit, cell.rounds))


def _environments(evidence: Sequence[Evidence]) -> tuple[EnvironmentReport, ...]:
    """One for each environment; of several, one whose control failed speaks for all."""
    found: dict[str, EnvironmentReport] = {}
    for each in evidence:
        seen = _environment(each)
        if seen.id not in found or seen.control is not Outcome.MEASURED:
            found[seen.id] = seen
    return tuple(found.values())


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
            f"{package} {_version(evidence, package)}": source
            for package, source in evidence.sources.items()
        },
        control=outcome,
        control_reason=fault or _control_words(control),
    )


# ------------------------------------------------------------------------ the control


def control_fault(control: ControlEvidence | None) -> str | None:
    """Why an environment's numbers cannot be trusted, if the control says so."""
    if control is None:
        return "no control was measured in this environment, so no number is published"
    if control.outcome is not Outcome.MEASURED:
        return f"the control was not measured ({control.outcome}): {control.reason}"
    wrong = contradiction(control.rounds)
    if wrong is None and not _control_exact(control):
        wrong = _control_words(control)
    return wrong and f"the control was measured wrong: {wrong}"


def _control_exact(control: ControlEvidence) -> bool:
    """Whether the probe saw exactly the known capacity, in every respect."""
    capacity = control.processes * control.threads
    seen = sum_up(control.rounds, capacity)
    faultless = not any(each.broken or each.stalled for each in control.rounds)
    return faultless and seen[:5] == (
        capacity,
        True,
        capacity,
        control.processes,
        control.threads,
    )


def _control_words(control: ControlEvidence | None) -> str:
    if control is None:
        return ""
    capacity = control.processes * control.threads
    seen = sum_up(control.rounds, capacity)
    waited = "others waited" if seen.bounded else "none was seen to wait"
    return (
        f"it can hold exactly {capacity} ({control.processes} processes with "
        f"{control.threads} threads); seen were at least {_number(seen.floor)} and at "
        f"most {_number(seen.ceiling)} in {_number(seen.processes)} processes with "
        f"{_number(seen.threads)} threads, and {waited}"
    )


def _number(number: int | None) -> str:
    return "no" if number is None else str(number)
