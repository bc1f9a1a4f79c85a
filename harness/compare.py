"""Knows when two results of the same cell differ; must not know where they are kept.

Rule 1: what is not comparable is said to be so, and is never *same*. Rule 2: a range
that changes from run to run by its nature is one result, not many: of two uneven cells
whose ranges overlap, neither is fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from harness.errors import GateFailed
from harness.errors import UsageError
from harness.model import CellReport
from harness.model import Outcome
from harness.model import Report
from harness.model import Result
from harness.model import Verdict


class Change(StrEnum):
    """Is it different from before?"""

    SAME = "same"
    FEWER = "fewer"
    MORE = "more"
    BROKE = "broke"
    RECOVERED = "recovered"
    NEW = "new"
    GONE = "gone"
    NOT_COMPARABLE = "not comparable"


REGRESSIONS = (Change.FEWER, Change.BROKE)


class CellChange(Result, frozen=True, kw_only=True):
    """What became of one cell since the baseline."""

    id: str
    change: Change
    reason: str


def compare(before: Report, now: Report) -> tuple[CellChange, ...]:
    """What became of each cell; of those that are gone last.

    Raises ``UsageError`` when the reports as a whole cannot be compared: ``probe``
    differs, so that the same server would give other numbers, or the number of
    processors does, which many servers derive their threads from.
    """
    for what, one, other in (
        ("probe", before.probe, now.probe),
        ("number of processors", before.host.processors, now.host.processors),
    ):
        if one != other:
            raise UsageError(
                f"the baseline cannot be compared: its {what} is {one}, and now it is "
                f"{other}; make a new baseline"
            )
    old = {cell.id: cell for cell in before.cells}
    new = {cell.id: cell for cell in now.cells}
    same_limit = before.limit == now.limit
    return tuple(
        CellChange(id=id_, change=change, reason=reason)
        for id_ in (*new, *(id_ for id_ in old if id_ not in new))
        for change, reason in [_change(old.get(id_), new.get(id_), same_limit)]
    )


def gate_changes(changes: Sequence[CellChange]) -> None:
    """Raise ``GateFailed`` when a cell is fewer, or broke."""
    worse = [each for each in changes if each.change in REGRESSIONS]
    if worse:
        raise GateFailed(
            f"{len(worse)} of {len(changes)} cells regressed; the first is "
            f"{worse[0].id}: {worse[0].reason}"
        )


def _change(
    before: CellReport | None, now: CellReport | None, same_limit: bool
) -> tuple[Change, str]:
    if before is None or before.outcome is Outcome.NOT_SUPPORTED:
        if now is not None and now.outcome is Outcome.NOT_SUPPORTED:
            return Change.SAME if before else Change.NEW, "not supported"
        return Change.NEW, "the baseline has no result of it"
    if now is None or now.outcome is Outcome.NOT_SUPPORTED:
        return Change.GONE, "only the baseline has a result of it"
    for when, cell in (("in the baseline", before), ("now", now)):
        if cell.outcome is Outcome.HARNESS_FAILED:
            return Change.NOT_COMPARABLE, f"the instrument failed {when}"
    if Outcome.MEASURED in (before.outcome, now.outcome):
        if now.outcome is not Outcome.MEASURED:
            return Change.BROKE, f"{_range(before)} before; now {now.outcome}"
        if before.outcome is not Outcome.MEASURED:
            return Change.RECOVERED, f"{before.outcome} before; now {_range(now)}"
        return _measured(before, now, same_limit)
    return Change.SAME, f"{now.outcome}, and {before.outcome} before"


def _measured(
    before: CellReport, now: CellReport, same_limit: bool
) -> tuple[Change, str]:
    words = f"{_range(before)} before; now {_range(now)}"
    obstacle = _obstacle(before, now, same_limit)
    if obstacle:
        return Change.NOT_COMPARABLE, f"{obstacle}: {words}"
    return _numbers(before, now), words


def _obstacle(before: CellReport, now: CellReport, same_limit: bool) -> str:
    """Why two measurements are not comparable, if they are not."""
    if Verdict.UNKNOWN in (before.verdict, now.verdict):
        return "the rounds leave open what it is"
    if before.declared != now.declared:
        return "it declares another number than before"
    if now.declared is None and not same_limit:
        return "it declares no bound, and another limit was tried"
    if before.bounded != now.bounded:
        lower, higher = (now, before) if now.bounded else (before, now)
        if (lower.ceiling or 0) >= (higher.ceiling or 0):
            return "one of the two is a lower bound that the other does not exceed"
    return ""


def _numbers(before: CellReport, now: CellReport) -> Change:
    """By the most ever seen, and by whether that is reached every time."""
    old, new = before.ceiling or 0, now.ceiling or 0
    was_even, is_even = _even(before), _even(now)
    if not was_even and not is_even and _overlap(before, now):
        return Change.SAME
    if old != new:
        return Change.MORE if new > old else Change.FEWER
    if was_even != is_even:
        return Change.MORE if is_even else Change.FEWER
    return Change.SAME


def _even(cell: CellReport) -> bool:
    """Whether the most that can be asked of it is reached in every round."""
    ceiling = cell.ceiling or 0
    load = cell.declared if cell.declared is not None else ceiling
    return cell.floor is not None and cell.floor >= min(load, ceiling)


def _overlap(one: CellReport, other: CellReport) -> bool:
    return (one.floor or 0) <= (other.ceiling or 0) and (other.floor or 0) <= (
        one.ceiling or 0
    )


def _range(cell: CellReport) -> str:
    least = "" if cell.bounded else "at least "
    if _even(cell):
        return f"{least}{cell.ceiling}"
    return f"{cell.floor} to {least}{cell.ceiling}"
