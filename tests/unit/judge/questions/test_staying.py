"""What long-lived clients leave to others, in words and as a number."""

from typing import Any

import pytest

from harness.judge.questions import staying
from harness.judge.questions.staying import numbers
from harness.records.questions import UNKNOWN
from harness.records.staying import EventsSeen
from harness.records.staying import PollsSeen
from harness.records.staying import SocketsSeen
from harness.records.staying import StayStep
from harness.records.staying import Taking
from harness.records.staying import UploadsSeen
from harness.records.steering import Goal
from harness.records.words import Outcome
from harness.records.words import Settled
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import rounds


def step(clients: int, admitted: int, **other: Any) -> StayStep:
    fields: dict[str, Any] = {
        "in_app": clients,
        "begun": clients,
        "offered": 4,
        "waiting": 4 - admitted,
        "settled": Settled.SCHEDSTAT,
        "answered": 4,
    }
    return StayStep(clients=clients, admitted=admitted, **{**fields, **other})


ALONE = step(0, 4)
EVEN = cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))
EACH = ALONE, step(4, 0), step(3, 1)
NONE = ALONE, step(64, 4), step(128, 4)


def events(*steps: StayStep, **other: Any) -> EventsSeen:
    return EventsSeen(steps=steps, watched_seconds=8.0, **other)


def test_each_stream_may_take_a_slot() -> None:
    found = answer(events(*EACH))
    assert (found.answer, found.number) == ("4 shut all others out", 4)
    assert found.sentence == (
        "Each event stream takes a slot: with 4 open, nobody else gets in for at "
        "least the 8 s that the server was watched."
    )


def test_streams_may_leave_room() -> None:
    found = answer(events(*NONE))
    assert (found.answer, found.number) == ("128 leave room", None)
    assert found.sentence == "128 event streams can be open, and others still get in."
    said = numbers(events(*NONE), EVEN)
    assert said and said.taking is Taking.NONE


def test_the_limit_may_differ_from_the_number_of_slots() -> None:
    """As for a server that has room for so many connections."""
    seen = UploadsSeen(
        steps=(ALONE, step(97, 1, in_app=0), step(98, 0, in_app=0)), watched_seconds=8.0
    )
    found = answer(seen)
    assert (found.answer, found.number) == ("98 shut all others out", 98)
    assert found.sentence == (
        "With 98 slow uploads on the way, nobody else gets in for at least the 8 s "
        "that the server was watched. The app is not called until the whole body has "
        "arrived."
    )
    said = numbers(seen, EVEN)
    assert said and (said.taking, said.in_app) == (Taking.SOME, False)


def test_a_server_with_a_timeout_frees_itself() -> None:
    seen = UploadsSeen(steps=(ALONE, step(1, 0, freed_seconds=4.2)))
    found = answer(seen)
    assert found.answer == "1 shuts all others out for 4 s"
    assert "With 1 slow upload on the way, nobody else gets in until" in found.sentence
    assert "until the server frees itself after 4 s" in found.sentence


def test_streams_that_outlast_their_clients_are_reported() -> None:
    """The search ends there: how many others get in beside fewer is unknown."""
    stuck = step(4, 0, answered=0)
    found = answer(events(ALONE, stuck))
    assert found.sentence == (
        "With 4 event streams open, nobody else gets in for at least the 8 s that "
        "the server was watched; waiting requests are not served after they have left."
    )
    said = numbers(events(ALONE, stuck), EVEN)
    assert said and (said.taking, said.served_after) == (Taking.SOME, False)


def test_buffered_events_are_reported() -> None:
    found = answer(events(*EACH, open=4, live=0))
    assert found.answer == "4 shut all others out; events held back"
    assert "does not reach the client while the stream is open" in found.sentence
    assert answer(events(*EACH, open=4, live=4)).answer == "4 shut all others out"


