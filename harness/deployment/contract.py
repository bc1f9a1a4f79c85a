"""Knows when a deployment keeps what is asked of it, and with which exit code it does
not; must not know how it was measured.

Rule: green is only what was seen. Of several faults the one that says least about the
deployment goes first: the instrument failed, could not start, cannot be told, too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.config import Deployment
from harness.deployment.declared import Promise
from harness.deployment.environment import source_key
from harness.deployment.remedies import raise_to
from harness.judge.gate import FailOn
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict

ORDER = (HarnessFailed, CouldNotStart, NothingMeasured, GateFailed)


class Kept(NamedTuple):
    """Whether one deployment keeps its contract."""

    deployment: Deployment
    cell: CellReport
    fault: type[HarnessError] | None
    """None also where the gate lets through what is not kept."""
    reason: str
    """What is wrong, and a remedy; empty when nothing is."""


def kept(deployment: Deployment, cell: CellReport, promise: Promise | None) -> Kept:
    """Judge one deployment by its file."""
    fault, reason = _fault(deployment, cell, promise)
    return Kept(deployment, cell, fault, reason)


def _fault(
    deployment: Deployment, cell: CellReport, promise: Promise | None
) -> tuple[type[HarnessError] | None, str]:
    if cell.outcome is Outcome.HARNESS_FAILED:
        return HarnessFailed, cell.reason
    if cell.outcome is not Outcome.MEASURED:
        return CouldNotStart, _not_measured(deployment, cell)
    at_least, floor = deployment.at_least, cell.floor or 0
    if at_least is not None and floor < at_least:
        return GateFailed, _below(at_least, floor, cell, promise)
    if cell.verdict is Verdict.FEWER:
        return GateFailed, f"fewer than declared: {cell.reason}"
    if cell.verdict is Verdict.UNEVEN and at_least is None:
        return GateFailed, f"uneven: {cell.reason}"
    if cell.verdict is Verdict.UNKNOWN and at_least is None:
        return NothingMeasured, f"cannot be told: {cell.reason}"
    return None, ""


def _not_measured(deployment: Deployment, cell: CellReport) -> str:
    """The key that it is about, what happened, and what to do next."""
    installed = cell.outcome is not Outcome.NOT_INSTALLED
    key = source_key(deployment) if installed else "requirements"
    return (
        f"{key}: {cell.outcome}: {cell.reason}; correct that (report.md has the end of "
        "what was printed) and check again"
    )


def _below(at_least: int, floor: int, cell: CellReport, promise: Promise | None) -> str:
    enough = cell.verdict in (Verdict.AS_DECLARED, Verdict.UNEVEN)
    more = raise_to(at_least, promise) if enough else ""
    times = "at times only " if cell.ceiling != floor else ""
    said = f"at-least: {at_least} asked for, and {times}{floor} were in the app at once"
    return "; ".join(filter(None, (said, cell.reason, more)))


def gated(results: Sequence[Kept], fail_on: FailOn | None) -> list[Kept]:
    """The same, without the faults that a gate lets through; ``None`` lets none.

    ``NEVER`` lets through all; ``HARNESS`` what a deployment can do wrong, as long as
    one of them was measured; ``FEWER`` what is uneven or cannot be told, unless that is
    below ``at-least``. ``UNEVEN`` lets nothing through, and adds what is uneven though
    never below ``at-least``.
    """
    measured = any(each.cell.outcome is Outcome.MEASURED for each in results)
    return [_gated(each, fail_on, measured) for each in results]


def _gated(each: Kept, fail_on: FailOn | None, measured: bool) -> Kept:
    verdict, asked = each.cell.verdict, each.deployment.at_least
    match fail_on:
        case FailOn.NEVER:
            return each._replace(fault=None)
        case FailOn.HARNESS if each.fault is not HarnessFailed:
            return each._replace(fault=None if measured else each.fault)
        case FailOn.FEWER if each.fault is NothingMeasured:
            return each._replace(fault=None)
        case FailOn.FEWER if verdict is Verdict.UNEVEN and asked is None:
            return each._replace(fault=None)
        case FailOn.UNEVEN if verdict is Verdict.UNEVEN and each.fault is None:
            return each._replace(fault=GateFailed, reason=f"uneven: {each.cell.reason}")
    return each


def enforce(results: Sequence[Kept], path: str) -> None:
    """Return if all deployments keep what they promise, else raise for the worst.

    ``path`` is the file that they stand in; empty for one that stands in none.
    """
    for kind in ORDER:
        broken = [each for each in results if each.fault is kind]
        if broken:
            first, *others = broken
            more = f" (and {len(others)} more)" if others else ""
            where = f"{path}: deployment {first.deployment.name}{more}: "
            raise kind(f"{where if path else ''}{first.reason}")
