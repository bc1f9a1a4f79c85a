"""The text of a cell in the matrix."""

import pytest

from harness.report.sections import matrix_cells
from tests.builders.rendered import sample
from tests.builders.rendered import together
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import offer
from tests.samples.make import rounds
from tests.samples.make import unbounded

TEXTS = {
    "8": (8, rounds(8, (2, 4))),
    "8 (seen 2) ≈ uneven": (8, rounds(8, (4, 2), [8, 2, 5])),
    "≥64": (None, unbounded(64)),
    "≥500": (None, unbounded(64, 500)),
    "5 ↓ fewer than 8": (8, rounds(8, (5, 1), [5, 5])),
    "6 (seen 5) ↓ fewer than 8": (8, rounds(8, (6, 1), [5, 6])),
    "10 ↓ fewer than declared": (None, rounds(64, (10, 1), [10])),
    "9 ↑ more than 4": (4, (offer(4, 4), offer(16, 9))),
    "≥4 ? unknown": (4, (offer(4, 4),)),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_cell_shows_its_numbers(text: str) -> None:
    declared, seen = TEXTS[text]
    where = environment("3.1.3", "gunicorn", "27.0.1")
    (one,) = together((where, cell(where, "x", declared, seen))).cells
    assert str(matrix_cells.value(one)) == text


def test_a_cell_without_a_number_shows_its_outcome() -> None:
    texts = {str(matrix_cells.value(each)) for each in sample("failures").cells}
    assert {"✗ died", "✗ not started", "✗ not installed", "– not supported"} <= texts
