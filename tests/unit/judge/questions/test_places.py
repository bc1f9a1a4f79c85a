"""Sentences about requests that were held at places inside an app."""

import msgspec
import pytest

from harness.judge.questions.places import narrow
from harness.records.places import PlaceRound
from harness.records.places import PlaceSeen
from harness.records.places import PlacesSeen
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
from harness.records.steering import Goal
from harness.records.words import Settled
from tests.builders.answers import answer

FULL = PlaceRound(
    offered=9,
    at_door=8,
    at_place=3,
    asking=5,
    watched_seconds=3.0,
    processes=1,
    stalled=0,
    settled=Settled.SCHEDSTAT,
)


def answer_to(*rounds: PlaceRound, found: bool = True) -> Answer:
    seen = PlaceSeen(place="pool", found=found, rounds=rounds)
    return answer(PlacesSeen(route="/orders/1", places=(seen,)))


def changed(**changes: object) -> PlaceRound:
    return msgspec.structs.replace(FULL, **changes)


def test_the_answer_counts_requests_at_a_place_and_waiting_for_it() -> None:
    answered = answer_to(FULL)
    assert (answered.answer, answered.number) == ("3 at pool", 3)
    assert answered.sentence == (
        "Of 8 requests for /orders/1 in the app at once, this many got to a place: "
        "3 at pool (5 wait for it)."
    )


def test_different_rounds_give_a_range() -> None:
    answered = answer_to(FULL, changed(at_place=6, asking=2))
    assert (answered.answer, answered.number) == ("3–6 at pool", 3)
    assert "3–6 at pool (5 wait for it)" in answered.sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"asking": 0}, "5 wait elsewhere in the app"),
        ({"asking": 0, "ended": {"500": 5}}, "5 were answered with status 500"),
        ({"asking": 4, "ended": {"cut off": 1}}, "4 wait for it, 1 was cut off"),
        ({"stalled": 2}, "2 had not ended a while after all were released"),
        ({"at_door": 1, "asking": 0}, "one after another"),
    ],
)
def test_the_sentence_says_what_the_other_requests_did(
    changes: dict[str, object], words: str
) -> None:
    assert words in answer_to(changed(**changes)).sentence


def test_a_place_that_no_request_reaches_is_reported() -> None:
    nobody = changed(at_place=0, asking=0, ended={"200": 8})
    answered = answer_to(nobody)
    assert (answered.answer, answered.number) == ("unknown", None)
    assert "none at pool (it is not called; 8 were answered" in answered.sentence
    missing = answer_to(nobody, found=False)
    assert "none at pool (no imported module has it; " in missing.sentence


def test_errors_are_reported_by_name() -> None:
    gave_up = changed(
        asking=0, ended={"500": 5}, errors={"TimeoutError: QueuePool limit reached": 5}
    )
    assert "5 met TimeoutError: QueuePool limit reached" in answer_to(gave_up).sentence


def test_a_deadlock_is_reported() -> None:
    stuck = changed(stuck=2, stalled=4)
    assert "2 wait on after all others were released" in answer_to(stuck).sentence
    assert "as in a deadlock" in answer_to(stuck).sentence
    assert "had not ended" not in answer_to(stuck).sentence


MOST = changed(at_door=8, at_place=6, asking=2, processes=2, order=Goal.MOST)
LEAST = changed(at_door=4, at_place=3, asking=1, order=Goal.LEAST)


def test_a_chosen_order_of_workers_is_not_left_to_chance() -> None:
    chosen = answer_to(MOST, LEAST)
    assert chosen.answer == "3–6 at pool"
    assert "chance" not in chosen.sentence
    by_chance = answer_to(*(changed(processes=2),) * 5)
    assert "3 at pool (seen in 5 rounds, left to chance; 5 wait" in by_chance.sentence


def test_an_inconclusive_round_does_not_count() -> None:
    given_up = changed(at_place=1, order=Goal.LEAST, complete=False)
    assert answer_to(given_up, FULL).answer == "3 at pool"


def narrow_places(*rounds: PlaceRound) -> list[tuple[int, int, bool]]:
    """Return the narrow places: the number in the app, there, and whether always."""
    seen = PlaceSeen(place="pool", found=True, rounds=rounds)
    found = narrow(PlacesSeen(route="/", places=(seen,)))
    return [(each.at_door, each.at_place, each.always) for each in found]


def test_a_place_is_narrow_if_it_holds_fewer_than_the_app() -> None:
    assert narrow_places(MOST, LEAST) == [(8, 6, True)]
    assert narrow_places(changed(processes=2)) == [(8, 3, False)]
    assert narrow_places(changed(at_place=8, asking=0)) == []
    assert narrow_places(changed(at_place=0)) == []
    assert narrow_places(changed(settled=Settled.STEADY_COUNT)) == []


def test_a_server_that_was_not_quiet_is_unknown() -> None:
    answered = answer_to(FULL, changed(settled=Settled.STEADY_COUNT))
    assert (answered.answer, answered.sentence) == ("unknown", NOT_QUIET)
