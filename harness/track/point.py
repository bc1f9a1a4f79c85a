"""One release of a followed package, and its measurement."""

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge import versions_differ
from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Comparison
from harness.judge.difference import Conditions
from harness.judge.judge import judge
from harness.judge.number_words import in_words
from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.choices import Act
from harness.records.evidence import Evidence
from harness.records.life import Tape
from harness.records.report import CellReport
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.track import lost_requests

INCONCLUSIVE = (Outcome.NOT_INSTALLED, Outcome.NOT_SUPPORTED, *INSTRUMENT)
"""Outcomes that do not show how a release handles requests."""


class Point(NamedTuple):
    """A release, and its measurement."""

    release: str
    cell: CellReport
    evidence: Evidence
    act: Act | None = None
    """The act, if releases are compared by the requests lost during it."""

    @property
    def tape(self) -> Tape | None:
        """The tape of the act ``act``, if there is one."""
        return lost_requests.tape_of(self.evidence, self.act) if self.act else None

    @property
    def is_conclusive(self) -> bool:
        """Whether the release has a number, or is known not to work."""
        if self.cell.outcome is Outcome.MEASURED:
            if self.act:
                return self.tape is not None and self.tape.known
            return self.cell.verdict is not Verdict.UNKNOWN
        return self.cell.outcome not in INCONCLUSIVE

    @property
    def number(self) -> str:
        """The number, spelled as in ``expected.toml``, or the outcome."""
        if self.tape is not None and self.tape.known:
            return lost_requests.in_words(self.tape)
        if self.act and self.cell.outcome is Outcome.MEASURED:
            return f"no tape of {self.act}"
        return in_words(self.cell)

    @property
    def reason(self) -> str:
        """Why the measurement is inconclusive; empty if it is conclusive."""
        if self.is_conclusive:
            return ""
        if self.cell.outcome is not Outcome.MEASURED or not self.act:
            return self.cell.reason
        return self.tape.sentence if self.tape else f"it has no tape of {self.act}"


def point(release: str, evidence: Evidence, act: Act | None = None) -> Point:
    """Judge the evidence of the one cell that was measured with a release.

    With ``act``, releases are compared by the requests that are lost during it.
    """
    (cell,) = judge([evidence], lambda *_: "").cells
    return Point(release, cell, evidence, act)


def compare_points(pairs: Sequence[tuple[Point, Point]]) -> list[Comparison]:
    """Compare each pair, older first, by the rule for comparing reports.

    The limit on false alarms holds for all the pairs of one call together. Releases
    with tapes are compared by their tapes instead.
    """
    comparisons = compare_pairs(
        [Pair(before.cell, now.cell) for before, now in pairs],
        [Conditions.of(before.evidence, now.evidence) for before, now in pairs],
    )
    return [
        lost_requests.differ(before.tape, now.tape)
        if before.tape and now.tape
        else comparison
        for (before, now), comparison in zip(pairs, comparisons, strict=True)
    ]


def is_same(finding: Comparison, before: Point, now: Point) -> bool:
    """Whether two releases have the same number, as far as they can be compared."""
    if finding.change is Change.NOT_COMPARABLE:
        return before.number == now.number
    return finding.change is Change.SAME


def version_changes(
    before: Point, now: Point, excluding: str = ""
) -> tuple[Difference, ...]:
    """Version differences between two releases, except those of one package.

    The most important come first.
    """
    old, new = (
        {str(each.cell.environment): each.evidence.installed} for each in (before, now)
    )
    return versions_differ.version_changes(before.cell, now.cell, old, new, excluding)
