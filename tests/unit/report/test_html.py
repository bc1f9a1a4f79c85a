"""The writer of HTML."""

from html.parser import HTMLParser

import pytest

from harness.judge.changes import changes_in
from harness.report import contents
from harness.report.html import css_class
from harness.report.html import inline
from harness.report.html import write
from harness.report.text import Name
from harness.report.text import say
from harness.report.words import MARKS
from tests.builders.atlas import EVIL
from tests.builders.atlas import hostile
from tests.builders.atlas import sample
from tests.samples.make import judge

VOID = {"br"}
NAMES = ("story", "questions", "failures", "history", "claims", "control-wrong")


class Elements(HTMLParser):
    """Records elements in order, and whether each is closed by its own end tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", NAMES)
def test_every_report_can_be_written(name: str) -> None:
    report = judge(sample(name))
    text = write(contents.page(report, changes_in(report)))
    assert Elements(text).open == []
    assert report.cells[0].configuration in text


@pytest.mark.parametrize("name", NAMES)
def test_foreign_text_stays_text(name: str) -> None:
    report = judge([hostile(each) for each in sample(name)])
    text = write(contents.page(report, changes_in(report)))
    elements = Elements(text)
    assert elements.open == []
    assert not elements.seen & {"script", "title", "style", "img", "b"}
    assert EVIL not in text
    assert not set("\u202e\x1b\x00") & set(text)


def test_every_mark_has_a_class_in_the_styles() -> None:
    assert {css_class(mark) for mark in MARKS.values()} >= {"is-as-declared", "is-died"}


def test_option_names_are_not_broken_across_lines() -> None:
    name = Name("gunicorn app:app -w 2 --worker-connections=4 a--b <--c>")
    assert inline(say("{}", name)) == (
        '<code>gunicorn app:app <span class="w">-w</span> 2 '
        '<span class="w">--worker-connections</span>=4 a--b '
        '&lt;<span class="w">--c</span>&gt;</code>'
    )
