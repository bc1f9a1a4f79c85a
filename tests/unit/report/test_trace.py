"""Tapes as lines, as charts and as pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from harness.report.drawing import Trace
from harness.report.drawing import TracePoint
from harness.report.drawing import Traces
from harness.report.trace import characters
from harness.report.trace import lines
from harness.report.trace import picture

POINTS = (
    TracePoint(-1.0, 4, 0),
    TracePoint(0.0, 0, 0),
    TracePoint(2.0, 0, 4),
)
RELOAD = Trace("reload", POINTS, 5.0, (0.31, 0.312, 1.5))


def test_digits_are_places_and_the_bar_is_the_act() -> None:
    drawn = characters(RELOAD)
    assert re.fullmatch(r"4{10}\|0{20}4{30}", drawn), drawn
    first, read = lines(Traces((RELOAD,)))
    assert first == f"reload        {drawn}"
    assert "digit" in read


def test_a_span_has_the_least_of_it() -> None:
    short = Trace(
        "kill", (*POINTS[:1], TracePoint(0.5, 3, 0), TracePoint(0.52, 4, 0)), 5
    )
    assert characters(short).count("3") == 1


def test_more_than_nine_places_are_heights() -> None:
    many = (TracePoint(-1.0, 32, 0), TracePoint(0.0, 0, 0), TracePoint(2.0, 16, 0))
    trace = Trace("reload", many, 5.0)
    assert set(characters(trace)) == set("█|▁▅")
    assert "height" in list(lines(Traces((trace,))))[-1]


@pytest.mark.parametrize("name", ["reload", "<b>&\"'\x1b"])
def test_the_picture_is_well_formed_and_shows_each(name: str) -> None:
    drawn = ElementTree.fromstring(picture(RELOAD._replace(name=name)))
    kinds = [each.get("class") for each in drawn.iter()]
    assert kinds.count("lost") == 2
    paths = {each.get("class"): each.get("d") or "" for each in drawn.iter("path")}
    assert paths["taken"].count("M") == paths["fresh"].count("M") == 1
    assert drawn.get("aria-label") is not None


def test_without_a_point_nothing_breaks() -> None:
    empty = Trace("kill", (), 0.0)
    assert characters(empty).startswith("|")
    ElementTree.fromstring(picture(empty))
