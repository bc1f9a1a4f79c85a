"""The one place that decides whether a run passes.

Rule 1: each of the first four gates lets less through than the one before it. *Unknown*
fails no gate of a run, and *not supported* is not a finding at all.
Rule 2: if several deployments have faults, the worst counts. From the worst on: the
instrument failed, a deployment could not start, its number is unknown, its number is
too low.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.compare import ALTERED
from harness.judge.compare import REGRESSIONS
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import Interrupted
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.text import plural
from harness.records.words import FAILURES
from harness.records.words import INSTRUMENT
from harness.records.words import KINDS
from harness.records.words import Outcome
from harness.records.words import Verdict

_BROKEN = frozenset(FAILURES)

FORBIDDEN: dict[FailOn, frozenset[Outcome | Verdict]] = {
    FailOn.NEVER: frozenset(),
    FailOn.HARNESS: frozenset(INSTRUMENT),
    FailOn.FEWER: _BROKEN | {Verdict.FEWER},
    FailOn.UNEVEN: _BROKEN | {Verdict.FEWER, Verdict.UNEVEN},
    FailOn.REGRESSION: frozenset(INSTRUMENT),
    FailOn.CHANGE: frozenset(INSTRUMENT),
}
"""For each gate, the words that no cell may have."""

FORBIDDEN_CHANGES: dict[FailOn, tuple[Change, ...]] = {
    FailOn.REGRESSION: REGRESSIONS,
    FailOn.CHANGE: ALTERED,
}
"""For each gate that needs a baseline, the changes that no cell may show."""

WORST_FIRST = (HarnessFailed, CouldNotStart, NothingMeasured, GateFailed)


class DeploymentResult(NamedTuple):
    """Whether one deployment keeps what it promises."""

    name: str
    file: str
    """The file that describes the deployment; empty if options do."""
    at_least: int | None
    """How many requests it must always handle, if its file says so."""
    cell: CellReport
    fault: type[HarnessError] | None
    """The error that the deployment fails with; ``None`` also if the gate lets it
    pass."""
    reason: str
    """The problem and a remedy; empty if there is none."""
    remedy: str = ""
    """The remedy alone, which is the end of the reason."""


def fault_of(
    report: Report,
    fail_on: FailOn | None,
    changes: Changes | None = None,
    deployments: Sequence[DeploymentResult] = (),
) -> HarnessError | None:
    """The error that a run fails with; ``None`` if it passes.

    If deployments were measured, the worst of the faults that ``relax`` leaves decides.
    """
    fail_on = fail_on or FailOn.HARNESS
    if deployments:
        return _worst_of(deployments)
    if fail_on is FailOn.NEVER:
        return None
    fault = _instrument_fault(report) or _fault_of_cells(report, fail_on)
    if fault is None and changes is not None and changes.baseline is not None:
        return _fault_of_changes(changes, fail_on)
    return fault


def _instrument_fault(report: Report) -> HarnessError | None:
    """An error if no cell was measured, or if the instrument failed in any."""
    outcomes = [cell.outcome for cell in report.cells]
    failed = [c for c in report.cells if c.outcome in INSTRUMENT]
    if failed:
        return HarnessFailed(
            f"the instrument failed in {len(failed)} of {len(outcomes)} cells, so "
            "these have no numbers and the report says why; measure the first again "
            f"with: {failed[0].reproduce}"
        )
    if Outcome.MEASURED not in outcomes:
        return NothingMeasured(
            "no cell could be measured; the report says for each what happened instead"
        )
    return None


def _fault_of_cells(report: Report, fail_on: FailOn) -> HarnessError | None:
    words = [cell.word for cell in report.cells]
    failing = [word for word in words if word in FORBIDDEN[fail_on]]
    if failing:
        kinds = ", ".join(
            f"{failing.count(word)} {word}" for word in KINDS if word in failing
        )
        cells = f"{len(failing)} of {plural(len(words), 'cell')}"
        matches = f"--fail-on {fail_on} matches {cells}: {kinds}"
        return GateFailed(
            f"{matches}; the report gives the reason for each", brief=matches
        )
    return None


def _fault_of_changes(changes: Changes, fail_on: FailOn) -> HarnessError | None:
    forbidden = FORBIDDEN_CHANGES.get(fail_on, ())
    worse = [c for c in changes.cells if c.change in forbidden and not c.expected]
    if worse:
        what = "regressed" if fail_on is FailOn.REGRESSION else "changed"
        words = f"{len(worse)} of {plural(len(changes.cells), 'cell')} {what}"
        return GateFailed(
            f"{words}; the first is {worse[0].id}: {worse[0].reason}",
            brief=words,
        )
    if fail_on is FailOn.CHANGE and changes.unmatched:
        left = changes.unmatched[0]
        count = len(changes.unmatched)
        words = f"{plural(count, 'expected change')} {'was' if count == 1 else 'were'}"
        return GateFailed(
            f"{words} not found; the first is {left.cell} from {left.before} to "
            f"{left.now}: {left.problem}",
            brief=f"{words} not found",
        )
    return None


# ----------------------------------------------------------------------- deployments


def relax(
    results: Sequence[DeploymentResult], fail_on: FailOn | None
) -> list[DeploymentResult]:
    """The results without faults that the gate lets through.

    ``None`` lets no fault through, and ``NEVER`` lets all through. ``HARNESS`` lets
    through all faults of deployments, as long as one was measured. ``FEWER`` lets
    through deployments that are uneven or unknown, unless they are below ``at-least``.
    ``UNEVEN`` lets nothing through, and also fails deployments that are uneven but
    never below ``at-least``.
    """
    measured = any(result.cell.outcome is Outcome.MEASURED for result in results)
    return [_relaxed(result, fail_on, measured) for result in results]


def _relaxed(
    each: DeploymentResult, fail_on: FailOn | None, measured: bool
) -> DeploymentResult:
    verdict = each.cell.verdict
    match fail_on:
        case FailOn.NEVER:
            return each._replace(fault=None)
        case FailOn.HARNESS if each.fault is not HarnessFailed:
            return each._replace(fault=None if measured else each.fault)
        case FailOn.FEWER if each.fault is NothingMeasured:
            return each._replace(fault=None)
        case FailOn.FEWER if verdict is Verdict.UNEVEN and each.at_least is None:
            return each._replace(fault=None)
        case FailOn.UNEVEN if verdict is Verdict.UNEVEN and each.fault is None:
            return each._replace(
                fault=GateFailed,
                reason=f"uneven: {each.cell.reason}",
                remedy=each.cell.remedy,
            )
    return each


def _worst_of(results: Sequence[DeploymentResult]) -> HarnessError | None:
    for kind in WORST_FIRST:
        failing = [result for result in results if result.fault is kind]
        if failing:
            first, *others = failing
            more = f" (and {len(others)} more)" if others else ""
            where = f"{first.file}: deployment {first.name}{more}: "
            return kind(f"{where if first.file else ''}{first.reason}")
    return None


def stored_fault(result: CheckResult) -> HarnessError | None:
    """The error that a stored check failed with; ``None`` if it passed."""
    kinds = {kind.exit_code: kind for kind in (*WORST_FIRST, Interrupted)}
    if not result.exit_code:
        return None
    kind = kinds.get(result.exit_code, HarnessFailed)
    return kind(result.reason, brief=result.brief)
