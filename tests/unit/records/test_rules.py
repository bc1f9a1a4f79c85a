"""Every finding has an id, and a page that explains it."""

from pathlib import Path

import pytest

from harness.cli import run
from harness.cli.rule_pages import meanings
from harness.judge.compare import ALTERED
from harness.records.changes import Change
from harness.records.errors import UsageError
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.rules import RULES
from harness.records.words import NOTEWORTHY
from harness.records.words import Verdict

PAGES = Path(__file__).parents[3] / "docs" / "rules"


def test_ids_are_unique() -> None:
    assert len(RULES) == len({rule.name for rule in RULES.values()} | {1, 2})
    assert sorted(RULES) == list(RULES)


def test_everything_that_a_report_explains_has_an_id() -> None:
    assert all(map(code_of, (*NOTEWORTHY, *Other, *ALTERED)))
    assert code_of(Verdict.AS_DECLARED) == code_of(Change.SAME) == ""
    assert code_of(Verdict.FEWER) != code_of(Change.FEWER) != ""


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_a_page(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (PAGES / f"{code}.md").read_text()
    head, about, *sections = page.split("\n\n")
    assert (head, about) == (f"# {code}: {RULES[code]}", meanings()[code])
    assert about.count("\n") == 0 and about.endswith(".")
    for title in ("means", "Why it happens", "What to do, and what that costs"):
        assert any(each.startswith("## ") and title in each for each in sections)
    index = (PAGES / "README.md").read_text()
    assert f"| [{code}]({code}.md) | {RULES[code]} | {about} |" in index
    assert run(["explain", code.lower()]) == 0
    assert capsys.readouterr().out == page


def test_every_page_has_a_rule() -> None:
    assert {path.stem for path in PAGES.glob("FC*")} == RULES.keys()
    with pytest.raises(UsageError, match="no rule 'FC011'; did you mean"):
        run(["explain", "FC011"])
