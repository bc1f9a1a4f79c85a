"""Compares the cells and the versions of two runs.

``difference`` decides when two numbers differ; this module pairs cells, and compares
what has no number.
"""

from collections import Counter
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from harness.judge.difference import Comparison
from harness.judge.difference import Conditions
from harness.judge.difference import differ
from harness.judge.number_words import numbers
from harness.judge.number_words import one_side
from harness.judge.versions_differ import installed_in
from harness.judge.versions_differ import InstalledBy
from harness.judge.versions_differ import machine_changes
from harness.judge.versions_differ import version_changes
from harness.records.changes import CellChange
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.changes import MeasuredRun
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import series
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome

REGRESSIONS = (Change.FEWER, Change.BROKE)

ALTERED = (*REGRESSIONS, Change.MORE, Change.RECOVERED, Change.GONE)
"""Changes of a cell that is in both runs, for better or for worse."""


class Pair(NamedTuple):
    """One cell in both runs."""

    before: CellReport | None
    now: CellReport | None


def compare(before: Report, now: Report) -> Changes:
    """The change of each cell; cells that are gone come last.

    Cells with the same id are paired. Otherwise the same configurations of the same
    server are paired under different releases of the server, Flask or Python, provided
    each run has only one such cell. So a deployment is compared with itself before an
    upgrade.
    """
    pairs = pair_cells(before.cells, now.cells)
    conditions = [Conditions.of(before, now)] * len(pairs)
    comparisons = compare_pairs(pairs, conditions, _other_probe(before, now))
    installed = installed_in(before), installed_in(now)
    return Changes(
        baseline=measured_run(before),
        now=measured_run(now),
        machine=machine_changes(before, now),
        cells=tuple(
            _change(pair, comparison, *installed)
            for pair, comparison in zip(pairs, comparisons, strict=True)
        ),
    )


def measured_run(report: Report) -> MeasuredRun:
    """Describe when, where and how a run was measured."""
    return msgspec.convert(report, MeasuredRun, from_attributes=True)


# --------------------------------------------------------------------------- pairing


def pair_cells(before: Sequence[CellReport], now: Sequence[CellReport]) -> list[Pair]:
    """Every cell of both runs once, with its counterpart in the other run, if any."""
    partner: dict[str, CellReport] = {}
    for key in KEYS:
        # A looser key applies only to cells that no stricter key has paired.
        taken = {cell.id for cell in partner.values()}
        olds = _unambiguous(before, key, taken)
        news = _unambiguous(now, key, set(partner))
        partner |= {news[k].id: olds[k] for k in news.keys() & olds.keys()}
    gone = {cell.id for cell in before} - {cell.id for cell in partner.values()}
    return [
        *(Pair(partner.get(cell.id), cell) for cell in now),
        *(Pair(cell, None) for cell in before if cell.id in gone),
    ]


Key = Callable[[CellReport], Hashable]

KEYS: tuple[Key, ...] = (
    lambda c: c.id,
    lambda c: (c.flask, c.server, c.configuration, c.python),
    lambda c: (series(c.flask), c.server, c.configuration, c.python),
    lambda c: (c.server, c.configuration, c.python),
    lambda c: (series(c.flask), c.server, c.configuration),
    lambda c: (c.server, c.configuration),
)
"""What two cells must have in common, the strictest first (``docs/tracking.md``)."""


def _unambiguous(
    cells: Sequence[CellReport], key: Key, taken: set[str]
) -> dict[Hashable, CellReport]:
    """Cells that are the only ones in their run with their key, by key."""
    count = Counter(map(key, cells))
    return {
        key(cell): cell
        for cell in cells
        if count[key(cell)] == 1 and cell.id not in taken
    }


# -------------------------------------------------------------------------- comparing


def compare_pairs(
    pairs: Sequence[Pair], conditions: Sequence[Conditions], obstacle: str = ""
) -> list[Comparison]:
    """Compare several pairs, each under its conditions.

    All comparisons in which chance has a part are judged together (see ``differ``).
    ``obstacle`` is why the numbers of the two runs cannot be compared at all.
    """
    comparisons = [_by_outcome(pair, obstacle) for pair in pairs]
    measured = [
        (pair.before, pair.now, under)
        for pair, under, comparison in zip(pairs, conditions, comparisons, strict=True)
        if comparison is None and pair.before and pair.now
    ]
    by_number = iter(differ(measured))
    return [comparison or next(by_number) for comparison in comparisons]


def _by_outcome(pair: Pair, obstacle: str) -> Comparison | None:
    """Compare by outcome; ``None`` if both sides have a number."""
    before, now = pair
    if before is None:
        return Comparison(Change.NEW, f"not in the earlier run; now {_words(now)}")
    if now is None:
        gone = f"{_words(before)} before; not in this run"
        return Comparison(Change.GONE, gone)
    words = f"{_words(before)} before; now {_words(now)}"
    supported = before.outcome is not Outcome.NOT_SUPPORTED
    if now.outcome is Outcome.NOT_SUPPORTED:
        change = Change.GONE if supported else Change.SAME
        return Comparison(change, f"{words}: {now.reason}")
    if not supported:
        return Comparison(Change.NEW, words)
    if obstacle:
        return Comparison(Change.NOT_COMPARABLE, f"{obstacle}: {words}")
    for when, cell in (("before", before), ("now", now)):
        if cell.outcome in INSTRUMENT:
            why = f"{words}: the instrument failed {when}"
            return Comparison(Change.NOT_COMPARABLE, why)
    match (before.outcome is Outcome.MEASURED, now.outcome is Outcome.MEASURED):
        case True, True:
            return None
        case True, False:
            return Comparison(Change.BROKE, f"{words}: {now.reason}")
        case False, True:
            return Comparison(Change.RECOVERED, words)
    return Comparison(Change.SAME, words)


def _words(cell: CellReport | None) -> str:
    if cell is None:
        return "nothing"
    return numbers(cell) if cell.outcome is Outcome.MEASURED else str(cell.outcome)


def _other_probe(before: Report, now: Report) -> str:
    """Why two runs with different probes cannot be compared; empty if they can."""
    if before.probe == now.probe:
        return ""
    return (
        f"measured with probe {before.probe} before and {now.probe} now, which give "
        "different numbers for the same server"
    )


def _change(
    pair: Pair, comparison: Comparison, old: InstalledBy, new: InstalledBy
) -> CellChange:
    before, now = pair
    cell = now or before
    assert cell is not None
    return CellChange(
        id=cell.id,
        previous_id=before.id if before and now and before.id != now.id else None,
        change=comparison.change,
        reason=comparison.words,
        before=one_side(before) if before else None,
        now=one_side(now) if now else None,
        versions=version_changes(before, now, old, new) if before and now else (),
        chance=comparison.chance,
    )
