"""The section about changes since a baseline."""

import msgspec

from harness.judge.compare import compare
from harness.records.rules import RULES
from harness.records.words import Verdict
from harness.report import markdown
from harness.report.sections.changes import page_section
from harness.report.sections.remedies import REMEDIES
from tests.builders.rendered import written
from tests.builders.reports import cell
from tests.builders.reports import EIGHT
from tests.builders.reports import NEVER
from tests.builders.reports import report


def test_changes_are_listed_and_unchanged_cells_counted() -> None:
    before = report(EIGHT, cell(Verdict.MORE, 1))
    now = report(NEVER, cell(Verdict.MORE, 1))
    for text in written(compare(before, now)):
        assert "the run of 2026-01-01T00:00:00+00:00: 1 same, 1 fewer" in text
        assert "8 before; now 2 to 8" in text
        assert "c1" not in text


def test_a_page_explains_each_kind_of_change() -> None:
    found = compare(report(EIGHT, cell(Verdict.MORE, 1)), report(NEVER))
    text = markdown.write([page_section(found)])
    fewer, gone = text.split("**fewer** (FC401)")[1].split("**gone** (FC403)")
    assert "**What to do:** `flask-concurrency bisect` finds the release" in fewer
    assert "`flask-concurrency explain FC401` says more." in fewer
    assert "**What to do:** measure the same selection as the baseline" in gone


def test_every_remedy_is_for_a_finding() -> None:
    assert set(REMEDIES) <= set(RULES)
    assert REMEDIES["FC002"] != REMEDIES["FC401"], "fewer than declared, or than before"


def test_foreign_names_cannot_forge_a_line() -> None:
    evil = msgspec.structs.replace(EIGHT, id="x\n- [a](javascript:b)\n::error::c")
    found = compare(report(evil), report())
    text, lines = written(found)
    assert "\n- [a]" not in text and "\n::error" not in text
    assert "\n::error" not in lines
