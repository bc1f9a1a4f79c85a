"""The status line of a run fits the terminal, and shows how far the run is."""

import io

import pytest
from rich.console import Console

from harness.cli.progress_line import clock
from harness.cli.progress_line import ProgressLine


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(status: ProgressLine, width: int) -> str:
    """Return what a terminal of some width shows."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system=None
    )
    console.print(status, end="")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


NAMES = ("gunicorn-27.0.1/gthread-2x4", "flask-1.0.4/werkzeug-0.16.1/run", "x" * 90)


def test_it_is_never_wider_than_the_terminal() -> None:
    status = ProgressLine(1234, 1234.0, Clock())
    for name in ("", *NAMES):
        if name:
            status.begin(name)
        for width in range(20, 161):
            text = drawn(status, width)
            assert len(text) < width and "\n" not in text, width
            assert "0/1234" in text or width < 24, width


def test_it_names_at_most_two_cells() -> None:
    status = ProgressLine(9, 9.0, Clock())
    assert status.line(60) == "0/9  0:00  installing"
    status.begin("one")
    assert status.line(60) == "0/9  0:00  one"
    status.begin("two")
    assert status.line(60) == "0/9  0:00  one, two"
    status.begin("three")
    assert status.line(60) == "0/9  0:00  one, two and 1 more"
    assert status.line(27) == "0/9  0:00  one and 2 more"
    assert status.line(9) == "0/9  0:00"
    status.end("one")
    assert status.line(60) == "1/9  0:00  two, three"


def test_a_long_name_is_cut_off_and_the_count_is_not() -> None:
    status = ProgressLine(9, 9.0, Clock())
    status.begin("a-very-long-name")
    assert status.line(22) == "0/9  0:00  a-very-lon…"


def test_the_time_left_is_shown_once_it_is_known() -> None:
    now = Clock()
    status = ProgressLine(10, 10.0, now)
    now.now += 5  # time spent installing does not count
    for number in range(3):
        assert "left" not in status.line(60)
        status.begin(str(number))
        now.now += 2
        status.end(str(number))
    assert status.line(60).startswith("3/10  0:14 left")
    now.now += 4
    assert status.line(60).startswith("3/10  0:10 left")
    now.now += 60
    assert status.line(60).startswith("3/10  0:01 left"), "it was later than expected"


def test_one_result_of_few_is_enough_to_estimate_the_time_left() -> None:
    now = Clock()
    status = ProgressLine(3, 3.0, now)
    status.begin("web")
    now.now += 7
    status.end("web")
    assert status.line(60).startswith("1/3  0:14 left")


def test_expensive_cells_count_more_towards_the_time_left() -> None:
    now = Clock()
    status = ProgressLine(4, 13.0, now)
    for number in range(3):
        status.begin(str(number))
        now.now += 1
        status.end(str(number))
    assert status.line(60).startswith("3/4  0:10 left")
    status.begin("dear", 10.0)
    now.now += 12
    status.end("dear")
    assert status.line(60).startswith("4/4  0:15")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.9, "0:00"), (65, "1:05"), (3605, "1:00:05")]
)
def test_a_duration_is_shown_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
