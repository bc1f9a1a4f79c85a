"""Every finding has an id, and a page that explains it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import run
from harness.judge.compare import ALTERED
from harness.records.changes import Change
from harness.records.errors import UsageError
from harness.records.rules import BY_CODE
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.rules import Rule
from harness.records.rules import RULES
from harness.records.words import NOTEWORTHY
from harness.records.words import Verdict

PAGES = Path(__file__).parents[3] / "docs" / "rules"


def test_ids_are_never_given_twice() -> None:
    assert (
        len(BY_CODE) == len(RULES) == len({each.word.name for each in RULES} | {1, 2})
    )
    assert sorted(BY_CODE) == list(BY_CODE)


def test_everything_that_a_report_explains_has_one() -> None:
    assert all(map(code_of, (*NOTEWORTHY, *Other, *ALTERED)))
    assert code_of(Verdict.AS_DECLARED) == code_of(Change.SAME) == ""
    assert code_of(Verdict.FEWER) != code_of(Change.FEWER) != ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_a_page(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    page = (PAGES / f"{rule.code}.md").read_text()
    head, about, *sections = page.split("\n\n")
    assert (head, about) == (f"# {rule.code}: {rule.word}", rule.about)
    for title in ("means", "Why it happens", "What to do, and what that costs"):
        assert any(each.startswith("## ") and title in each for each in sections)
    index = (PAGES / "README.md").read_text()
    assert f"| [{rule.code}]({rule.code}.md) | {rule.word} | {rule.about} |" in index
    assert run(["explain", rule.code.lower()]) == 0
    assert capsys.readouterr().out == page


def test_there_is_no_page_without_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("FC*")} == BY_CODE.keys()
    with pytest.raises(UsageError, match="no rule 'FC011'; did you mean"):
        run(["explain", "FC011"])
