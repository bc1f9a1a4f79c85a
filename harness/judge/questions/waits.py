"""Judges whether the number of requests at once depends on what they wait for.

Rule: a kind of wait counts as admitting fewer only if it admits fewer than *every*
overlap round that offered as many. If those rounds differ, chance plays a part.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.rounds import peak_of
from harness.records.rounds import Round
from harness.records.rounds import was_quiet
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.text import capital
from harness.records.text import listed
from harness.records.words import Outcome

SAME = "no"

WORDS = {
    Wait.BLOCKING: "a C function that knows nothing of greenlets",
    Wait.LOCK: "a lock",
    Wait.SLEEP: "time.sleep",
    Wait.ASYNC: "await in an async def view",
    Wait.STREAM: "the next piece of a streamed answer",
}
"""What a request waits for, in a sentence."""


class _Kind(NamedTuple):
    wait: Wait
    most: int
    """The most in the app at once."""
    at_least: bool
    """Whether all that were offered got in."""
    failed: int
    offered: int
    """Failures in the round with most of them."""
    sure: bool
    """Whether the server was quiet in every round in which fewer entered."""

    def __str__(self) -> str:
        number = f"{'≥' if self.at_least else ''}{self.most}"
        failing = f", {self.failed} of {self.offered} fail" if self.failed else ""
        return f"{self.wait}: {number}{failing}"


def answer(seen: WaitsSeen, cell: CellEvidence) -> Answer:
    """Whether the kind of wait matters.

    The number is the fewest requests at once of any kind.
    """
    measured = [wait for wait in seen.waits if wait.outcome is Outcome.MEASURED]
    kinds = [_kind(each) for each in measured if each.rounds]
    if not kinds:
        return seen.unknown("no kind of wait was seen")
    fewest = min(kind.most for kind in kinds)
    fewer = [kind for kind in kinds if _fewer(kind, cell.rounds)]
    if any(not kind.sure for kind in fewer):
        return seen.not_quiet()
    unlike = [kind for kind in kinds if kind in fewer or kind.failed]
    if not unlike:
        return seen.answer(
            SAME,
            "The same number of requests is in the app, whatever they wait for: "
            f"a socket, {listed([WORDS[kind.wait] for kind in kinds])}.",
            fewest,
        )
    return seen.answer("; ".join(map(str, unlike)), _unlike(unlike, kinds), fewest)


def _kind(seen: WaitKindSeen) -> _Kind:
    worst = max(seen.rounds, key=_failed)
    most = peak_of(seen.rounds)
    return _Kind(
        wait=seen.wait,
        most=most,
        at_least=most == max(round_.offered for round_ in seen.rounds),
        failed=_failed(worst),
        offered=worst.offered,
        sure=all(map(was_quiet, seen.rounds)),
    )


def _failed(round_: Round) -> int:
    """Requests that were answered with an error, or not at all."""
    account = round_.account
    stalled = round_.stalled if was_quiet(round_) else 0
    return round_.offered - account.answered - account.timed_out + stalled


def _fewer(kind: _Kind, overlap: Sequence[Round]) -> bool:
    """Whether fewer entered than in any overlap round that offered as many."""
    if kind.at_least:
        return False
    admitted = [each.admitted for each in overlap if each.offered > kind.most]
    return bool(admitted) and kind.most < min(admitted)


def _unlike(unlike: Sequence[_Kind], kinds: Sequence[_Kind]) -> str:
    """The kinds of wait that differ, in words."""
    clauses = []
    fewer = [kind for kind in unlike if not kind.failed]
    if fewer:
        clauses.append(
            "Fewer requests are in the app at once than with a socket when they wait "
            f"for {listed([WORDS[kind.wait] for kind in fewer])}"
        )
    if any(kind.failed for kind in unlike):
        failing = listed([WORDS[kind.wait] for kind in unlike if kind.failed])
        some = "some" if any(kind.most for kind in unlike if kind.failed) else "all"
        clauses.append(f"{some} requests that wait for {failing} fail")
    same = [WORDS[kind.wait] for kind in kinds if kind not in unlike]
    also = f" With {listed(same)}, as many as with a socket." if same else ""
    return f"{capital('; '.join(clauses))}.{also}"
