"""Knows which findings make a run fail; must not know how they came about.

Rule: of the first four, each gate lets through less than the one before it. What is
*unknown* never fails a gate, and what is not supported is no finding at all.
"""

from __future__ import annotations

from enum import StrEnum

from harness.judge.judge import check
from harness.records.errors import GateFailed
from harness.records.report import Report
from harness.records.words import FAILURES
from harness.records.words import KINDS
from harness.records.words import Outcome
from harness.records.words import Verdict


class FailOn(StrEnum):
    """What fails a run that was measured; a usage error fails every run."""

    NEVER = "never"
    """Nothing: not even a run in which nothing could be measured."""
    HARNESS = "harness"
    """The instrument failed in some cell, a planned cell is missing, or no cell at all
    could be measured."""
    FEWER = "fewer"
    """Also a configuration that handles fewer than it declares, or that could not be
    measured: not installed, not started, not answering, died."""
    UNEVEN = "uneven"
    """Also a configuration that handles what it declares at times only."""
    REGRESSION = "regression"
    """Like ``harness``, and also a cell that is fewer than in the baseline or broke."""
    CHANGE = "change"
    """Like ``regression``, and also a cell that is more, recovered or is gone, and an
    acknowledged change that is not found."""


_BROKEN = frozenset(FAILURES)

FORBIDDEN: dict[FailOn, frozenset[Outcome | Verdict]] = {
    FailOn.NEVER: frozenset(),
    FailOn.HARNESS: frozenset({Outcome.HARNESS_FAILED}),
    FailOn.FEWER: _BROKEN | {Verdict.FEWER},
    FailOn.UNEVEN: _BROKEN | {Verdict.FEWER, Verdict.UNEVEN},
    FailOn.REGRESSION: frozenset({Outcome.HARNESS_FAILED}),
    FailOn.CHANGE: frozenset({Outcome.HARNESS_FAILED}),
}
"""The words that no cell may have, for each gate."""


def gate(report: Report, fail_on: FailOn) -> None:
    """Whether a report passes; returns if so.

    Raises ``HarnessFailed`` or ``NothingMeasured`` unless these are to be let through,
    and otherwise ``GateFailed`` when a cell is what ``fail_on`` forbids.
    """
    if fail_on is FailOn.NEVER:
        return
    check(report)
    words = [cell.word for cell in report.cells]
    found = [word for word in words if word in FORBIDDEN[fail_on]]
    if found:
        kinds = ", ".join(
            f"{found.count(word)} {word}" for word in KINDS if word in found
        )
        raise GateFailed(
            f"{len(found)} of {len(words)} cells are not let through by --fail-on "
            f"{fail_on}: {kinds}; the report says why of each"
        )
