"""What is said of requests that were held at places inside an app."""

from __future__ import annotations

import msgspec
import pytest

from harness.records.places import PlaceRound
from harness.records.places import PlaceSeen
from harness.records.places import PlacesSeen
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
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


def said(*rounds: PlaceRound, found: bool = True) -> Answer:
    seen = PlaceSeen(place="pool", found=found, rounds=rounds)
    return answer(PlacesSeen(route="/orders/1", places=(seen,)))


def changed(**changes: object) -> PlaceRound:
    return msgspec.structs.replace(FULL, **changes)


def test_those_that_wait_for_a_place() -> None:
    answered = said(FULL)
    assert (answered.answer, answered.number) == ("3 at pool", 3)
    assert answered.sentence == (
        "Of 8 requests for /orders/1 in the app at once, this many got to a place: "
        "3 at pool (5 wait for it)."
    )


def test_rounds_that_differ_are_a_range() -> None:
    answered = said(FULL, changed(at_place=6, asking=2))
    assert (answered.answer, answered.number) == ("3–6 at pool", 3)
    assert "3–6 at pool (5 wait for it)" in answered.sentence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"asking": 0}, "5 wait elsewhere in the app"),
        ({"asking": 0, "ended": {"500": 5}}, "5 were answered with status 500"),
        ({"asking": 4, "ended": {"cut off": 1}}, "4 wait for it, 1 was cut off"),
        ({"stalled": 2}, "2 had not ended a while after all were let go"),
        ({"at_door": 1, "asking": 0}, "one after another"),
    ],
)
def test_what_the_others_did(changes: dict[str, object], words: str) -> None:
    assert words in said(changed(**changes)).sentence


def test_a_place_that_nobody_gets_to() -> None:
    nobody = changed(at_place=0, asking=0, ended={"200": 8})
    answered = said(nobody)
    assert (answered.answer, answered.number) == ("unknown", None)
    assert "none at pool (it is not called; 8 were answered" in answered.sentence
    missing = said(nobody, found=False)
    assert "none at pool (no imported module has it; " in missing.sentence


def test_a_server_that_was_not_quiet() -> None:
    answered = said(FULL, changed(settled=Settled.STEADY_COUNT))
    assert (answered.answer, answered.sentence) == ("unknown", NOT_QUIET)
