"""From how many running requests on health checks wait, and the consequences."""

from typing import Any

import pytest

from harness.judge.questions.probes import numbers
from harness.records.health import CheckBy
from harness.records.health import CheckOrder
from harness.records.health import Consequence
from harness.records.health import HealthCheck
from harness.records.health import HealthStep
from harness.records.health import ProbesSeen
from harness.records.words import Settled
from tests.builders.answers import answer

FULL, ROOM = CheckOrder.FULL_FIRST, CheckOrder.ROOM


def step(held: int, answered: bool, **given: Any) -> HealthStep:
    """A step that is ordinary but for the given fields."""
    fields: dict[str, Any] = {
        "held": held,
        "order": CheckOrder.ONLY,
        "in_app": min(held, 4),
        "answered": answered,
        "status": 200 if answered else None,
        "seconds": 0.01 if answered else None,
        "settled": Settled.ALL_ENTERED if answered else Settled.SCHEDSTAT,
    }
    return HealthStep(**fields | given)


IDLE = step(0, True)
UNEVEN = (
    IDLE,
    step(8, False, order=FULL, behind=5, tcp=True),
    step(3, True, order=FULL),
    step(4, False, order=FULL),
    step(7, True, order=ROOM),
    step(8, False, order=ROOM, behind=5),
    step(12, False, order=FULL, behind=9, tcp=True),
)
EVEN = (IDLE, step(3, True), step(4, False, behind=1, tcp=True), step(8, False))


@pytest.mark.parametrize(
    ("steps", "words", "number"),
    [
        (EVEN, "waits from 4; restarted after 21 to 31 s", 4),
        (UNEVEN, "waits from 4, always from 8; restarted after 21 to 31 s", 4),
        ((IDLE, step(64, True)), "answered", None),
        ((step(0, False, status=404),), "fails when idle: 404", 0),
        ((step(0, False),), "fails when idle", 0),
        ((step(0, False, settled=Settled.STEADY_COUNT),), "unknown", None),
        ((step(0, True, seconds=1.5), step(64, True)), "too slow when idle", 0),
        ((*EVEN, step(9, False, settled=Settled.STEADY_COUNT)), "unknown", None),
        ((*EVEN, step(9, False, complete=False)), "unknown", None),
        ((), "unknown", None),
    ],
)
def test_the_answer_says_when_checks_wait(
    steps: tuple[HealthStep, ...], words: str, number: int | None
) -> None:
    found = answer(ProbesSeen(steps=steps))
    assert (found.answer, found.number) == (words, number)


def test_the_sentence_says_how_many_were_ahead_and_what_tcp_gives_up() -> None:
    found = answer(ProbesSeen(steps=UNEVEN)).sentence
    assert "With 8 requests in the app, the health check waits for a slot" in found
    assert "behind 5 of them (behind 9 when 4 more wait)" in found
    assert "with 4, this can happen" in found
    assert "(by Kubernetes' defaults), the server is restarted after 3" in found
    assert "A check by TCP is answered all the same" in found


def test_a_number_left_to_chance_is_only_seen() -> None:
    chance = {"order": CheckOrder.CHANCE}
    steps = (IDLE, step(5, True, **chance), step(5, False, **chance))
    last = step(8, False, behind=1, **chance)
    found = answer(ProbesSeen(steps=(*steps, last)))
    assert found.answer.startswith("waits from 5 (seen), always from 8;")


def test_a_check_that_only_marks_is_not_said_to_restart() -> None:
    check = HealthCheck(
        then=Consequence.MARKS, period=30, timeout=30, after_answer=True
    )
    found = answer(ProbesSeen(check=check, steps=EVEN))
    assert "marked unhealthy after 150 to 180 s" in found.answer
    assert "not restarted for that" in found.sentence


@pytest.mark.parametrize(
    ("check", "seconds"),
    [
        (HealthCheck(), (21, 31)),
        (HealthCheck(failures=1), (1, 11)),
        (HealthCheck(period=5, timeout=7, failures=2), (14, 19)),
        (HealthCheck(period=30, timeout=5, after_answer=True), (75, 105)),
    ],
)
def test_the_time_to_the_consequence_is_computed(
    check: HealthCheck, seconds: tuple[float, float]
) -> None:
    assert check.seconds == seconds


def test_a_tcp_check_says_nothing_about_the_app() -> None:
    steps = (IDLE, step(4, True, http=False))
    found = answer(ProbesSeen(check=HealthCheck(by=CheckBy.TCP), steps=steps))
    assert (
        found.answer == "answered"
        and "TCP says nothing about the app" in found.sentence
    )


def test_reports_get_the_numbers_behind_the_answer() -> None:
    found = numbers(ProbesSeen(steps=UNEVEN))
    assert found is not None and found.waits
    assert (found.at_times, found.always, found.behind, found.tcp) == (4, 8, 5, True)
    assert numbers(ProbesSeen(steps=(step(0, False),))) is None
