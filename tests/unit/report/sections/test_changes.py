"""What changed since a baseline, as it is written."""

from __future__ import annotations

import msgspec

from harness.judge.compare import compare
from harness.records.words import Verdict
from tests.builders.rendered import written
from tests.builders.reports import cell
from tests.builders.reports import EIGHT
from tests.builders.reports import NEVER
from tests.builders.reports import report


def test_changes_are_told_and_what_is_the_same_is_counted() -> None:
    before = report(EIGHT, cell(Verdict.MORE, 1))
    now = report(NEVER, cell(Verdict.MORE, 1))
    for text in written(compare(before, now)):
        assert "the run of 2026-01-01T00:00:00+00:00: 1 same, 1 fewer" in text
        assert "8 before; now 2 to 8" in text
        assert "c1" not in text


def test_names_of_others_cannot_forge_a_line() -> None:
    evil = msgspec.structs.replace(EIGHT, id="x\n- [a](javascript:b)\n::error::c")
    found = compare(report(evil), report())
    text, lines = written(found)
    assert "\n- [a]" not in text and "\n::error" not in text
    assert "\n::error" not in lines
