"""Knows what changed from one release to the next within one run; must not know how
that is told, nor when two numbers differ.

What was measured under several releases of Flask is one line of them; what was measured
with several releases of its server is another. Only neighbours are compared, and what
cannot be compared is left out: the next is compared with the one before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.judge.compare import ALTERED
from harness.judge.compare import differing
from harness.judge.compare import findings_of
from harness.judge.compare import Pair
from harness.judge.difference import Finding
from harness.judge.difference import seen
from harness.judge.difference import Terms
from harness.records.changes import Change
from harness.records.changes import ReleaseChange
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.records.words import Verdict

TOLD = (*ALTERED, Change.NEW)
"""What is a change from one release to the next."""


class Step(NamedTuple):
    """From one release to the next."""

    package: str
    release: str
    after: str
    pair: Pair


def between_releases(report: Report) -> tuple[ReleaseChange, ...]:
    """What changed from each release to the next, by package, release and server.

    Configurations are in the order of the report. What changed in the same way under
    several releases of Flask (for a change of the server) is one.
    """
    steps = [*_along_flask(report.cells), *_along_servers(report.cells)]
    terms = Terms((report.limit, report.limit))
    findings = findings_of([step.pair for step in steps], terms)
    installed = {each.id: each.installed for each in report.environments}
    found = [
        _told(step, finding, installed)
        for step, finding in zip(steps, findings, strict=True)
        if finding.change in TOLD
    ]
    return tuple(_merged(found))


def _told(
    step: Step, finding: Finding, installed: dict[str, dict[str, str]]
) -> ReleaseChange:
    before, now = step.pair
    assert before is not None and now is not None
    own = step.package.lower()
    return ReleaseChange(
        package=step.package,
        release=step.release,
        after=step.after,
        server=now.server,
        server_title=now.server_title,
        configuration=now.configuration,
        cells=(now.id,),
        change=finding.change,
        before=seen(before),
        now=seen(now),
        versions=tuple(
            each
            for each in differing(before, now, installed, installed)
            if each.name.lower() != own
        ),
        chance=finding.chance,
        reason="" if now.outcome is Outcome.MEASURED else now.reason,
    )


def _merged(found: Sequence[ReleaseChange]) -> Iterator[ReleaseChange]:
    """The same change of the same configuration under several others, once."""
    groups: dict[object, list[ReleaseChange]] = defaultdict(list)
    for each in found:
        said = each.before.said, each.now.said
        where = each.package, each.release, each.after, each.server, each.configuration
        groups[*where, *said].append(each)
    for several in groups.values():
        cells = tuple(cell for each in several for cell in each.cells)
        yield msgspec.structs.replace(several[0], cells=cells)


# --------------------------------------------------------------------------- the lines


def _along_flask(cells: Sequence[CellReport]) -> Iterator[Step]:
    """A server that has another release with each Flask, as Flask's own has, is one."""
    split = several_releases(cells)
    lines: dict[object, list[CellReport]] = defaultdict(list)
    for cell in cells:
        release = cell.server_version if cell.server in split else ""
        lines[cell.server, release, cell.configuration, cell.python].append(cell)
    for line in lines.values():
        for before, now in _neighbours(line, "flask"):
            yield Step("Flask", now.flask, before.flask, Pair(before, now))


def _along_servers(cells: Sequence[CellReport]) -> Iterator[Step]:
    lines: dict[object, list[CellReport]] = defaultdict(list)
    for cell in cells:
        key = cell.server, cell.configuration, cell.python, cell.flask
        lines[key].append(cell)
    for line in lines.values():
        for before, now in _neighbours(line, "server_version"):
            yield Step(
                now.server, now.server_version, before.server_version, Pair(before, now)
            )


def several_releases(cells: Sequence[CellReport]) -> set[str]:
    """Servers of which some release of Flask was measured with several releases."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in cells:
        found[cell.server, cell.flask].add(cell.server_version)
    return {server for (server, _), releases in found.items() if len(releases) > 1}


def _neighbours(
    line: Sequence[CellReport], field: str
) -> Iterator[tuple[CellReport, CellReport]]:
    """Pairs in the order of releases, without those that say nothing."""
    told = [cell for cell in line if says_something(cell)]
    told.sort(key=lambda cell: release_order(getattr(cell, field)))
    for before, now in zip(told, told[1:], strict=False):
        if getattr(before, field) != getattr(now, field):
            yield before, now


def says_something(cell: CellReport) -> bool:
    """Whether anything follows from a cell for the next release."""
    if cell.outcome is Outcome.MEASURED:
        return cell.verdict is not Verdict.UNKNOWN
    return cell.outcome is not Outcome.HARNESS_FAILED
