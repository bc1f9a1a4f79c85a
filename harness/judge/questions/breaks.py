"""Judges how many requests a server holds before something breaks."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.judge.questions.recovery import endings
from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.evidence import CellEvidence
from harness.records.numbers import sum_up_cell
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
from harness.records.questions import UNKNOWN
from harness.records.rounds import load_of
from harness.records.text import capital
from harness.records.text import listed
from harness.records.words import Outcome

MIB = 1024 * 1024

MORE = {
    Scarce.FILES: "{} more open files",
    Scarce.THREADS: "{} more threads",
    Scarce.MEMORY: "{} MiB more memory",
    Scarce.TASKS_OF_A_GROUP: "{} more tasks in its container",
    Scarce.MEMORY_OF_A_GROUP: "{} MiB more memory in its container",
}
"""Words for how much a server may use beyond its use when idle."""


def answer(seen: BreaksSeen, cell: CellEvidence) -> Answer:
    """What breaks when each resource is scarce.

    The number is the fewest requests in the app when something broke.
    """
    known = [limit for limit in seen.limits if limit.outcome is Outcome.MEASURED]
    if not known:
        why = "; ".join(limit.reason for limit in seen.limits) or "nothing was tried"
        return seen.unknown(why)
    if all(each.is_in_doubt for each in known):
        return seen.not_quiet()
    least = _least_anyway(cell)
    doubtful = [each for each in known if each.is_in_doubt]
    open_ = [
        each for each in known if each not in doubtful and _waits_anyway(each, least)
    ]
    certain = [each for each in known if each not in doubtful and each not in open_]
    broken = [each for each in certain if _broke(each)]
    words = [
        f"{each.scarce}: {UNKNOWN if each in open_ else _short(each)}" for each in known
    ]
    held = {_short(each) for each in known}
    if len(known) > 1 and len(held) == 1 and len(certain) == len(known) and not broken:
        words = [*held]
    unbroken = [each for each in certain if not _broke(each)]
    others = (limit for limit in seen.limits if limit not in known)
    sentences = [
        *_unbroken(unbroken),
        *map(_sentence, broken),
        *map(_doubt, doubtful),
        *_left_open(open_),
        *map(_untried, others),
    ]
    fewest = min((each.held for each in broken), default=None)
    return seen.answer("; ".join(words), " ".join(sentences), fewest)


def _least_anyway(cell: CellEvidence) -> int | None:
    """The fewest requests that may be in the app even with nothing scarce.

    They are fewer than declared if others wait behind busy threads.
    """
    declared = cell.declaration.declared
    floor = sum_up_cell(cell, load_of(declared, 1)).floor
    return floor if declared and floor is not None and floor < declared else None


def _waits_anyway(seen: Strained, least: int | None) -> bool:
    """Whether only requests waited that may also wait with nothing scarce."""
    calm = seen.again and not (seen.account.total or seen.ended or seen.printed)
    return calm and least is not None and least <= seen.held < seen.offered


def _left_open(seen: Sequence[Strained]) -> Iterator[str]:
    if seen:
        scarce = listed([str(each.scarce) for each in seen])
        yield (
            f"It is unknown whether anything fails when these are scarce: {scarce}. "
            "Requests waited, but here chance decides which worker gets them, so some "
            "wait even when nothing is scarce."
        )


def _broke(seen: Strained) -> bool:
    """Whether a request did not get in, was lost or sent away, or the server ended."""
    return bool(seen.held < seen.offered or seen.account.total or seen.ended)


def _short(seen: Strained) -> str:
    if seen.is_in_doubt:
        return UNKNOWN
    if not _broke(seen):
        return f"holds {seen.offered}"
    for_good = seen.ended or not seen.again
    return f"breaks at {seen.held}{', for good' if for_good else ''}"


def _more(seen: Strained) -> str:
    """How much of a resource the server may use, in words."""
    memory = seen.scarce in (Scarce.MEMORY, Scarce.MEMORY_OF_A_GROUP)
    return MORE[seen.scarce].format(seen.allowed // MIB if memory else seen.allowed)


def _unbroken(seen: Sequence[Strained]) -> Iterator[str]:
    """Sentences on resources whose scarcity broke nothing, by number of requests."""
    for offered in dict.fromkeys(each.offered for each in seen):
        mores = [_more(each) for each in seen if each.offered == offered]
        yield (
            f"With {listed(mores, 'or')} than when idle, "
            f"{f'all {offered} are' if offered > 1 else 'the one request is'} "
            "in the app."
        )


def _doubt(seen: Strained) -> str:
    why = f"{NOT_QUIET[0].lower()}{NOT_QUIET[1:]}"
    return f"With {_more(seen)} than when idle: {why}"


def _sentence(seen: Strained) -> str:
    parts = [f"with {_more(seen)} than when idle, {seen.held} requests are in the app"]
    parts += _others(seen)
    if seen.printed:
        parts.append(f"it prints “{seen.printed}”")
    parts.append(_afterwards(seen))
    return f"{capital('; '.join(parts))}."


def _others(seen: Strained) -> Iterator[str]:
    """What happens to the clients of the other requests."""
    if seen.account.total:
        yield f"further ones are {endings(seen.account, seen.statuses)}"
    if seen.waiting:
        yield f"{seen.waiting} wait"


def _afterwards(seen: Strained) -> str:
    if seen.ended:
        return seen.ended
    if seen.again:
        return "once all of them have left, it takes requests again"
    return "it takes no more requests, even once all of them have left"


def _untried(seen: Strained) -> str:
    return f"A shortage of {seen.scarce} was not tried: {seen.reason}."
