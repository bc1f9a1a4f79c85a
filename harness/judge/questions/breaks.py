"""How far a server goes until it breaks."""

from __future__ import annotations

from collections.abc import Iterator

from harness.judge.questions.recovery import endings
from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
from harness.records.questions import UNKNOWN
from harness.records.words import Outcome

MIB = 1024 * 1024

MORE = {
    Scarce.FILES: "{} more open files",
    Scarce.THREADS: "{} more threads",
    Scarce.MEMORY: "{} MiB more memory",
    Scarce.TASKS_OF_A_GROUP: "{} more tasks in its container",
    Scarce.MEMORY_OF_A_GROUP: "{} MiB more memory in its container",
}
"""What a server is allowed beyond what it has when idle."""


def answer(seen: BreaksSeen, cell: CellEvidence) -> Answer:
    """What gives way with little of each thing; the number is the fewest requests that
    were in the app when something did.
    """
    known = [each for each in seen.limits if each.outcome is Outcome.MEASURED]
    if not known:
        why = "; ".join(each.reason for each in seen.limits) or "nothing was tried"
        return seen.unknown(why)
    if all(each.is_in_doubt for each in known):
        return seen.answer(UNKNOWN, NOT_QUIET)
    broken = [each for each in known if _broke(each) and not each.is_in_doubt]
    words = [f"{each.scarce}: {_short(each)}" for each in known]
    others = (each for each in seen.limits if each not in known)
    sentences = [*map(_sentence, known), *map(_untried, others)]
    fewest = min((each.held for each in broken), default=None)
    return seen.answer("; ".join(words), " ".join(sentences), fewest)


def _broke(seen: Strained) -> bool:
    """Whether a request did not get in, was lost or sent away, or the server ended."""
    return bool(seen.held < seen.offered or seen.account.total or seen.ended)


def _short(seen: Strained) -> str:
    if seen.is_in_doubt:
        return UNKNOWN
    if not _broke(seen):
        return f"not by {seen.offered}"
    return f"at {seen.held}{', for good' if _is_for_good(seen) else ''}"


def _is_for_good(seen: Strained) -> bool:
    return bool(seen.ended) or not seen.again


def _sentence(seen: Strained) -> str:
    memory = seen.scarce in (Scarce.MEMORY, Scarce.MEMORY_OF_A_GROUP)
    allowed = seen.allowed // MIB if memory else seen.allowed
    more = MORE[seen.scarce].format(allowed)
    if seen.is_in_doubt:
        return f"With {more} than when idle: {NOT_QUIET[0].lower()}{NOT_QUIET[1:]}"
    if not _broke(seen):
        return f"With {more} than when idle all {seen.offered} are in the app."
    parts = [f"with {more} than when idle {seen.held} requests are in the app"]
    parts += _others(seen)
    if seen.printed:
        parts.append(f"it prints “{seen.printed}”")
    parts.append(_afterwards(seen))
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _others(seen: Strained) -> Iterator[str]:
    """What the clients of the others see."""
    if seen.account.total:
        yield f"further ones are {endings(seen.account, seen.statuses)}"
    if seen.waiting:
        yield f"{seen.waiting} wait"


def _afterwards(seen: Strained) -> str:
    if seen.ended:
        return seen.ended
    if seen.again:
        return "when all have gone it takes requests again"
    return "it takes none any more, also when all have gone"


def _untried(seen: Strained) -> str:
    return f"With little ({seen.scarce}) it was not tried: {seen.reason}."
