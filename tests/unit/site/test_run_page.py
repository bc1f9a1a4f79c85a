"""The page about one run is a single file that needs no other."""

import pytest

from harness.judge.changes import changes_in
from harness.records.track import Timeline
from harness.report import contents
from harness.report.sections.timeline import sections
from harness.site.run_page import MOST_DRAWN
from harness.site.run_page import report_page
from tests.builders.atlas import atlas_of
from tests.builders.atlas import EVIL
from tests.builders.atlas import hostile
from tests.builders.atlas import sample
from tests.builders.atlas import whole_atlas
from tests.builders.html import parsed
from tests.samples.make import judge


@pytest.mark.parametrize("name", ["story", "failures", "questions", "nothing-measured"])
@pytest.mark.parametrize("evil", [False, True])
def test_the_page_contains_all_that_it_needs(name: str, evil: bool) -> None:
    evidence = sample(name)
    report = judge([hostile(each) for each in evidence] if evil else evidence)
    text = report_page("Run", contents.page(report, changes_in(report)), report.cells)
    page = parsed(text.encode())
    assert page.policy.startswith("default-src 'none'")
    for tag, given in page.elements:
        assert tag not in ("script", "img", "iframe"), tag
        href = given.get("href", "")
        assert not href or href == "data:," or href.startswith("https://")
    assert not set("\u202e\x1b\x00") & set(text)
    assert EVIL not in text


def test_noteworthy_cells_are_drawn_first() -> None:
    report = whole_atlas().report
    text = report_page("Run", (), report.cells)
    assert text.count('class="picture curve"') == MOST_DRAWN
    first, second = (text.index(each) for each in ("gthread-4x2", "granian"))
    assert first < second
    assert "more cells in report.json" in text


def test_a_timeline_is_drawn() -> None:
    atlas = atlas_of(sample("history"))
    timeline = Timeline(made_at=atlas.generated_at, lines=atlas.lines)
    cells = atlas.report.cells
    text = report_page("Releases", sections(timeline), cells, timeline)
    assert text.count('class="picture releases"') == len(atlas.lines) > 0
