"""Numbers drawn as bars."""

import re

import msgspec
import pytest

from harness.records.report import Report
from harness.records.words import Verdict
from harness.report import html
from harness.report import markdown
from harness.report.grid import lay_out
from harness.report.sections import chart
from tests.builders.rendered import sample
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds


def drawn(report: Report) -> str:
    """Return the chart as Markdown."""
    return markdown.write([chart.section(lay_out(report))])


def bars(text: str) -> dict[str, list[float]]:
    """Return the lengths beside each label: open end, declared, highest, always."""
    (line,) = re.findall(r"x-axis \[(.*)\]", text)
    labels = re.findall(r'"(.*?)"', line)
    series = [
        map(float, each.split(", ")) for each in re.findall(r"bar \[(.*)\]", text)
    ]
    names = [label.strip("\u200b\u00a0") for label in labels]
    assert len(set(labels)) == len(labels)
    return dict(zip(names, map(list, zip(*series, strict=True)), strict=True))


def test_small_numbers_have_proportional_bars() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    uneven = rounds(8, (4, 2), [3, 8, 5])
    cells = [cell(where, "a", 8, uneven), cell(where, "b", 4, rounds(4, (4, 1)))]
    report = judge([evidence(where, cells)])
    text = drawn(report)
    assert bars(text) == {"a: 8 (seen 3)": [0, 0, 8, 3], "b: 4": [0, 0, 4, 4]}
    assert "Orange: at times." in text and "doubling" not in text


def test_large_and_open_numbers_are_scaled_to_fit() -> None:
    found = bars(drawn(sample("story")))
    end = float(re.findall(r"0 --> (\S+)", drawn(sample("story")))[0])
    assert found["gevent-2: 2000"][2:] == [11.97, 11.97]
    assert found["gthread-2x4: 4–8"][2:] == [4, 3]
    assert found["run: ≥500"][0] == pytest.approx(end, abs=0.02)
    assert found["run · 0.12.5: 1"] == [0, 0, 1, 1]
    assert max(n for each in found.values() for n in each) <= end + 0.01


def test_the_missing_part_of_a_declared_number_is_drawn() -> None:
    text = drawn(sample("failures"))
    found = bars(text)
    assert found["gevent-async-views: 1 of 40"][1:] == [6.32, 1, 1]
    assert found["died: ✗ died"] == [0, 0, 0, 0]
    assert "Grey: declared, and never reached." in text


def test_groups_have_titles_where_there_are_several() -> None:
    assert "gunicorn 27.0.1 ▾" in bars(drawn(sample("story")))
    assert not any("▾" in label for label in bars(drawn(sample("failures"))))


def test_no_two_bars_have_the_same_label() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    names = "a|b", "a[b", "a`b", "long" * 30 + "-1", "long" * 30 + "-2"
    cells = [cell(where, name, 4, rounds(4, (4, 1))) for name in names]
    text = drawn(judge([evidence(where, cells)]))
    (line,) = re.findall(r"x-axis \[(.*)\]", text)
    labels = re.findall(r'"(.*?)"', line)
    assert len(set(labels)) == len(names)
    assert all(len(label.strip("\u200b\u00a0")) <= 29 for label in labels)


def test_among_many_cells_only_noteworthy_ones_are_drawn() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [cell(where, f"c{n}", 4, rounds(4, (4, 1))) for n in range(50)]
    cells.append(cell(where, "short", 8, rounds(8, (4, 1), [4, 4])))
    report = judge([evidence(where, cells)])
    assert report.cells[-1].verdict is Verdict.FEWER
    text = drawn(report)
    assert set(bars(text)) == {"c0: 4", "short: 4 of 8"}
    assert "49 more configurations as declared: in the table." in text


@pytest.mark.parametrize("case", ["single", "control-wrong", "nothing-measured"])
def test_a_single_number_has_no_chart(case: str) -> None:
    assert chart.section(lay_out(sample(case))).blocks == ()


def test_html_pages_leave_charts_to_their_own_pictures() -> None:
    assert html.write([chart.section(lay_out(sample("story")))]) == ""


def test_left_out_bars_are_counted() -> None:
    report = sample("story")
    only = msgspec.structs.replace(report, cells=report.cells[:2])
    assert set(bars(drawn(only))) == {"run: 1", "run-without-threads: 1"}


def test_a_report_without_cells_has_no_chart() -> None:
    nothing = msgspec.structs.replace(sample("story"), cells=())
    assert chart.section(lay_out(nothing)).blocks == ()
