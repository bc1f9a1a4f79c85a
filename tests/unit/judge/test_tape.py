"""Slots over time: a short hand-over between processes is no loss."""

import random

import pytest

from harness.judge.tape import blink_of
from harness.judge.tape import closed
from harness.judge.tape import depth
from harness.judge.tape import longest_dip
from harness.judge.tape import median
from harness.judge.tape import numbers_at
from harness.judge.tape import points_of
from harness.judge.tape import Step
from harness.records.choices import Act
from harness.records.life import SlowHandOff
from harness.records.life import TapePoint
from harness.records.life import TapeSeen
from tests.builders.tapes import RELOADED
from tests.builders.tapes import tape_seen


def places(seen: TapeSeen) -> list[tuple[float, int, int]]:
    return [
        (point.at, point.old, point.new) for point in points_of(seen, blink_of(seen))
    ]


def test_a_hand_over_is_no_loss_and_a_gap_is() -> None:
    assert places(RELOADED) == [
        (-1.0, 4, 0), (0.2, 2, 0), (0.3, 0, 0), (1.4, 0, 1), (1.5, 0, 4),
    ]  # fmt: skip


def test_longer_gaps_are_no_loss_if_hand_overs_are_slow() -> None:
    dip = (-1.5, 4, 0), (1.0, 3, 0), (1.4, 4, 0)
    assert len(places(tape_seen(Act.KILL, *dip))) == 3
    slow = tape_seen(Act.KILL, *dip, hand_off_seconds=0.21)
    assert blink_of(slow) == pytest.approx(0.42)
    assert places(slow) == [(-1.0, 4, 0)]
    assert places(tape_seen(Act.KILL, *dip, lag_seconds=0.21)) == [(-1.0, 4, 0)]


@pytest.mark.parametrize(("waited", "missing"), [(0.7, False), (0.1, True)])
def test_a_process_that_waits_for_a_processor_keeps_its_slot(
    waited: float, missing: bool
) -> None:
    slow = SlowHandOff(process=11, begin=1.0, end=2.0, waited=waited)
    dip = (-1.5, 4, 0), (1.0, 3, 0), (2.0, 4, 0)
    found = places(tape_seen(Act.RELOAD, *dip, slow=(slow,)))
    assert ((1.0, 3, 0) in found) is missing


def test_a_new_process_that_waits_for_a_processor_keeps_its_slot_too() -> None:
    slow = SlowHandOff(process=12, begin=2.0, end=3.0, waited=0.9)
    changes = (-1.5, 4, 0), (1.4, 0, 4), (2.0, 0, 3), (3.0, 0, 4)
    found = places(tape_seen(Act.RELOAD, *changes, slow=(slow,)))
    assert found == [(-1.0, 4, 0), (1.4, 0, 4)]


def test_the_lowest_number_has_a_duration() -> None:
    points = points_of(RELOADED, 0.15)
    assert depth(points, -1.0, 0.0) == (4, 1.0)
    lowest, seconds = depth(points, 0.0, 5.0)
    assert lowest == 0
    assert seconds == pytest.approx(1.1)
    assert depth((), 0.0, 5.0) == (0, 0.0)
    assert depth((TapePoint(at=-1.0, old=2, new=1),), 0.0, 2.0) == (3, 2.0)


def test_the_usual_number_and_the_time_below_it_are_known() -> None:
    points = points_of(RELOADED, 0.15)
    assert median(points, -1.0, 0.0) == median(points, 0.0, 5.0) == 4
    assert median((), 0.0, 5.0) == 0
    assert longest_dip(points, 4, -1.0, 0.0) == 0
    assert longest_dip(points, 4, 0.0, 5.0) == pytest.approx(1.3)
    assert longest_dip(points, 1, 0.0, 5.0) == pytest.approx(1.1)


def test_no_steps_give_an_empty_curve() -> None:
    assert closed([], 5.0, 0.1) == []
    assert places(tape_seen(Act.KILL)) == [(-1.0, 0, 0)]


def test_closing_gaps_never_lowers_a_curve_and_is_idempotent() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        times = [rng.randint(0, 50) for _ in range(rng.randint(1, 20))]
        numbers = {at: rng.randint(0, 6) for at in times}
        steps = [Step(at / 10, number) for at, number in sorted(numbers.items())]
        length = rng.randint(1, 20) / 10
        once = closed(steps, 5.5, length)
        moments = [n / 20 for n in range(110) if n / 20 >= steps[0].at]
        both = zip(numbers_at(once, moments), numbers_at(steps, moments), strict=True)
        assert all(more >= less for more, less in both), seed
        assert max(s.number for s in once) == max(s.number for s in steps), seed
        assert closed(once, 5.5, length) == once, seed


def test_the_number_at_a_moment_is_that_of_the_last_step() -> None:
    for seed in range(30):
        chance = random.Random(seed)
        several = chance.choice((0, 9))
        times = sorted(chance.choice(range(20)) / 10 for _ in range(several))
        steps = [Step(at, chance.randrange(5)) for at in times]
        moments = [each / 20 for each in range(-2, 42)]
        for moment, number in zip(moments, numbers_at(steps, moments), strict=True):
            known = [step.number for step in steps if step.at <= moment]
            assert number == (known[-1] if known else 0), seed
