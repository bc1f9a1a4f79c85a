"""Knows what became of each cell since another run, and which versions differ; must not
know where either run is kept, nor when two numbers differ (``difference`` does).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from packaging.utils import canonicalize_name

from harness.judge.difference import both
from harness.judge.difference import differ
from harness.judge.difference import Finding
from harness.judge.difference import seen
from harness.judge.difference import span
from harness.judge.difference import Terms
from harness.records.changes import CellChange
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.changes import Difference
from harness.records.changes import MeasuredRun
from harness.records.plan import Environment
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import series
from harness.records.words import Outcome

REGRESSIONS = (Change.FEWER, Change.BROKE)

ALTERED = (*REGRESSIONS, Change.MORE, Change.RECOVERED, Change.GONE)
"""The same cell is no longer what it was, for better or for worse."""

FIRST = {"python": "Python", "flask": "Flask", "werkzeug": "Werkzeug"}
"""Versions that are told before others, and how they are written."""


class Pair(NamedTuple):
    """One cell in both runs."""

    before: CellReport | None
    now: CellReport | None


def compare(before: Report, now: Report) -> Changes:
    """What became of each cell; those that are gone come last.

    Cells are the same by their id; else by what they have in common, where that makes
    them the only two to compare: the same configuration under the next patch release of
    Flask, or with another release of the server.
    """
    pairs = paired(before.cells, now.cells)
    terms = Terms(
        (before.limit, now.limit), (before.host.processors, now.host.processors)
    )
    findings = findings_of(pairs, terms, _not_at_all(before, now))
    installed = _installed(before), _installed(now)
    return Changes(
        baseline=summary(before),
        now=summary(now),
        machine=_machine(before, now),
        cells=tuple(
            _change(pair, finding, *installed)
            for pair, finding in zip(pairs, findings, strict=True)
        ),
    )


def summary(report: Report) -> MeasuredRun:
    """When, where and how a run was measured."""
    return MeasuredRun(
        measured_at=report.measured_at,
        probe=report.probe,
        limit=report.limit,
        host=report.host,
    )


# --------------------------------------------------------------------------- pairing


def paired(before: Sequence[CellReport], now: Sequence[CellReport]) -> list[Pair]:
    """Each cell of either run once, with its counterpart in the other if it has one."""
    partner: dict[str, CellReport] = {}
    for key in KEYS:
        taken = {cell.id for cell in partner.values()}
        olds = _only_ones(before, key, taken)
        news = _only_ones(now, key, set(partner))
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
"""What two cells have to have in common, the most first."""


def _only_ones(
    cells: Sequence[CellReport], key: Key, taken: set[str]
) -> dict[Hashable, CellReport]:
    """By key, the cells that nothing else in their run could be mistaken for."""
    count = Counter(map(key, cells))
    return {
        key(cell): cell
        for cell in cells
        if count[key(cell)] == 1 and cell.id not in taken
    }


# --------------------------------------------------------------------- what became of


def findings_of(
    pairs: Sequence[Pair], terms: Terms, not_at_all: str = ""
) -> list[Finding]:
    """What became of each pair. All that are compared by chance count together."""
    return findings_under(pairs, [terms] * len(pairs), not_at_all)


def findings_under(
    pairs: Sequence[Pair], terms: Sequence[Terms], not_at_all: str = ""
) -> list[Finding]:
    """The same where each pair has terms of its own."""
    found = [_by_outcome(pair, not_at_all) for pair in pairs]
    measured = [
        (pair.before, pair.now, each)
        for pair, each, finding in zip(pairs, terms, found, strict=True)
        if finding is None and pair.before and pair.now
    ]
    numbers = iter(differ(measured))
    return [finding or next(numbers) for finding in found]


def _by_outcome(pair: Pair, not_at_all: str) -> Finding | None:
    """What can be told without a number; nothing where both sides have one."""
    before, now = pair
    if before is None or (
        before.outcome is Outcome.NOT_SUPPORTED
        and not (now and now.outcome is Outcome.NOT_SUPPORTED)
    ):
        return Finding(Change.NEW, _appeared(before, now))
    if now is None:
        return Finding(Change.GONE, f"{_words(before)} before; not part of it now")
    if now.outcome is Outcome.NOT_SUPPORTED:
        same = before.outcome is Outcome.NOT_SUPPORTED
        words = f"{_words(before)} before; now not supported: {now.reason}"
        return Finding(Change.SAME if same else Change.GONE, words)
    if not_at_all:
        return Finding(Change.NOT_COMPARABLE, f"{not_at_all}: {_both(before, now)}")
    for when, cell in (("before", before), ("now", now)):
        if cell.outcome is Outcome.HARNESS_FAILED:
            words = f"{_both(before, now)}: the instrument failed {when}"
            return Finding(Change.NOT_COMPARABLE, words)
    if before.outcome is now.outcome is Outcome.MEASURED:
        return None
    if before.outcome is Outcome.MEASURED:
        return Finding(Change.BROKE, f"{_both(before, now)}: {now.reason}")
    if now.outcome is Outcome.MEASURED:
        return Finding(Change.RECOVERED, _both(before, now))
    return Finding(Change.SAME, _both(before, now))


def _appeared(before: CellReport | None, now: CellReport | None) -> str:
    words = "not supported before" if before else "not part of it before"
    return f"{words}; now {_words(now)}"


def _words(cell: CellReport | None) -> str:
    if cell is None:
        return "nothing"
    return span(cell) if cell.outcome is Outcome.MEASURED else str(cell.outcome)


def _both(before: CellReport, now: CellReport) -> str:
    if before.outcome is now.outcome is Outcome.MEASURED:
        return both(before, now)
    return f"{_words(before)} before; now {_words(now)}"


def _not_at_all(before: Report, now: Report) -> str:
    """Why no number of one run can be compared with any of the other."""
    if before.probe == now.probe:
        return ""
    return (
        f"measured with probe {before.probe} before and {now.probe} now, which give "
        "the same server other numbers"
    )


def _change(
    pair: Pair,
    finding: Finding,
    old: Mapping[str, Mapping[str, str]],
    new: Mapping[str, Mapping[str, str]],
) -> CellChange:
    before, now = pair
    here = now or before
    assert here is not None
    other = before.id if before and now and before.id != now.id else None
    return CellChange(
        id=here.id,
        previous_id=other,
        change=finding.change,
        reason=finding.words,
        before=seen(before) if before else None,
        now=seen(now) if now else None,
        versions=differing(before, now, old, new) if before and now else (),
        chance=finding.chance,
    )


# -------------------------------------------------------------------------- versions


def environment_id(cell: CellReport) -> str:
    """The id of the environment that a cell was measured in."""
    return str(
        Environment(
            flask=cell.flask,
            server=cell.server,
            server_version=cell.server_version,
            python=cell.python,
        )
    )


def _installed(report: Report) -> dict[str, Mapping[str, str]]:
    return {each.id: each.installed for each in report.environments}


def differing(
    before: CellReport,
    now: CellReport,
    old: Mapping[str, Mapping[str, str]],
    new: Mapping[str, Mapping[str, str]],
) -> tuple[Difference, ...]:
    """The versions that differ; ``old`` and ``new`` are what each environment had.

    Python, Flask, Werkzeug and the server come first. Where it is not known what was
    installed, only these can be told.
    """
    one, other = _versions(before, old), _versions(now, new)
    if not old.get(environment_id(before)) or not new.get(environment_id(now)):
        common = one.keys() & other.keys()
        one, other = ({k: v for k, v in d.items() if k in common} for d in (one, other))
    first = [*FIRST, canonicalize_name(now.server)]
    names = sorted(one.keys() | other.keys(), key=lambda n: (_rank(n, first), n))
    return tuple(
        Difference(name=FIRST.get(n, n), before=one.get(n), now=other.get(n))
        for n in names
        if one.get(n) != other.get(n)
    )


def _rank(name: str, first: Sequence[str]) -> int:
    return first.index(name) if name in first else len(first)


def _versions(
    cell: CellReport, environments: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    known = {
        "python": cell.python,
        "flask": cell.flask,
        canonicalize_name(cell.server): cell.server_version,
    }
    there = environments.get(environment_id(cell), {})
    return known | {canonicalize_name(name): value for name, value in there.items()}


def _machine(before: Report, now: Report) -> tuple[Difference, ...]:
    """What differs between the machines, and may be why a number does."""
    fields = {
        "processors": "processors",
        "system": "system",
        "kernel": "kernel",
        "machine": "architecture",
        "quiet_by": "how a quiet server is told",
    }
    values = {
        name: (str(getattr(before.host, field)), str(getattr(now.host, field)))
        for field, name in fields.items()
    } | {"limit": (str(before.limit), str(now.limit))}
    return tuple(
        Difference(name=name, before=old, now=new)
        for name, (old, new) in values.items()
        if old != new
    )
