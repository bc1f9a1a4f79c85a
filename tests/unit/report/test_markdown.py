"""Markdown is no larger than GitHub accepts."""

import pytest

from harness.judge.changes import changes_in
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import contents
from harness.report import markdown
from harness.report.grid import lay_out
from harness.report.sections import findings
from tests.builders.rendered import page
from tests.builders.rendered import sample
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import unmeasured


@pytest.mark.parametrize("case", ["story", "failures", "hostile"])
def test_a_summary_fits_its_size_limit(case: str) -> None:
    sections = contents.page(sample(case), changes_in(sample(case)))
    whole = markdown.write(sections)
    size = len(whole.encode())
    for most in range(size, 600, -(size // 40)):
        text = markdown.write(sections, max_bytes=most, complete="report.json")
        assert len(text.encode()) <= most
        assert text == whole or "Left out, to stay within the limit: " in text


def test_findings_are_cut_last() -> None:
    whole = sample("failures")
    text = page(whole, max_bytes=4200)
    assert "<details>" not in text
    assert "mermaid" not in text
    for note in findings.find_notes(lay_out(whole))[Verdict.FEWER]:
        assert note.reason in text
    assert text.rstrip().endswith("See `report.json`._")


def test_a_huge_matrix_of_failures_still_fits() -> None:
    where = environment("3.1.3", "gunicorn", "27.0.1")
    cells = [
        unmeasured(
            where, f"c{number}", Outcome.DIED, f"{number} " + "x" * 390, "y" * 999
        )
        for number in range(280)
    ]
    most = markdown.MAX_BYTES // 10
    text = page(judge([evidence(where, cells)]), max_bytes=most)
    assert 0.85 * most < len(text.encode()) <= most
    assert "the last of the findings" in text
    assert "**280 cells**" in text
