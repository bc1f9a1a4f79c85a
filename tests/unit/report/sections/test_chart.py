"""Numbers as bars."""

from __future__ import annotations

import re

from harness.report import markdown
from harness.report.sections import chart
from harness.report.sections import matrix
from tests.builders.rendered import sample
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds


def test_a_chart_says_what_the_table_says() -> None:
    text = markdown.write([chart.section(matrix.grid(sample("failures")))])
    assert '"gunicorn one-by-one"' in text
    most, always = re.findall(r"bar \[(.*)\]", text)
    assert most == "4, 12, 4, 4, 2, 10, 1, 6"
    assert always == "4, 12, 4, 4, 1, 10, 1, 6"
    assert "Not drawn: gunicorn 21.2.0 `never-offered-more` ≥1000" in text


def test_no_two_bars_have_the_same_label() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [cell(where, name, 4, rounds(4, (4, 1))) for name in ("a|b", "a[b", "a`b")]
    text = markdown.write([chart.section(matrix.grid(judge([evidence(where, cells)])))])
    assert 'x-axis ["1 a_b", "2 a_b", "3 a_b"]' in text


def test_one_bar_is_no_chart() -> None:
    assert chart.section(matrix.grid(sample("single"))).blocks == ()
