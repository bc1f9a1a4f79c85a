"""How lines are made of measurements, and which changes are new."""

from harness.plan import catalog
from harness.plan.plan import plan_cells
from harness.records.catalog import Selection
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report import markdown
from harness.report import plain
from harness.report.sections import timeline
from harness.track.follow import find_package
from harness.track.follow import find_targets
from harness.track.follow import follow
from harness.track.follow import Followed
from harness.track.timeline import cells_to_measure
from harness.track.timeline import fill_line
from harness.track.timeline import make_timeline
from harness.track.timeline import mark_news
from harness.track.timeline import unsupported_cells
from tests.builders.timelines import in_short
from tests.builders.timelines import LIKE
from tests.builders.timelines import steady
from tests.builders.timelines import timeline_of
from tests.builders.timelines import uneven
from tests.samples.make import cell
from tests.samples.make import evidence
from tests.samples.make import rounds
from tests.samples.make import unmeasured


def test_a_timeline_without_measurements_says_so() -> None:
    assert in_short() == "no release could be measured"
    found = Timeline(made_at="", lines=(fill_line(LIKE, []),))
    assert "No release could be measured." in markdown.write(timeline.sections(found))


def test_only_unknown_changes_are_new() -> None:
    known = fill_line(LIKE, [steady("0.12", 1), steady("1.0", 4)])
    now = fill_line(LIKE, [steady("0.12", 1), steady("1.0", 4), steady("2.0", 3)])
    found = mark_news(known, now)
    assert [span.new for span in found.spans] == [False, False, True]
    told = Timeline(made_at="", lines=(found,))
    assert timeline.sentences(told) == [
        "Flask 2.0: Flask's own server run went from 4 to 3"
    ]
    assert "\nnew: fewer in 2.0: 4 before; now 3\n" in plain.write(
        timeline.sections(told)
    )


def test_a_release_without_a_change_is_not_new() -> None:
    known = fill_line(LIKE, [steady("0.12", 1), uneven("1.0", 6, 5, 6, 6, 6, 6)])
    now = [steady("0.12", 1), *(uneven(f"1.{n}", 5, 5, 6, 7, 6, 6) for n in range(4))]
    found = mark_news(known, fill_line(LIKE, now))
    assert not any(span.new for span in found.spans)


def test_a_new_line_has_no_new_changes() -> None:
    now = fill_line(LIKE, [steady("0.12", 1), steady("1.0", 4)])
    empty = fill_line(LIKE, [])
    assert not any(span.new for span in mark_news(empty, now).spans)


def test_foreign_text_is_escaped_everywhere() -> None:
    evil = "1.0|`<b>@me\n::error::x"
    told = timeline_of(("0.12", 1), (evil, 4), new=True)
    sections = timeline.sections(told)
    page, text = markdown.write(sections), plain.write(sections)
    for harmful in ("<b>", "@me", "\n::", "|`"):
        assert harmful not in page
    assert "\n::error::" not in text and "::error::" not in text


def line_of_gunicorn(*releases: str) -> Followed:
    """gunicorn's sync workers in some of its releases."""
    known = catalog.load()
    targets = find_targets(known, "gunicorn/sync-4")
    package = find_package(known, "gunicorn")
    (followed,) = follow(known, targets, package, releases, "3.11")
    return followed


def test_a_timeline_names_what_was_measured_now_and_what_cannot_be() -> None:
    followed = line_of_gunicorn("20.1.0", "21.0.0", "22.0.0")
    first, second, third = (each.environment for each in followed.cells)
    old, new = (
        evidence(where, [cell(where, "sync-4", number, rounds(number, (number, 1)))])
        for where, number in ((first, 4), (second, 3))
    )
    none = unmeasured(third, "sync-4", Outcome.NOT_SUPPORTED, "so it is")
    names = [str(each) for each in followed.cells]
    impossible = {names[2]: evidence(third, [none])}
    before = {names[0]: old}
    timeline = make_timeline(
        [followed], before, before | {names[1]: new}, impossible, "now"
    )
    (line,) = timeline.lines
    assert timeline.made_at == "now"
    assert (line.package, line.server, line.configuration) == (
        *("gunicorn", "gunicorn", "sync-4"),
    )
    assert [(s.releases, s.said, s.new) for s in line.spans] == [
        *((("20.1.0",), "4", False), (("21.0.0",), "3", True))
    ]
    assert [(gap.releases, gap.reason) for gap in line.gaps] == [
        (("22.0.0",), "so it is")
    ]
    assert line.measured == ("21.0.0",)


def test_only_missing_or_retryable_cells_are_measured() -> None:
    known = catalog.load()
    targets, flask = find_targets(known, "werkzeug/run"), find_package(known, "Flask")
    releases = ("0.9", "2.0.0", "2.1.0", "2.2.0")  # the first one is for Python 2 only
    (followed,) = follow(known, targets, flask, releases, "3.11")
    plan = plan_cells(known, Selection(python="3.11"), followed.cells)
    outcomes = (Outcome.NOT_STARTED, Outcome.NOT_INSTALLED)
    measured = {}
    for each, outcome in zip(followed.cells[1:3], outcomes, strict=True):
        none = unmeasured(each.environment, "run", outcome, "so it is")
        measured[str(each)] = evidence(each.environment, [none])
    wanted = cells_to_measure(plan, measured)
    assert [e.environment.flask for e in wanted.environments] == ["2.1.0", "2.2.0"]
    assert [e.environment.flask for e in unsupported_cells(plan).environments] == [
        "0.9"
    ]
