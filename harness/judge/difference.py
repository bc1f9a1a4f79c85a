"""Knows when two measurements of one configuration differ; must not know what either of
them is called, nor what follows from it.

Rule 1: what is not comparable is said to be so, and is never *same*.
Rule 2: where every round did the same, numbers are compared exactly: 8 and 7 differ.
Rule 3: where rounds disagree, their numbers move from run to run with the load of the
machine. So each round is asked a question with a yes or a no: were more in the app than
the other run ever saw; or, where both saw the same most, were all in that were declared
when just so many were offered? The two shares are compared by Fisher's exact test.

docs/tracking.md has the reasons, and the figures that this was tried with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.chance import fisher
from harness.judge.chance import least
from harness.judge.chance import stand_out
from harness.records.changes import Change
from harness.records.changes import Seen
from harness.records.report import CellReport
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Verdict

PER_REPORT = 0.01
"""How likely one change or more that chance explains is reported of all that is
compared at a time, were the rounds of a run independent of each other."""

PER_CELL = 0.001
"""The same of one cell. Rounds of one run are not independent: all of them see the same
load of the machine. This is what makes up for it, as the benchmark ``alarms`` shows."""

ENOUGH = 3
"""Rounds in which requests came one after another, before these count as never
varying where they differ from those in which all came together."""


class Terms(NamedTuple):
    """What two measurements were made under; the same by default."""

    limits: tuple[int, int] = (0, 0)
    """How far an unbounded declaration was tried, before and now."""
    processors: tuple[int, int] = (0, 0)


class Finding(NamedTuple):
    """What came of two measurements."""

    change: Change
    words: str
    """Both numbers, and why."""
    chance: float | None = None
    """How likely that is when nothing has changed; ``None`` where that has no part."""


def differ(pairs: Sequence[tuple[CellReport, CellReport, Terms]]) -> list[Finding]:
    """What came of each of several pairs of measured cells, before and now.

    How likely a mistake is holds for all of them together, so they are to be handed
    over together: the more there are, the more it takes.
    """
    findings = [_examine(*pair) for pair in pairs]
    tested = [n for n, each in enumerate(findings) if each.chance is not None]
    chances = [findings[n].chance or 0.0 for n in tested]
    for n, real in zip(tested, stand_out(chances, PER_REPORT, PER_CELL), strict=True):
        if not real:
            before, now, _ = pairs[n]
            findings[n] = _nothing_found(before, now, findings[n].chance)
    return findings


def said(cell: CellReport) -> str:
    """The number of a cell, or its outcome, in the words of ``expected.toml``."""
    if cell.outcome is not Outcome.MEASURED:
        return str(cell.outcome)
    if cell.bounded is False and cell.verdict is not Verdict.FEWER:
        return "unbounded"
    return f"{cell.ceiling}" if _always(cell) else f"up to {cell.ceiling}"


def seen(cell: CellReport) -> Seen:
    """What is kept of one side of a comparison."""
    return Seen(
        said=said(cell),
        outcome=cell.outcome,
        verdict=cell.verdict,
        declared=cell.declared,
        ceiling=cell.ceiling,
        floor=cell.floor,
        bounded=cell.bounded,
    )


def span(cell: CellReport) -> str:
    """How many were in the app, from the least at the declared number to the most."""
    least_ = "" if cell.bounded else "at least "
    if _always(cell):
        return f"{least_}{cell.ceiling}"
    return f"{cell.floor} to {least_}{cell.ceiling}"


def both(before: CellReport, now: CellReport) -> str:
    """Both numbers as a clause."""
    return f"{span(before)} before; now {span(now)}"


def _always(cell: CellReport) -> bool:
    """Whether the most that can be asked of it was reached in every round."""
    ceiling = cell.ceiling or 0
    load = cell.declared if cell.declared is not None else ceiling
    return cell.floor is not None and cell.floor >= min(load, ceiling)


# -------------------------------------------------------------------------- one pair


def _examine(before: CellReport, now: CellReport, terms: Terms) -> Finding:
    words = both(before, now)
    loads = tuple(map(load_of, (before.declared, now.declared), terms.limits))
    steady = [_steady(cell, n) for cell, n in zip((before, now), loads, strict=True)]
    obstacle = _obstacle(before, now, terms, all(steady))
    if obstacle:
        return Finding(Change.NOT_COMPARABLE, f"{obstacle}: {words}")
    old, new = before.ceiling or 0, now.ceiling or 0
    if all(steady) or (steady[0] and new < old) or (steady[1] and old < new):
        return Finding(_exactly(before, now), f"{words}{_elsewhere(terms)}")
    if old == new and loads[0] != loads[1]:
        why = "it declares another number, and reaches the same one at times only"
        return Finding(Change.NOT_COMPARABLE, f"{why}: {words}")
    return _by_rounds(before, now, max(loads))


def _obstacle(before: CellReport, now: CellReport, terms: Terms, steady: bool) -> str:
    """Why two measurements are not comparable, if they are not."""
    if Verdict.UNKNOWN in (before.verdict, now.verdict):
        return "the rounds leave open what it is"
    machine = terms.processors[0] != terms.processors[1]
    if machine and before.declared != now.declared:
        return f"what it declares depends on the machine, and {_processors(terms)}"
    if machine and not steady:
        return f"how uneven it is depends on the machine, and {_processors(terms)}"
    if before.bounded is now.bounded is False and _tried(before, terms.limits[0]) != (
        _tried(now, terms.limits[1])
    ):
        return "no end was found either time, and another limit was tried"
    if before.bounded != now.bounded:
        lower, higher = (now, before) if now.bounded else (before, now)
        if (lower.ceiling or 0) >= (higher.ceiling or 0):
            return "one of the two is a lower bound that the other does not exceed"
    return ""


def _tried(cell: CellReport, limit: int) -> tuple[int | None, int]:
    """How far an open end was tried."""
    return cell.ceiling, limit if cell.declared is None else 0


def _processors(terms: Terms) -> str:
    return "it had {} processors before and {} now".format(*terms.processors)


def _elsewhere(terms: Terms) -> str:
    """A remark where the machine is another one and that should not matter."""
    if terms.processors[0] == terms.processors[1]:
        return ""
    return f" ({_processors(terms)}, which its number does not depend on)"


def _exactly(before: CellReport, now: CellReport) -> Change:
    """By the most ever seen, then by what is reached one after another."""
    old, new = before.ceiling or 0, now.ceiling or 0
    if (
        old == new
        and _always(before) == _always(now)
        and before.declared == now.declared
    ):
        old, new = before.floor or 0, now.floor or 0
    elif old == new and _always(before) != _always(now):
        old, new = int(_always(before)), int(_always(now))
    if old == new:
        return Change.SAME
    return Change.MORE if new > old else Change.FEWER


# ------------------------------------------------------------------------- by rounds


def _steady(cell: CellReport, load: int) -> bool:
    """Whether every round from ``load`` up did the same, so that chance has no part."""
    bursts = [each for each in _from(cell, load) if each.arrival is Arrival.BURST]
    if not bursts:
        return _always(cell)
    most = cell.ceiling or 0
    even = all(each.admitted == min(each.offered, most) for each in bursts)
    singly = [e.admitted for e in at_load(cell, load) if e.arrival is Arrival.STAGGERED]
    alike = len(set(singly)) <= 1
    sure = set(singly) <= {min(load, most)} or len(singly) >= ENOUGH
    return even and alike and sure


def _from(cell: CellReport, load: int) -> list[Round]:
    return [each for each in cell.rounds if each.offered >= load]


def at_load(cell: CellReport, load: int) -> list[Round]:
    return [each for each in cell.rounds if each.offered == load]


def _by_rounds(before: CellReport, now: CellReport, load: int) -> Finding:
    """Whether the shares of the rounds that did as well differ by more than chance."""
    old, new = before.ceiling or 0, now.ceiling or 0
    if old != new:
        least_ = min(old, new)
        shares = [
            [each.peak > least_ for each in _from(cell, load)] for cell in (before, now)
        ]
        asked = f"more than {least_} in"
    elif old < load:
        # Neither ever was what it declares. How often it was all that it can be, is
        # what the load of the machine decides most.
        return Finding(Change.SAME, _explained(before, now))
    else:
        full = load
        shares = [
            [each.admitted >= full for each in at_load(cell, load)]
            for cell in (before, now)
        ]
        asked = f"{full} of {load} in"
    return _shares(shares[0], shares[1], asked, both(before, now))


def _shares(before: list[bool], now: list[bool], asked: str, words: str) -> Finding:
    if not before or not now or least(len(before), len(now)) > PER_CELL:
        why = "too few rounds to tell a change from chance"
        return Finding(Change.NOT_COMPARABLE, f"{why}: {words}")
    chance = fisher(sum(before), len(before), sum(now), len(now))
    more = sum(now) * len(before) > sum(before) * len(now)
    told = (
        f"{words}: {asked} {sum(before)} of {len(before)} rounds before and "
        f"{sum(now)} of {len(now)} now (p = {chance:.1g})"
    )
    return Finding(Change.MORE if more else Change.FEWER, told, chance)


def _nothing_found(
    before: CellReport, now: CellReport, chance: float | None
) -> Finding:
    """What is said of rounds that differ by no more than chance explains."""
    if before.declared != now.declared:
        why = "it declares another number, and the rounds do not tell"
        return Finding(Change.NOT_COMPARABLE, f"{why}: {both(before, now)}", chance)
    return Finding(Change.SAME, _explained(before, now), chance)


def _explained(before: CellReport, now: CellReport) -> str:
    words = both(before, now)
    return words if span(before) == span(now) else f"{words}, which chance explains"
