"""Judges whether requests can call the server that handles them.

A call that is stuck while the server is quiet is a deadlock. Any end other than an
answer of the app, such as an error, says nothing about slots.
"""

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.seen import CallRound
from harness.records.seen import SelfCallSeen
from harness.records.words import Settled

DEADLOCK = "deadlock"


def answer(seen: SelfCallSeen, cell: CellEvidence) -> Answer:
    """Whether requests can call their server.

    The number is the most calls at once, of those tried, that were all answered.
    """
    passed = 0
    for round_ in seen.rounds:
        if round_.answered == round_.calls:
            passed = round_.calls
        elif (
            round_.stuck
            and not round_.failed
            and round_.settled is not Settled.STEADY_COUNT
        ):
            return _deadlock(seen, round_, passed)
        else:
            return _unknown(seen, round_)
    if not passed:
        return seen.unknown("no request was seen to call")
    more = ", also when many do so at once" if passed > 1 else ""
    sentence = f"A request that calls its own server is answered{more}."
    return seen.answer("yes", sentence, passed)


def _deadlock(seen: SelfCallSeen, each: CallRound, passed: int) -> Answer:
    if not passed:
        return seen.answer(
            DEADLOCK,
            "A request that calls its own server waits forever: its call needs the "
            "slot that the request itself takes.",
            0,
        )
    return seen.answer(
        f"yes; {DEADLOCK} at {each.calls}",
        "A request that calls its own server is answered while a slot is free; "
        f"when such requests take all slots, {_stuck(each)} forever.",
        # If chance decides whether all get in, an earlier round may have passed with as
        # many.
        passed if passed < each.calls else 1,
    )


def _stuck(each: CallRound) -> str:
    """The numbers of stuck calls in all rounds.

    Chance may decide which worker gets a call.
    """
    return "all of them wait" if each.stuck == each.calls else "some of them wait"


def _unknown(seen: SelfCallSeen, each: CallRound) -> Answer:
    endings = [
        f"{each.failed} ended with an error" if each.failed else "",
        f"{each.stuck} waited while the server was never quiet" if each.stuck else "",
    ]
    words = " and ".join(filter(None, endings)) or "none was seen to end"
    return seen.unknown(f"of {each.calls} calls {words}")
