"""Tapes as lines of characters, as charts and as pictures."""

import re
from collections.abc import Sequence
from typing import cast
from xml.etree import ElementTree

import pytest

from harness.records.choices import Act
from harness.records.life import LostRequest
from harness.records.life import Tape
from harness.records.life import TapePoint
from harness.report.drawing import Traces
from harness.report.trace import characters
from harness.report.trace import lines
from harness.report.trace import picture

POINTS = ((-1.0, 4, 0), (0.0, 0, 0), (2.0, 0, 4))


def tape(
    act: str,
    points: Sequence[tuple[float, int, int]],
    until: float,
    lost: Sequence[float] = (),
) -> Tape:
    """A tape of an act, with places in old and new processes from given moments on."""
    return Tape(
        act=cast(Act, act),
        known=True,
        sentence="",
        points=tuple(TapePoint(at=at, old=old, new=new) for at, old, new in points),
        until=until,
        lost=tuple(
            LostRequest(request="r", ended="reset", offered_at=0.0, ended_at=at)
            for at in lost
        ),
    )


RELOAD = tape("reload", POINTS, 5.0, (0.31, 0.312, 1.5))


def test_digits_are_places_and_the_bar_is_the_act() -> None:
    drawn = characters(RELOAD)
    assert re.fullmatch(r"4{10}\|0{20}4{30}", drawn), drawn
    first, read = lines(Traces((RELOAD,)))
    assert first == f"reload        {drawn}"
    assert "digit" in read


def test_a_span_shows_its_lowest_number() -> None:
    short = tape("kill", (*POINTS[:1], (0.5, 3, 0), (0.52, 4, 0)), 5)
    assert characters(short).count("3") == 1


def test_more_than_nine_places_are_heights() -> None:
    many = tape("reload", ((-1.0, 32, 0), (0.0, 0, 0), (2.0, 16, 0)), 5.0)
    assert set(characters(many)) == set("█|▁▅")
    assert "height" in list(lines(Traces((many,))))[-1]


@pytest.mark.parametrize("name", ["reload", "<b>&\"'\x1b"])
def test_the_picture_is_well_formed_and_marks_lost_requests(name: str) -> None:
    drawn = ElementTree.fromstring(picture(tape(name, POINTS, 5.0, (0.31, 0.312, 1.5))))
    kinds = [each.get("class") for each in drawn.iter()]
    assert kinds.count("lost") == 2
    paths = {each.get("class"): each.get("d") or "" for each in drawn.iter("path")}
    assert paths["taken"].count("M") == paths["fresh"].count("M") == 1
    assert drawn.get("aria-label") is not None


def test_a_tape_without_points_can_be_drawn() -> None:
    empty = tape("kill", (), 0.0)
    assert characters(empty).startswith("|")
    ElementTree.fromstring(picture(empty))
