"""Decides whether two measurements of one configuration differ.

Rule 1: what cannot be compared is called *not comparable*, never *same*.
Rule 2: if every round gave the same number, or if floor and ceiling were found by
choosing the order of workers, numbers are compared exactly: 8 and 7 differ.
Rule 3: where rounds disagree, their numbers vary from run to run with the load of the
machine. So each round is asked a yes-or-no question: were more in the app than the
other run ever saw; or, where both saw the same maximum, were all of the declared number
in the app when just that many were offered? The two shares are compared by Fisher's
exact test.

docs/tracking.md has the reasons, and the figures that these rules were tried with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.chance import fisher
from harness.judge.chance import least
from harness.judge.chance import stand_out
from harness.judge.number_words import always_reached
from harness.judge.number_words import both_numbers
from harness.judge.number_words import numbers
from harness.records.changes import Change
from harness.records.evidence import Evidence
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.rounds import at_load
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Basis
from harness.records.words import Verdict

PER_REPORT = 0.01
"""Probability that chance alone makes any of the cells compared together count as
changed, assuming that the rounds of a run are independent of each other."""

PER_CELL = 0.001
"""The same for one cell. Rounds of one run are not independent: the load of the machine
affects all of them. This stricter limit makes up for that, as the benchmark ``alarms``
shows."""

ENOUGH = 3
"""How many rounds with requests arriving one after another are needed to call them
steady, if they differ from rounds in which all arrive together."""


class Conditions(NamedTuple):
    """The conditions of two measurements; equal by default."""

    limits: tuple[int, int] = (0, 0)
    """The most requests tried where no bound is declared, before and now."""
    processors: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, before: Evidence | Report, now: Evidence | Report) -> Conditions:
        """The conditions of two runs."""
        limits = before.limit, now.limit
        return cls(limits, (before.host.processors, now.host.processors))


class Comparison(NamedTuple):
    """How two measurements compare."""

    change: Change
    words: str
    """Both numbers, and the reason."""
    chance: float | None = None
    """Probability of a difference this large if nothing has changed; ``None`` if
    numbers were compared exactly."""


def differ(
    pairs: Sequence[tuple[CellReport, CellReport, Conditions]],
) -> list[Comparison]:
    """Compare several pairs of measured cells, each before and now.

    The probability of a false alarm holds for all pairs together, so pass them in one
    call: the more there are, the larger a difference has to be.
    """
    comparisons = [_compare(*pair) for pair in pairs]
    tested = [n for n, each in enumerate(comparisons) if each.chance is not None]
    chances = [comparisons[n].chance or 0.0 for n in tested]
    for n, real in zip(tested, stand_out(chances, PER_REPORT, PER_CELL), strict=True):
        if not real:
            before, now, _ = pairs[n]
            comparisons[n] = _by_chance(before, now, comparisons[n].chance)
    return comparisons


# -------------------------------------------------------------------------- one pair


def _compare(before: CellReport, now: CellReport, conditions: Conditions) -> Comparison:
    words = both_numbers(before, now)
    loads = tuple(map(load_of, (before.declared, now.declared), conditions.limits))
    chosen = _guaranteed(before) and _guaranteed(now)
    steady = [
        chosen or _steady(cell, n) for cell, n in zip((before, now), loads, strict=True)
    ]
    obstacle = _obstacle(before, now, conditions, all(steady))
    if obstacle:
        return Comparison(Change.NOT_COMPARABLE, f"{obstacle}: {words}")
    old, new = before.ceiling or 0, now.ceiling or 0
    if all(steady) or (steady[0] and new < old) or (steady[1] and old < new):
        return Comparison(_exactly(before, now), f"{words}{_elsewhere(conditions)}")
    if old == new and loads[0] != loads[1]:
        why = "the declared number changed, and one run reaches its own only at times"
        return Comparison(Change.NOT_COMPARABLE, f"{why}: {words}")
    return _by_rounds(before, now, max(loads))


def _obstacle(
    before: CellReport, now: CellReport, conditions: Conditions, steady: bool
) -> str:
    """Why two measurements are not comparable; empty if they are."""
    if Verdict.UNKNOWN in (before.verdict, now.verdict):
        return "the rounds of one run do not settle its number"
    machine = conditions.processors[0] != conditions.processors[1]
    if machine and before.declared != now.declared:
        return (
            f"the declared number depends on the machine, and {_processors(conditions)}"
        )
    if machine and not steady:
        return f"how uneven it is depends on the machine, and {_processors(conditions)}"
    tried = [
        (cell.ceiling, limit if cell.declared is None else 0)
        for cell, limit in zip((before, now), conditions.limits, strict=True)
    ]
    if before.bounded is now.bounded is False and tried[0] != tried[1]:
        return "neither run found a limit, and they tried different numbers"
    if before.bounded != now.bounded:
        bounded, open_end = (now, before) if now.bounded else (before, now)
        if (bounded.ceiling or 0) >= (open_end.ceiling or 0):
            return "one of the two is only a lower bound, and the other is no lower"
    return ""


def _processors(conditions: Conditions) -> str:
    return "it had {} processors before and {} now".format(*conditions.processors)


def _elsewhere(conditions: Conditions) -> str:
    """A remark that the machines differ, if that should not matter."""
    if conditions.processors[0] == conditions.processors[1]:
        return ""
    return f" ({_processors(conditions)}, which its number does not depend on)"


def _exactly(before: CellReport, now: CellReport) -> Change:
    """Compare the most ever seen, then the most reached one request after another."""
    old, new = before.ceiling or 0, now.ceiling or 0
    if old == new:
        old, new = int(always_reached(before)), int(always_reached(now))
        if old == new and before.declared == now.declared:
            old, new = before.floor or 0, now.floor or 0
    if old == new:
        return Change.SAME
    return Change.MORE if new > old else Change.FEWER


# ------------------------------------------------------------------------- by rounds


def _guaranteed(cell: CellReport) -> bool:
    """Whether no order of arrival gives less or more, so that chance has no part."""
    return cell.floor_by is cell.ceiling_by is Basis.GUARANTEED


def _steady(cell: CellReport, load: int) -> bool:
    """Whether every round from ``load`` up did the same, so that chance has no part."""
    bursts = [
        each for each in _from(cell, load) if each.arrival is not Arrival.STAGGERED
    ]
    if not bursts:
        return always_reached(cell)
    most = cell.ceiling or 0
    even = all(round_.admitted == min(round_.offered, most) for round_ in bursts)
    singly = [
        round_.admitted
        for round_ in at_load(cell.rounds, load)
        if round_.arrival is Arrival.STAGGERED
    ]
    alike = len(set(singly)) <= 1
    sure = set(singly) <= {min(load, most)} or len(singly) >= ENOUGH
    return even and alike and sure


def _from(cell: CellReport, load: int) -> list[Round]:
    return [round_ for round_ in cell.rounds if round_.offered >= load]


def _by_rounds(before: CellReport, now: CellReport, load: int) -> Comparison:
    """Compare how many rounds of each run got as far, by a test against chance."""
    old, new = before.ceiling or 0, now.ceiling or 0
    if old != new:
        lower = min(old, new)
        shares = [
            [each.peak > lower for each in _from(cell, load)] for cell in (before, now)
        ]
        question = f"more than {lower} in"
    elif old < load:
        # Neither ever reached the declared number. How often each reached its own
        # maximum depends mostly on the load of the machine.
        return Comparison(Change.SAME, _explained(before, now))
    else:
        shares = [
            [round_.admitted >= load for round_ in at_load(cell.rounds, load)]
            for cell in (before, now)
        ]
        question = f"{load} of {load} in"
    return _shares(shares[0], shares[1], question, both_numbers(before, now))


def _shares(
    before: list[bool], now: list[bool], question: str, words: str
) -> Comparison:
    if not before or not now or least(len(before), len(now)) > PER_CELL:
        why = "too few rounds to tell a change from chance"
        return Comparison(Change.NOT_COMPARABLE, f"{why}: {words}")
    chance = fisher(sum(before), len(before), sum(now), len(now))
    more = sum(now) * len(before) > sum(before) * len(now)
    text = (
        f"{words}: {question} {sum(before)} of {len(before)} rounds before and "
        f"{sum(now)} of {len(now)} now (p = {chance:.1g})"
    )
    return Comparison(Change.MORE if more else Change.FEWER, text, chance)


def _by_chance(before: CellReport, now: CellReport, chance: float | None) -> Comparison:
    """The result for rounds that chance alone may explain."""
    if before.declared != now.declared:
        why = "the declared number changed, and the rounds may differ by chance"
        words = f"{why}: {both_numbers(before, now)}"
        return Comparison(Change.NOT_COMPARABLE, words, chance)
    return Comparison(Change.SAME, _explained(before, now), chance)


def _explained(before: CellReport, now: CellReport) -> str:
    words = both_numbers(before, now)
    alike = numbers(before) == numbers(now)
    return words if alike else f"{words}, which chance explains"
