"""A chart that can be seen and read."""

import re

import pytest

from harness.report import mermaid
from harness.report.drawing import Bar
from harness.report.drawing import BarGroup
from harness.report.drawing import Chart
from harness.report.text import Text

LIGHT, DARK = "#f6f8fa", "#151b23"
"""GitHub's background colours behind a chart."""


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("page", [LIGHT, DARK])
@pytest.mark.parametrize("colour", [mermaid.SHORT, mermaid.AT_TIMES, mermaid.ALWAYS])
def test_bars_stand_out_from_pages(colour: str, page: str) -> None:
    low, high = sorted((luminance(colour), luminance(page)))
    assert (high + 0.05) / (low + 0.05) >= 3


def lines(*bars: Bar) -> list[str]:
    return mermaid.draw(Chart((BarGroup("", bars),), Text())).splitlines()


def test_lengths_are_linear_up_to_a_number_and_logarithmic_beyond() -> None:
    assert lines(Bar("a", "4", 4, 4), Bar("b", "32", 32, 32))[-2] == "    bar [4, 32]"
    assert lines(Bar("a", "4", 4, 4), Bar("b", "64", 64, 64))[-2] == "    bar [3, 7]"
    open_end = Bar("b", "≥8", 8, 8, open_end=True)
    assert lines(Bar("a", "4", 4, 4), open_end)[-2] == "    bar [3, 4]"


def test_the_longest_label_is_padded() -> None:
    (axis,) = (line for line in lines(Bar("ab", "1"), Bar("long", "1")) if "x-" in line)
    short, long = re.findall(r'"(.*?)"', axis)
    assert short == "ab: 1"
    assert re.fullmatch("\u200b\u00a0+long: 1", long)


def test_foreign_text_adds_no_line_to_a_chart() -> None:
    evil = Bar("x\n```\nbar [9]", "1", 1, 1)
    drawn = lines(evil, Bar("b", "1", 1, 1))
    assert sum(line.startswith("```") for line in drawn) == 2
    assert sum(line.lstrip().startswith("bar [") for line in drawn) == 4
