"""Finds what changed from one release to the next within one run.

A configuration under several releases of Flask is one series, and under several
releases of its server another. Only neighbours are compared. A release that cannot be
compared is left out, so that its two neighbours are compared with each other.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from harness.judge.compare import ALTERED
from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Comparison
from harness.judge.difference import Conditions
from harness.judge.number_words import one_side
from harness.judge.versions_differ import installed_in
from harness.judge.versions_differ import InstalledBy
from harness.judge.versions_differ import version_changes
from harness.records.changes import Change
from harness.records.changes import ReleaseChange
from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.report import several_releases
from harness.records.versions import release_order
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict

RELEASE_CHANGES = (*ALTERED, Change.NEW)
"""Kinds of change that count from one release to the next."""


class ReleaseStep(NamedTuple):
    """The step from one release of a package to the next that was measured."""

    package: str
    release: str
    after: str
    pair: Pair


def between_releases(report: Report) -> tuple[ReleaseChange, ...]:
    """The changes from each release to the next, by package, release and server.

    Configurations are in the order of the report. A change that is the same under
    several releases of Flask (for a change of the server) is listed once.
    """
    steps = [*_along_flask(report.cells), *_along_servers(report.cells)]
    conditions = [Conditions((report.limit, report.limit))] * len(steps)
    comparisons = compare_pairs([step.pair for step in steps], conditions)
    installed = installed_in(report)
    changes = [
        _change(step, comparison, installed)
        for step, comparison in zip(steps, comparisons, strict=True)
        if comparison.change in RELEASE_CHANGES
    ]
    # A change that is the same beside several other releases is listed once.
    return tuple(
        msgspec.structs.replace(
            several[0], cells=tuple(cell for each in several for cell in each.cells)
        )
        for several in grouped(changes, _what_changed).values()
    )


def _change(
    step: ReleaseStep, comparison: Comparison, installed: InstalledBy
) -> ReleaseChange:
    before, now = step.pair
    assert before is not None and now is not None
    return ReleaseChange(
        package=step.package,
        release=step.release,
        after=step.after,
        server=now.server,
        server_title=now.server_title,
        configuration=now.configuration,
        cells=(now.id,),
        change=comparison.change,
        before=one_side(before),
        now=one_side(now),
        versions=version_changes(before, now, installed, installed, step.package),
        chance=comparison.chance,
        reason="" if now.outcome is Outcome.MEASURED else now.reason,
    )


def _what_changed(each: ReleaseChange) -> tuple[str, ...]:
    where = each.package, each.release, each.after, each.server, each.configuration
    return *where, each.before.said, each.now.said


# -------------------------------------------------------------------------- the series


def _along_flask(cells: Sequence[CellReport]) -> Iterator[ReleaseStep]:
    """Neighbouring cells of a series of Flask releases.

    The server's release may differ.
    """
    split = several_releases(cells)

    def series(cell: CellReport) -> object:
        release = cell.server_version if cell.server in split else ""
        return cell.server, release, cell.configuration, cell.python

    for before, now in _neighbours(cells, series, "flask"):
        yield ReleaseStep("Flask", now.flask, before.flask, Pair(before, now))


def _along_servers(cells: Sequence[CellReport]) -> Iterator[ReleaseStep]:
    def series(cell: CellReport) -> object:
        return cell.server, cell.configuration, cell.python, cell.flask

    for before, now in _neighbours(cells, series, "server_version"):
        release, after = now.server_version, before.server_version
        yield ReleaseStep(now.server, release, after, Pair(before, now))


def _neighbours(
    cells: Sequence[CellReport], series: Callable[[CellReport], object], field: str
) -> Iterator[tuple[CellReport, CellReport]]:
    """Neighbours in the order of releases, without inconclusive cells."""
    for group in grouped(filter(_is_conclusive, cells), series).values():
        group.sort(key=lambda cell: release_order(getattr(cell, field)))
        for before, now in pairwise(group):
            if getattr(before, field) != getattr(now, field):
                yield before, now


def _is_conclusive(cell: CellReport) -> bool:
    """Whether a cell has a result that the next release can be compared with."""
    if cell.outcome is Outcome.MEASURED:
        return cell.verdict is not Verdict.UNKNOWN
    return cell.outcome not in INSTRUMENT
