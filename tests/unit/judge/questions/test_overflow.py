"""What happens to requests beyond the ceiling."""

from typing import Any

import pytest

from harness.records.rounds import Account
from harness.records.seen import OverflowSeen
from harness.records.words import Settled
from tests.builders.answers import answer


def beyond(**seen: Any) -> OverflowSeen:
    """The measured requests beyond a ceiling of 4."""
    fields: dict[str, Any] = {
        "in_app": 4,
        "account": Account(answered=4),
        "settled": Settled.SCHEDSTAT,
    }
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
            "enter in the order in which they came. No waiting request is lost.",
        ),
        (
            beyond(waiting=129, account=Account(answered=130), served=(4, 6, 5)),
            "≥129 wait",
            129,
            "not enter in the order in which they came. 3 waiting requests were never "
            "answered.",
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
def test_the_answer_says_what_happens_beyond_the_ceiling(
    seen: OverflowSeen, words: str, number: int | None, said: str
) -> None:
    found = answer(seen)
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence
