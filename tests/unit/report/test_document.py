"""Any writer can write any section, as a minimal third one shows."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.report import contents
from harness.report import markdown
from harness.report import plain
from harness.report.document import Alert
from harness.report.document import Block
from harness.report.document import Code
from harness.report.document import Items
from harness.report.document import Legend
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Value
from harness.report.drawing import Chart
from harness.report.drawing import Traces
from harness.report.overview import overview
from harness.report.sections import verdict
from harness.report.text import Foreign
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.text import WebLink
from harness.report.words import Mark
from tests.builders.rendered import sample
from tests.samples import cases

SECTIONS = Path(contents.__file__).parent / "sections"


@cache
def everything() -> list[Section]:
    """Sections of all samples, with all kinds of blocks and texts in them."""
    found: list[Section] = []
    for case in cases.CASES:
        report = sample(case)
        changes = changes_in(report, Baseline(sample("story")))
        name = report.cells[0].configuration
        broken = CheckedDeployment(name=name, exit_code=1, reason="y", file="", line=0)
        checked = CheckResult(exit_code=1, reason="", deployments=(broken,))
        found += contents.page(report, changes, checked)
        found += contents.page(report, changes)
        end = verdict.of_run(report, None)
        found += overview(report, changes, end)
    return found


# ------------------------------------------------------------------------ a third pen


def texts(section: Section) -> Iterator[Text]:
    """Yield every text of a section that a writer must write, in order."""
    yield section.title
    for block in section.blocks:
        yield from _texts(block)


def _texts(block: Block) -> Iterator[Text]:
    match block:
        case Paragraph(text):
            yield text
        case Alert(_, text, items):
            yield from (text, *items)
        case Items(items):
            for item in items:
                yield from (item.text, *item.below)
        case Table(columns, groups):
            for column in columns:
                yield from (column.above, column.head)
            for group in groups:
                yield group.title
                for row in group.rows:
                    for cell in row:
                        yield cell if isinstance(cell, Text) else say("{}", cell.number)
        case Legend(entries):
            yield from entries
        case Code(text):
            yield say("{}", Name(text, 10_000))
        case Chart(groups, caption):
            yield caption
            for bars in groups:
                yield say("{}", bars.title)
                yield from (say("{} {}", bar.name, bar.value) for bar in bars.bars)
        case Traces(tapes):
            yield from (say("{}", tape.act) for tape in tapes)


def test_the_samples_have_every_kind_of_block_and_text() -> None:
    blocks = [block for section in everything() for block in section.blocks]
    assert {type(block) for block in blocks} == set(get_args(Block))
    assert all(list(_texts(block)) for block in blocks)
    parts = {type(p) for s in everything() for text in texts(s) for p in text.parts}
    assert parts == {str, Foreign, Name, WebLink, Strong, Mark}


def test_our_own_words_contain_no_markup() -> None:
    for section in everything():
        for text in texts(section):
            own = "".join(part for part in text.parts if isinstance(part, str))
            assert not set(own) & set("`*<>[]|#&\\"), own


@pytest.mark.parametrize("path", sorted(SECTIONS.glob("*.py")), ids=lambda p: p.stem)
def test_values_are_filled_into_templates(path: Path) -> None:
    """So foreign text can never pass for ours."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("say", "joined"):
                assert not isinstance(node.args[0], ast.JoinedStr), node.lineno


# --------------------------------------------------------------------------- the text


def test_only_a_plain_address_becomes_a_link() -> None:
    link = WebLink("more", "https://example.org/1")
    assert markdown.inline(say("{}", link)) == "[more](https://example.org/1)"
    assert plain.inline(say("{}", link)) == "https://example.org/1"
    evil = say("{}", WebLink("more", "javascript:alert(1)"))
    assert markdown.inline(evil) == "`javascript:alert(1)`"


def test_a_value_has_text_symbol_and_word() -> None:
    mark = Mark("↓", "fewer", "red")
    assert str(Value("8 (≥2)", mark, "than 9")) == "8 (≥2) ↓ fewer than 9"
    assert str(Value("", mark)) == "↓ fewer"
    assert str(Value("8", None)) == "8"


def test_every_writer_writes_every_section() -> None:
    for section in everything():
        if section.blocks:
            assert markdown.write([section])
            plain.write([section])