def test_workers_that_share_by_chance_give_a_seen_number() -> None:
    seen = events(ALONE, step(16, 0), step(15, 1))
    uneven = cell(WHERE, "gthread-2x4", 8, rounds(8, (2, 4), [4, 8]))
    found = numbers(seen, uneven)
    assert found and found.chance
    found = numbers(seen, EVEN)
    assert found and not found.chance


UNEVEN = cell(WHERE, "gthread-2x4", 8, rounds(8, (2, 4), [4, 8]))
MOST = step(8, 0, order=Goal.MOST), step(7, 1, order=Goal.MOST)
LEAST = step(4, 0, order=Goal.LEAST), step(3, 1, order=Goal.LEAST)


def test_nothing_is_left_to_chance_if_the_order_of_workers_is_chosen() -> None:
    seen = events(step(0, 5), *MOST, *LEAST)
    found = numbers(seen, UNEVEN)
    assert found and not found.chance
    assert (found.shut_out_by, found.waits_from) == (8, 4)
    assert found.taking is Taking.EACH
    said = staying.answer(seen, UNEVEN)
    assert said.answer == "8 shut all others out, one may wait from 4"
    assert "From 4 on, a request may wait: it does if it reaches a" in said.sentence


def test_no_request_waits_earlier_if_workers_share_requests() -> None:
    one_first = step(8, 0, order=Goal.LEAST), step(7, 1, order=Goal.LEAST)
    found = numbers(events(ALONE, *MOST, *one_first), UNEVEN)
    assert found and (found.shut_out_by, found.waits_from) == (8, None)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ((0,), "A stream whose client has left ends at once."),
        ((4, 0), "keeps its slot until the next event is sent."),
        ((4, 4, 0), "keeps its slot until 2 further events are sent."),
        ((4, 4, 3, 3), "is still in the app after 3 further events."),
    ],
)
def test_the_answer_says_how_long_a_stream_outlasts_its_client(
    left: tuple[int, ...], words: str
) -> None:
    assert answer(events(*EACH, left=left)).sentence.endswith(words)


def test_sockets_are_reported_without_a_number_in_the_app() -> None:
    steps = tuple(step(n, a, in_app=None) for n, a in ((0, 4), (4, 0), (3, 1)))
    found = answer(SocketsSeen(steps=steps, watched_seconds=8.0))
    assert found.sentence.startswith("Each WebSocket takes a slot: with 4 open, nobody")
    said = numbers(SocketsSeen(steps=steps), EVEN)
    assert said and said.in_app is None


def test_the_answer_says_how_long_a_poll_outlasts_its_client() -> None:
    steps = tuple(step(n, a, in_app=None) for n, a in ((0, 4), (4, 0), (3, 1)))
    found = answer(PollsSeen(steps=steps, watched_seconds=8.0, kept_seconds=22.6))
    assert found.sentence == (
        "Each client that polls takes a slot: with 4 there, nobody else gets in for "
        "at least the 8 s that the server was watched. After their clients have left, "
        "polls stay in the app until they end by themselves: for 23 s here."
    )
    quick = answer(PollsSeen(steps=steps, kept_seconds=0.4))
    assert "When their clients have left" not in quick.sentence


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (events(), "without clients that stay"),
        (events(ALONE), "no client that stays was tried"),
        (events(step(0, 0)), "no request got in"),
        (
            events(ALONE, step(4, 4, ended=4), statuses=(404,), path="/ws"),
            "none stayed: /ws answered 404 at once",
        ),
        (events(ALONE, step(4, 4, ended=4)), "none stayed: the route cut the"),
        (events(ALONE, step(4, 0, settled=Settled.STEADY_COUNT)), "was not quiet"),
        (events(outcome=Outcome.DIED, reason="It fell over"), "It fell over"),
    ],
)
def test_an_unclear_result_is_unknown_with_a_reason(seen: EventsSeen, why: str) -> None:
    found = answer(seen)
    assert (found.answer, found.number) == (UNKNOWN, None)
    assert why in found.sentence
    assert numbers(seen, EVEN) is None
