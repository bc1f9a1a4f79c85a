"""Knows whether requests can call the server that they are in, by what was seen of some
that did; must not know how that was seen.

A call is an answer from the app or it is not: stuck with the server quiet is a
deadlock, and any other end, such as an error, says nothing of places in the app.
"""

from __future__ import annotations

from harness.judge.questions.found import Found
from harness.judge.questions.found import UNKNOWN
from harness.records.evidence import CellEvidence
from harness.records.questions import CallRound
from harness.records.questions import SelfCallAsked
from harness.records.words import Settled

DEADLOCK = "deadlock"


def found(asked: SelfCallAsked, cell: CellEvidence) -> Found:
    """Whether they can; the number is how many at once were answered, as far as it was
    tried.
    """
    passed = 0
    for each in asked.rounds:
        if each.answered == each.calls:
            passed = each.calls
        elif (
            each.stuck and not each.failed and each.settled is not Settled.STEADY_COUNT
        ):
            return _deadlock(each, passed)
        else:
            return _unknown(each)
    if not passed:
        return Found(UNKNOWN, "It is not known: no request was seen to call.")
    return Found("yes", _yes(passed), passed)


def _yes(passed: int) -> str:
    more = ", also when many do so at once" if passed > 1 else ""
    return f"A request that calls its own server is answered{more}."


def _deadlock(each: CallRound, passed: int) -> Found:
    if not passed:
        return Found(
            DEADLOCK,
            "A request that calls its own server waits for ever: its call waits for "
            "the place that the request itself takes.",
            0,
        )
    return Found(
        f"yes; {DEADLOCK} at {each.calls}",
        "A request that calls its own server is answered while there is a place left; "
        f"when such requests take all places, {_stuck(each)} for ever.",
        # Where it is chance whether all are let in, as many may have passed before.
        passed if passed < each.calls else 1,
    )


def _stuck(each: CallRound) -> str:
    """Those that the rounds saw: which worker gets a call may be chance."""
    return "all of them wait" if each.stuck == each.calls else "some of them wait"


def _unknown(each: CallRound) -> Found:
    said = [
        f"{each.failed} ended with an error" if each.failed else "",
        f"{each.stuck} waited while the server was never quiet" if each.stuck else "",
    ]
    words = " and ".join(filter(None, said)) or "none was seen to end"
    return Found(UNKNOWN, f"It is not known: of {each.calls} calls {words}.")
