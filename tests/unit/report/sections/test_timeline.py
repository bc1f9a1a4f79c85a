"""A timeline drawn as bars. Its tables are tested in ``tests/unit/track``."""

import re

from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report import html
from harness.report import markdown
from harness.report.sections.timeline import sections
from harness.track.timeline import fill_line
from tests.builders.timelines import broken
from tests.builders.timelines import LIKE
from tests.builders.timelines import measured
from tests.builders.timelines import steady
from tests.builders.timelines import timeline_of
from tests.builders.timelines import uneven
from tests.samples.make import unbounded


def labels(timeline: Timeline) -> list[str]:
    """Return the labels beside the bars."""
    text = markdown.write(sections(timeline))
    found = re.findall(r"x-axis \[(.*)\]", text)
    quoted = re.findall(r'"(.*?)"', "".join(found))
    return [label.strip("\u200b\u00a0") for label in quoted]


def test_each_number_is_a_bar() -> None:
    points = [
        steady("0.1", 1),
        steady("0.2", 1),
        uneven("1.0", 2, 4, 8, 8),
        measured("2.0", unbounded(64, 500)),
        broken("3.0", Outcome.DIED),
    ]
    line = fill_line(LIKE, points)
    timeline = timeline_of(("0.1", 1))
    (first, *_) = line.spans
    assert first.releases == ("0.1", "0.2")
    found = labels(Timeline(made_at=timeline.made_at, lines=(line,)))
    assert found[0] == "0.1 to 0.2: 1"
    assert "1.0: 2–8" in found
    assert len(found) == len(line.spans)


def test_lines_have_titles_where_there_are_several() -> None:
    one = timeline_of(("0.1", 1), ("0.2", 4))
    assert labels(one) == ["0.1: 1", "0.2: 4"]
    two = Timeline(made_at=one.made_at, lines=one.lines * 2)
    assert labels(two)[0] == "Flask's own server run ▾"


def test_a_single_number_has_no_picture() -> None:
    text = markdown.write(sections(timeline_of(("0.1", 4), ("0.2", 4))))
    assert "mermaid" not in text


def test_html_pages_leave_timelines_to_their_own_pictures() -> None:
    timeline = timeline_of(("0.1", 1), ("0.2", 4))
    assert "Blue: always" in markdown.write(sections(timeline))
    assert "Blue" not in html.write(sections(timeline))
