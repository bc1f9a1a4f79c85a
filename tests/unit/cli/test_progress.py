"""The lines that a run prints for each finished cell."""

import io

import pytest
from rich.console import Console

from harness.cli.progress import Progress
from harness.cli.progress_line import ProgressLine
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.builders.rendered import sample
from tests.builders.reports import cell
from tests.builders.reports import EIGHT
from tests.builders.reports import even

UNEVEN = sample("story").cells[-13]
GONE = cell(Outcome.NOT_INSTALLED, 1, "the index has no gunicorn==99")


def shown(*cells: CellReport, in_lines: bool, width: int = 60) -> list[str]:
    """Return what is printed for some finished cells."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=not in_lines, color_system=None
    )
    progress = Progress(ProgressLine(len(cells), 1.0), console, in_lines=in_lines)
    for each in cells:
        name = each.id if in_lines else each.configuration
        progress.begin(name)
        progress.end(name, each)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("in_lines", [True, False])
def test_results_read_as_in_the_report(in_lines: bool) -> None:
    assert UNEVEN.verdict is Verdict.UNEVEN
    whole = UNEVEN.id if in_lines else UNEVEN.configuration
    lines = shown(UNEVEN, even(4, 8), EIGHT, in_lines=in_lines, width=200)
    mark = "" if in_lines else "≈ "
    assert lines[0] == f"1/3  {UNEVEN.floor}–8 of 8  {whole}  {mark}uneven"
    assert lines[1].split()[:4] == ["2/3", "4", "of", "8"]
    assert lines[1].endswith("fewer")
    assert lines[2].split()[:2] == ["3/3", "8"] and lines[2].endswith(
        "c0/py3.13" if in_lines else "c0"
    )


def test_in_a_terminal_each_result_is_one_line() -> None:
    lines = shown(UNEVEN, GONE, in_lines=False, width=40)
    assert len(lines) == 2
    assert all(len(line) <= 40 for line in lines)
    assert lines[1].endswith("…")
    (narrow,) = shown(UNEVEN, in_lines=False, width=34)
    assert narrow == f"1/1  {UNEVEN.floor}–8 of 8  gthread-…  ≈ uneven"


def test_in_a_log_a_reason_is_printed_in_full() -> None:
    (line,) = shown(GONE, in_lines=True, width=40)
    assert line.endswith("  not installed: the index has no gunicorn==99")


def test_in_a_terminal_a_reason_is_printed_once() -> None:
    others = (GONE, cell(Outcome.NOT_INSTALLED, 2, GONE.reason), GONE, EIGHT)
    assert len(shown(*others, in_lines=False)) == 2
    assert len(shown(*others, in_lines=True)) == 4


@pytest.mark.parametrize("in_lines", [True, False])
def test_symbols_are_left_out_if_the_output_is_ascii(in_lines: bool) -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", errors="strict")
    console = Console(file=file, width=60, force_terminal=not in_lines)
    status = ProgressLine(1, 1.0)
    progress = Progress(status, console, in_lines=in_lines)
    progress.begin(UNEVEN.configuration * 9)
    console.print(status)
    progress.end(UNEVEN.configuration * 9, UNEVEN)
    file.flush()
    assert f"{UNEVEN.floor}-8 of 8" in raw.getvalue().decode()
