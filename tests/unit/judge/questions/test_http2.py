"""Whether one HTTP/2 connection gets fewer slots, in words and as a number."""

from typing import Any

import pytest

from harness.records.http2 import Http2Seen
from harness.records.http2 import StreamRound
from harness.records.questions import UNKNOWN
from harness.records.words import Settled
from tests.builders.answers import answer


def round_(offered: int, admitted: int, **other: Any) -> StreamRound:
    fields: dict[str, Any] = {
        "waiting": offered - admitted,
        "processes": 1,
        "settled": Settled.SCHEDSTAT,
        "answered": offered,
    }
    return StreamRound(offered=offered, admitted=admitted, **{**fields, **other})


def seen(*many: StreamRound, **other: Any) -> Http2Seen:
    return Http2Seen(asked=8, rounds=(round_(1, 1), *many), **other)


def test_one_connection_may_get_all_slots() -> None:
    found = answer(seen(round_(8, 4), streams=100))
    assert (found.answer, found.number) == ("as many: 4", 4)
    assert found.sentence == (
        "One HTTP/2 connection gets as many slots as several: 4 requests on it can be "
        "in the app at once. The server allows 100 streams on a connection."
    )


def test_the_best_round_decides() -> None:
    assert answer(seen(round_(8, 3), round_(8, 4))).answer == "as many: 4"


def test_one_worker_has_the_connection() -> None:
    found = answer(seen(round_(8, 2), round_(8, 2)))
    assert (found.answer, found.number) == ("2 of 4", 2)
    assert "2 are in the app at once, all that one process has" in found.sentence
    assert "with a connection for each, 4 are." in found.sentence


def test_the_allowed_number_of_streams_is_reported() -> None:
    found = answer(seen(round_(3, 3), streams=3))
    assert (found.answer, found.number) == ("3 of 4: no more streams are allowed", 3)
    assert found.sentence.endswith("The server allows 3 streams on a connection.")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Http2Seen(), "no request on such a connection"),
        (seen(round_(8, 0)), "no request on such a connection"),
        (seen(round_(8, 2, settled=Settled.STEADY_COUNT)), "was not quiet"),
    ],
)
def test_an_unclear_result_is_unknown_with_a_reason(asked: Http2Seen, why: str) -> None:
    found = answer(asked)
    assert (found.answer, found.number) == (UNKNOWN, None)
    assert why in found.sentence
