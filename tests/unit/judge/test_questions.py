"""What was seen of each question, and the answer that it comes to."""

from __future__ import annotations

from typing import Any

import pytest

from harness.judge.questions import answers
from harness.records.evidence import ControlEvidence
from harness.records.questions import CallRound
from harness.records.questions import ComputeRound
from harness.records.questions import OverflowSeen
from harness.records.questions import ParallelSeen
from harness.records.questions import Question
from harness.records.questions import SelfCallSeen
from harness.records.questions import Wait
from harness.records.questions import WaitKindSeen
from harness.records.questions import WaitsSeen
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.words import Outcome
from harness.records.words import Settled
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import offer
from tests.samples.make import rounds

# ------------------------------------------------------------------------- self-call


def call(calls: int, answered: int, stuck: int = 0, **other: Any) -> CallRound:
    """A round of calls."""
    fields: dict[str, Any] = {
        "calls": calls,
        "together": calls,
        "answered": answered,
        "failed": calls - answered - stuck,
        "stuck": stuck,
        "waiting": 0,
        "settled": Settled.SCHEDSTAT if stuck else Settled.ALL_ENTERED,
        "account": Account(answered=answered, failed=calls - answered),
    }
    return CallRound(**fields | other)


@pytest.mark.parametrize(
    ("seen", "word", "number", "said"),
    [
        ((call(1, 0, 1),), "deadlock", 0, "waits for ever"),
        ((call(1, 1), call(4, 4)), "yes", 4, "also when many do so at once"),
        ((call(1, 1),), "yes", 1, "is answered."),
        (
            (call(1, 1), call(4, 0, 4)),
            "yes; deadlock at 4",
            1,
            "when such requests take all places, all of them wait for ever",
        ),
        (
            (call(1, 1), call(8, 3, 4, failed=0, waiting=1)),
            "yes; deadlock at 8",
            1,
            "when such requests take all places, some of them wait for ever",
        ),
        (
            (call(1, 1), call(8, 8, together=6), call(8, 0, 8)),
            "yes; deadlock at 8",
            1,
            "all of them wait for ever",
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
def test_self_call(
    seen: tuple[CallRound, ...], word: str, number: int | None, said: str
) -> None:
    found = answer(SelfCallSeen(rounds=seen, seconds=0.25))
    assert (found.answer, found.number, found.seconds) == (word, number, 0.25)
    assert said in found.sentence


# ------------------------------------------------------------------------------ waits


def wait(kind: Wait, *seen: Round, **other: Any) -> WaitKindSeen:
    """One kind of wait."""
    return WaitKindSeen(wait=kind, rounds=seen, **other)


GOOD = (offer(1, 1), offer(8, 4))
FAILING = offer(
    8, 1, waiting=0, account=Account(answered=1, answered_without_entering=7)
)


@pytest.mark.parametrize(
    ("waits", "words", "number", "said"),
    [
        (
            [wait(Wait.BLOCKING, *GOOD), wait(Wait.LOCK, *GOOD)],
            "no",
            4,
            "whatever they wait for: a socket, a C function that knows nothing of "
            "greenlets and a lock.",
        ),
        (
            [wait(Wait.BLOCKING, offer(1, 1), offer(8, 1)), wait(Wait.LOCK, *GOOD)],
            "blocking: 1",
            1,
            "that knows nothing of greenlets than for a socket. A lock: as many.",
        ),
        (
            [wait(Wait.SLEEP, *GOOD), wait(Wait.ASYNC, offer(1, 1), FAILING)],
            "async: 1, 7 of 8 fail",
            1,
            "Of the requests that wait for await in an async def view some fail.",
        ),
        (
            [
                wait(Wait.LOCK, *GOOD),
                wait(Wait.ASYNC, outcome=Outcome.NOT_SUPPORTED, reason="Flask 1"),
            ],
            "no",
            4,
            "a socket, a lock.",
        ),
        # All that were offered got in: nothing says that there is no room for more.
        ([wait(Wait.LOCK, offer(1, 1), offer(3, 3))], "no", 3, "a socket, a lock."),
        ([], "unknown", None, "no kind of wait was seen"),
    ],
)
def test_waits(
    waits: list[WaitKindSeen], words: str, number: int | None, said: str
) -> None:
    found = answer(WaitsSeen(waits=tuple(waits)))
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence


def test_what_chance_decides_is_not_put_down_to_the_wait() -> None:
    """Of an uneven server, of which the overlap saw from 5 to 8 in the app at once."""
    seen = rounds(8, (4, 2), [5, 8])
    for most, words in ((6, "no"), (4, "lock: 4")):
        asked = WaitsSeen(waits=(wait(Wait.LOCK, offer(16, most)),))
        (found,) = answers(cell(WHERE, "gthread", 8, seen, asked=(asked,)))
        assert found.answer == words


# -------------------------------------------------------------------------- overflow


def beyond(**seen: Any) -> OverflowSeen:
    """What was seen beyond a ceiling of 4."""
    fields: dict[str, Any] = {"in_app": 4, "account": Account(answered=4)}
    return OverflowSeen(**fields | seen)


IN_THE_END = Account(answered=133)


@pytest.mark.parametrize(
    ("seen", "words", "number", "said"),
    [
        (
            beyond(waiting=129, in_backlog=129, not_opened=15, account=IN_THE_END),
            "129 wait in the backlog, then stall",
            129,
            "the server has not accepted them yet. The next ones get no connection",
        ),
        (
            beyond(waiting=129, in_backlog=29, refused=1, account=IN_THE_END),
            "129 wait, 100 in the server, then refused",
            129,
            "wait in the server, and further ones in the listen backlog.",
        ),
        (
            beyond(waiting=129, reset=2, account=IN_THE_END),
            "129 wait, then cut off",
            129,
            "wait. The connections of the next ones are cut off.",
        ),
        (
            beyond(waiting=129, in_backlog=0, account=IN_THE_END, served=(4, 5, 9)),
            "≥129 wait in the server",
            129,
            "are let in in the order in which they came. None of those that waited is "
            "lost.",
        ),
        (
            beyond(waiting=129, account=Account(answered=130), served=(4, 6, 5)),
            "≥129 wait",
            129,
            "not let in in the order in which they came. 3 of those that waited were "
            "never answered.",
        ),
        (
            beyond(turned_away={"503": 9, "500": 1}),
            "nobody waits, then 503",
            0,
            "do not wait. The next ones are answered with status 503 at once.",
        ),
        (beyond(), "nobody waits", 0, "none was seen to wait"),
        (beyond(in_app=0), "unknown", None, "no request was in the app"),
    ],
)
def test_overflow(
    seen: OverflowSeen, words: str, number: int | None, said: str
) -> None:
    found = answer(seen)
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence


# -------------------------------------------------------------------------- parallel


def computed(computing: int, processes: int, ready: float, used: float) -> ComputeRound:
    """A round in which so many threads were ready to run, on average."""
    return ComputeRound(
        computing=computing,
        processes=processes,
        seconds=2.0,
        used=2 * used,
        waited=2 * (ready - used),
    )


@pytest.mark.parametrize(
    ("seen", "words", "number", "said"),
    [
        ([computed(4, 1, 1.04, 0.4)], "1", 1, "and there is one process"),
        ([computed(4, 2, 2.1, 1.9)], "2", 2, "One request of each process computes"),
        (
            [computed(4, 4, 3.71, 1.9)],
            "4; here 2",
            4,
            "at the same time, as far as there are processors for them.",
        ),
        ([computed(2, 1, 1.95, 1.9)], "≥2", 2, "also those that share a process"),
        ([computed(3, 1, 1.0, 1), computed(4, 2, 2.0, 2)], "2", 2, "of each process"),
        ([computed(4, 3, 2.0, 1.9)], "2", 2, "Fewer requests compute at the same time"),
        ([computed(4, 1, 2.5, 1.9)], "unknown", None, "was not the same"),
        ([computed(4, 1, 0.1, 0.1)], "unknown", None, "was not the same"),
        ([], "unknown", None, "no request was seen to compute"),
    ],
)
def test_parallel(
    seen: list[ComputeRound], words: str, number: int | None, said: str
) -> None:
    found = answer(ParallelSeen(processors=2, rounds=tuple(seen)))
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence


def test_where_one_is_let_in_one_computes() -> None:
    asked = ParallelSeen(processors=2, rounds=(computed(1, 1, 1.0, 1.0),))
    found = answer(asked, declared=1)
    assert found.answer == "1"
    assert found.sentence.endswith("no more are in the app.")


# ------------------------------------------------------------------------- all others


def test_a_question_that_could_not_be_asked_is_unknown_and_says_why() -> None:
    died = SelfCallSeen(outcome=Outcome.DIED, reason="the server exited", seconds=1)
    found = answer(died)
    assert (found.answer, found.number, found.seconds) == ("unknown", None, 1)
    assert found.sentence == "It could not be asked (died): the server exited."


def test_a_question_says_nothing_of_the_overlap() -> None:
    died = SelfCallSeen(outcome=Outcome.DIED, reason="the server exited")
    seen = rounds(4, (4, 1))
    one = cell(WHERE, "sync-4", 4, seen, asked=(died,))
    (found,) = judge([evidence(WHERE, [one])]).cells
    assert (found.outcome, found.ceiling) == (Outcome.MEASURED, 4)
    assert [each.question for each in found.answers] == [Question.SELF_CALL]


def test_nothing_is_answered_where_the_control_was_wrong() -> None:
    seen = rounds(4, (4, 1))
    asked = SelfCallSeen(rounds=(call(1, 1),))
    one = cell(WHERE, "sync-4", 4, seen, asked=(asked,))
    wrong = ControlEvidence(processes=2, threads=2, outcome=Outcome.DIED, reason="odd")
    (found,) = judge([evidence(WHERE, [one], control=wrong)]).cells
    assert found.answers[0].answer == "unknown"
    assert "control" in found.answers[0].sentence


def test_what_was_asked_is_asked_again() -> None:
    seen = rounds(4, (4, 1))
    overlap_alone = cell(WHERE, "sync-4", 4, seen)
    usual = cell(WHERE, "gthread", 4, seen, asked=(SelfCallSeen(),))
    for each in judge([evidence(WHERE, [overlap_alone, usual])]).cells:
        assert "--ask" not in each.reproduce
    more = cell(WHERE, "sync-4", 4, seen, asked=(WaitsSeen(), SelfCallSeen()))
    (found,) = judge([evidence(WHERE, [more])]).cells
    assert found.reproduce.endswith("py3.11 --ask overlap,waits,self-call")
