"""One release of a followed package, and its measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge import versions_differ
from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Comparison
from harness.judge.difference import Conditions
from harness.judge.difference import in_words
from harness.judge.judge import judge
from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.evidence import Evidence
from harness.records.report import CellReport
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict

INCONCLUSIVE = (Outcome.NOT_INSTALLED, Outcome.NOT_SUPPORTED, *INSTRUMENT)
"""Outcomes that do not show what a release does with requests."""


class Point(NamedTuple):
    """A release, and what was measured with it."""

    release: str
    cell: CellReport
    evidence: Evidence

    @property
    def is_conclusive(self) -> bool:
        """Whether it has a number, or shows that this release does not work."""
        if self.cell.outcome is Outcome.MEASURED:
            return self.cell.verdict is not Verdict.UNKNOWN
        return self.cell.outcome not in INCONCLUSIVE

    @property
    def number(self) -> str:
        """The number as ``expected.toml`` spells it, or the outcome."""
        return in_words(self.cell)


def point(release: str, evidence: Evidence) -> Point:
    """Judge the evidence of the one cell that was measured with a release."""
    (cell,) = judge([evidence], lambda *_: "").cells
    return Point(release, cell, evidence)


def compare_points(pairs: Sequence[tuple[Point, Point]]) -> list[Comparison]:
    """Compare each pair, older first, by the rule that reports are compared with.

    The limit on false alarms holds for all the pairs of one call together.
    """
    return compare_pairs(
        [Pair(before.cell, now.cell) for before, now in pairs],
        [_conditions(before, now) for before, now in pairs],
    )


def _conditions(before: Point, now: Point) -> Conditions:
    one, other = before.evidence, now.evidence
    processors = one.host.processors, other.host.processors
    return Conditions((one.limit, other.limit), processors)


def is_same(finding: Comparison, before: Point, now: Point) -> bool:
    """Whether two releases have the same number, as far as they can be compared."""
    if finding.change is Change.NOT_COMPARABLE:
        return before.number == now.number
    return finding.change is Change.SAME


def version_changes(
    before: Point, now: Point, excluding: str = ""
) -> tuple[Difference, ...]:
    """Version differences between two releases, except of one package.

    The most important come first.
    """
    old, new = (
        {str(each.cell.environment): each.evidence.installed} for each in (before, now)
    )
    return tuple(
        each
        for each in versions_differ.version_changes(before.cell, now.cell, old, new)
        if each.name.lower() != excluding.lower()
    )
