"""Whether the kind of wait makes a difference."""

from typing import Any

import pytest

from harness.judge.questions import answers
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.words import Outcome
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import offer
from tests.samples.make import rounds


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
            "that knows nothing of greenlets. With a lock, as many as with a socket.",
        ),
        (
            [wait(Wait.SLEEP, *GOOD), wait(Wait.ASYNC, offer(1, 1), FAILING)],
            "async: 1, 7 of 8 fail",
            1,
            "Some requests that wait for await in an async def view fail.",
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
        # Every offered request got in, so there may be room for more.
        ([wait(Wait.LOCK, offer(1, 1), offer(3, 3))], "no", 3, "a socket, a lock."),
        ([], "unknown", None, "no kind of wait was seen"),
    ],
)
def test_the_answer_compares_the_kinds_of_wait(
    waits: list[WaitKindSeen], words: str, number: int | None, said: str
) -> None:
    found = answer(WaitsSeen(waits=tuple(waits)))
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence


def test_a_difference_by_chance_is_not_blamed_on_the_wait() -> None:
    """For an uneven server that admitted from 5 to 8 requests in ordinary rounds."""
    seen = rounds(8, (4, 2), [5, 8])
    for most, words in ((6, "no"), (4, "lock: 4")):
        asked = WaitsSeen(waits=(wait(Wait.LOCK, offer(16, most)),))
        (found,) = answers(cell(WHERE, "gthread", 8, seen, asked=(asked,)))
        assert found.answer == words
