"""Knows how measurements of one configuration, release by release, come to a timeline;
must not know where they are kept, nor when two numbers differ.

Releases one after another are one span unless the number of one differs from that of
the release before it, by the rule that reports are compared with. What cannot be
measured is a gap, and says nothing of what stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Comparison
from harness.judge.difference import Conditions
from harness.judge.difference import in_words
from harness.judge.judge import judge
from harness.judge.releases import RELEASE_CHANGES
from harness.judge.versions_differ import environment_id
from harness.judge.versions_differ import version_changes
from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.evidence import Evidence
from harness.records.report import CellReport
from harness.records.track import Gap
from harness.records.track import Line
from harness.records.track import Span
from harness.records.words import Outcome
from harness.records.words import Verdict

UNTOLD = (Outcome.NOT_INSTALLED, Outcome.NOT_SUPPORTED, Outcome.HARNESS_FAILED)
"""Outcomes that say nothing of what a release does with requests."""


class Point(NamedTuple):
    """One release, and what was measured with it."""

    release: str
    cell: CellReport
    evidence: Evidence

    @property
    def tells(self) -> bool:
        """Whether a number, or that it does not work, is known."""
        if self.cell.outcome is Outcome.MEASURED:
            return self.cell.verdict is not Verdict.UNKNOWN
        return self.cell.outcome not in UNTOLD


def point(release: str, evidence: Evidence) -> Point:
    """What the evidence of one cell says of a release."""
    (cell,) = judge([evidence], lambda *_: "").cells
    return Point(release, cell, evidence)


def compared(pairs: Sequence[tuple[Point, Point]]) -> list[Comparison]:
    """What became of each of several pairs, handed over together (see ``differ``)."""
    return compare_pairs(
        [Pair(before.cell, now.cell) for before, now in pairs],
        [_terms(before, now) for before, now in pairs],
    )


def all_versions(before: Point, now: Point) -> tuple[Difference, ...]:
    """Everything that was installed in another version, the most important first."""
    old, new = (
        {environment_id(each.cell): each.evidence.installed} for each in (before, now)
    )
    return version_changes(before.cell, now.cell, old, new)


def _terms(before: Point, now: Point) -> Conditions:
    one, other = before.evidence, now.evidence
    processors = one.host.processors, other.host.processors
    return Conditions((one.limit, other.limit), processors)


def beside(before: Point, now: Point, package: str) -> tuple[Difference, ...]:
    """The same without one of them."""
    found = all_versions(before, now)
    return tuple(each for each in found if each.name.lower() != package.lower())


def alike(finding: Comparison, before: Point, now: Point) -> bool:
    """Whether two releases have the same number, as far as can be told."""
    if finding.change is Change.NOT_COMPARABLE:
        return in_words(before.cell) == in_words(now.cell)
    return finding.change is Change.SAME


# --------------------------------------------------------------------------- a line


def line(like: Line, points: Sequence[Point]) -> Line:
    """The same line with the spans and the gaps of its releases, oldest first."""
    told = [each for each in points if each.tells]
    steps = list(zip(told, told[1:], strict=False))
    findings = compared(steps)
    groups: list[list[Point]] = [told[:1]] if told else []
    edges: list[tuple[Comparison, Point, Point] | None] = [None]
    for (before, now), finding in zip(steps, findings, strict=True):
        if alike(finding, before, now):
            groups[-1].append(now)
        else:
            groups.append([now])
            edges.append((finding, before, now))
    spans = (
        _span(group, edge, like.package)
        for group, edge in zip(groups, edges, strict=False)
    )
    return msgspec.structs.replace(like, spans=tuple(spans), gaps=tuple(gaps(points)))


def _span(
    group: Sequence[Point], edge: tuple[Comparison, Point, Point] | None, package: str
) -> Span:
    cells = [each.cell for each in group]
    floors = [cell.floor for cell in cells if cell.floor is not None]
    ceilings = [cell.ceiling for cell in cells if cell.ceiling is not None]
    usual = _said(cells)
    span = Span(
        releases=tuple(each.release for each in group),
        said=usual,
        apart={e.release: in_words(e.cell) for e in group if in_words(e.cell) != usual},
        outcome=cells[0].outcome,
        floor=min(floors, default=None),
        ceiling=max(ceilings, default=None),
    )
    if edge is None:
        return span
    finding, before, now = edge
    return msgspec.structs.replace(
        span,
        change=finding.change,
        reason=finding.words,
        versions=beside(before, now, package),
    )


def _said(cells: Sequence[CellReport]) -> str:
    """What most of them are: of numbers that chance makes differ, the commonest, and
    of equally common ones the most.
    """
    count = Counter(map(in_words, cells))
    ceilings = {in_words(cell): cell.ceiling or 0 for cell in cells}
    return max(count, key=lambda words: (count[words], ceilings[words]))


def gaps(points: Iterable[Point]) -> Iterable[Gap]:
    """What cannot be told, releases one after another with the same reason as one."""
    keyed = groupby(points, key=_gap_key)
    for key, several in keyed:
        if key is not None:
            outcome, reason = key
            releases = tuple(each.release for each in several)
            yield Gap(releases=releases, outcome=outcome, reason=reason)


def _gap_key(point: Point) -> tuple[Outcome, str] | None:
    if point.tells:
        return None
    # It names the release, and each is another one.
    reason = point.cell.reason.replace(f", not {point.release}:", ":")
    if point.cell.outcome is Outcome.NOT_INSTALLED:
        reason = "its packages could not be installed"
    return point.cell.outcome, reason


# ------------------------------------------------------------------------------ news


def with_news(before: Mapping[object, Line], now: Line) -> Line:
    """The same line; changes that were not there before are marked as new.

    A line of which nothing was known has no news: all of it is.
    """
    known = before.get(key(now))
    if known is None or not known.spans:
        return now
    there = {(span.releases[0], span.change) for span in known.spans}
    spans = tuple(
        msgspec.structs.replace(
            span,
            new=span.change in RELEASE_CHANGES
            and (span.releases[0], span.change) not in there,
        )
        for span in now.spans
    )
    return msgspec.structs.replace(now, spans=spans)


def key(line: Line) -> object:
    """What a line is of."""
    return line.package, line.server, line.configuration, line.beside, line.python
