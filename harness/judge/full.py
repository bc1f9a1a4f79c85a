"""Decides whether a server was full: requests waited, and no more entered.

A round that ended because a count stood still proves nothing: the harness, or the
machine, may have been too slow.
"""

from collections.abc import Sequence

from harness.records.evidence import CellEvidence
from harness.records.rounds import Round
from harness.records.rounds import turned_all_away
from harness.records.rounds import turned_away
from harness.records.rounds import undisturbed
from harness.records.rounds import was_quiet
from harness.records.steering import is_conclusive
from harness.records.steering import most_rounds
from harness.records.steering import SteeredRound
from harness.records.words import Settled


def was_full(cell: CellEvidence, admitted: int) -> bool:
    """Whether exactly ``admitted`` were in the app while others waited.

    The server has to be quiet. Requests that had been turned away count as waiting.
    """
    return any(
        round_.admitted == admitted < round_.offered
        and (was_quiet(round_) or turned_away(round_))
        for round_ in undisturbed(cell.rounds)
    ) or any(
        round_.admitted == admitted < round_.offered and is_conclusive(round_)
        for round_ in cell.steered
    )


def passed_over(cell: CellEvidence) -> int:
    """How many workers may have had room whenever all of them were to be filled.

    They got no request because others, which held a lock around accept, had accepted
    all.
    """
    if most_rounds(cell.steered):
        return 0
    return max((round_.passed_over for round_ in cell.steered), default=0)


def was_full_alone(cell: CellEvidence, load: int, admitted: int) -> bool:
    """Whether a single process takes all requests, and was full while quiet.

    Nothing is then left to chance, and rounds that were not quiet change nothing.
    """
    return cell.workers == 1 and any(
        round_.admitted == admitted and round_.waiting and round_.offered >= load
        for round_ in undisturbed(cell.rounds)
        if was_quiet(round_)
    )


def unsure_rounds(cell: CellEvidence, admitted: int) -> list[Round | SteeredRound]:
    """Rounds that offered more than ``admitted`` and ended by a steady count."""
    ordinary = [
        round_
        for round_ in undisturbed(cell.rounds)
        if round_.offered > admitted
        and not was_quiet(round_)
        and not turned_away(round_)
    ]
    steered = [
        round_ for round_ in cell.steered if Settled.STEADY_COUNT in round_.settled
    ]
    return [*ordinary, *steered]


def lets_nobody_in(rounds: Sequence[Round]) -> bool:
    """Whether even a single request was turned away in the last rounds.

    A server that is full turns requests away too, but lets others in later.
    """
    return any(
        turned_all_away(round_) and round_.offered == 1 for round_ in rounds[-1:]
    )


def may_be_chance(cell: CellEvidence, ceiling: int, load: int) -> bool:
    """Whether a server that starts threads by chance may still reach the load.

    At worst every other request starts a thread; fewer threads than that are not due to
    chance.
    """
    return bool(cell.declaration.by_chance) and ceiling > load / 2


def is_more_by_chance(cell: CellEvidence, ceiling: int) -> bool:
    """Whether a server that starts threads by chance may have started one too many.

    Two threads that are started at the same time can be one too many, in each process.
    """
    declared = cell.declaration.declared
    if declared is None or not cell.declaration.by_chance:
        return False
    return declared < ceiling <= declared + (cell.workers or 1)
