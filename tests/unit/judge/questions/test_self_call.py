"""Whether requests can call their own server."""

import pytest

from harness.records.seen import CallRound
from harness.records.seen import SelfCallSeen
from harness.records.words import Settled
from tests.builders.answers import answer
from tests.builders.answers import call


@pytest.mark.parametrize(
    ("seen", "word", "number", "said"),
    [
        ((call(1, 0, 1),), "deadlock", 0, "waits forever"),
        ((call(1, 1), call(4, 4)), "yes", 4, "also when many do so at once"),
        ((call(1, 1),), "yes", 1, "is answered."),
        (
            (call(1, 1), call(4, 0, 4)),
            "yes; deadlock at 4",
            1,
            "when such requests take all slots, all of them wait forever",
        ),
        (
            (call(1, 1), call(8, 3, 4, failed=0, waiting=1)),
            "yes; deadlock at 8",
            1,
            "when such requests take all slots, some of them wait forever",
        ),
        (
            (call(1, 1), call(8, 8, together=6), call(8, 0, 8)),
            "yes; deadlock at 8",
            1,
            "all of them wait forever",
        ),
        ((call(1, 0),), "unknown", None, "of 1 calls 1 ended with an error"),
        (
            (call(1, 0, 1, settled=Settled.STEADY_COUNT),),
            "unknown",
            None,
            "1 waited while the server was never quiet",
        ),
        ((call(1, 1), call(4, 2, 1)), "unknown", None, "1 ended with an error and 1"),
        ((), "unknown", None, "no request was seen to call"),
    ],
)
def test_the_answer_says_whether_and_when_calls_deadlock(
    seen: tuple[CallRound, ...], word: str, number: int | None, said: str
) -> None:
    found = answer(SelfCallSeen(rounds=seen, seconds=0.25))
    assert (found.answer, found.number, found.seconds) == (word, number, 0.25)
    assert said in found.sentence
