"""Sections on timelines: configurations, release by release."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records import text
from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.track import Gap
from harness.records.track import Line
from harness.records.track import Span
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report import words
from harness.report.document import chart_section
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Table
from harness.report.drawing import Bar
from harness.report.drawing import BarGroup
from harness.report.sections.changes import versions_changed
from harness.report.sections.chart import colours
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import some
from harness.report.text import Strong
from harness.report.text import Text

MOST_BARS = 20
"""Most spans of a configuration that are drawn; they are the newest."""

UNBOUNDED = "unbounded"
"""The word for a number without a bound."""

FEW = 3
"""Most releases that are named if their number differs by chance."""

MOST = 6
"""Versions that are named beside a change."""


def sections(timeline: Timeline) -> list[Section]:
    """A section for each line, below a title of their own."""
    title = Section.of("the title", "Release by release", top=True)
    return [title, _picture(timeline), *(_section(line) for line in timeline.lines)]


def sentences(timeline: Timeline) -> list[str]:
    """Each new change as a sentence, not escaped."""
    return [
        f"{words.package(line)} {span.releases[0]}: {words.title(line)} "
        f"{line.configuration} went from {before.said} to {span.said}"
        for line in timeline.lines
        for before, span in zip(line.spans, line.spans[1:], strict=False)
        if span.new
    ]


def span_of(releases: Sequence[str]) -> Text:
    """The first and the last of some releases."""
    first, last = releases[0], releases[-1]
    return say("{}", first) if first == last else say("{} – {}", first, last)


def gap_text(gap: Gap) -> Text:
    """Releases without a result, and the reason."""
    return say("{}: {}: {}", span_of(gap.releases), gap.outcome, gap.reason)


def in_short(line: Line) -> Text:
    """All spans on one line: ``0.11 – 0.12.5: 1; 1.0.3 – 3.1.3: unbounded``."""
    spans = (
        say("{}: {}{}", span_of(span.releases), span.said, _by_chance(span))
        for span in line.spans
    )
    return joined("; ", spans) or say("no release could be measured")


def _picture(timeline: Timeline) -> Section:
    """A bar for each span; none with fewer than two."""
    several = len(timeline.lines) > 1
    groups = tuple(
        BarGroup(
            f"{words.title(line)} {line.configuration}" if several else "",
            tuple(map(_bar, line.spans[-MOST_BARS:])),
        )
        for line in timeline.lines
        if line.spans
    )
    app = say("Requests in the app at once.")
    return chart_section(groups, lambda chart: (app, *colours(chart)))


def _bar(span: Span) -> Bar:
    name = text.span(span.releases)
    floor, ceiling = span.floor or 0, span.ceiling or 0
    if span.outcome is not Outcome.MEASURED:
        return Bar(name, span.said)
    if span.said == UNBOUNDED:
        return Bar(name, f"≥{ceiling}", ceiling, ceiling, open_end=True)
    if span.said.startswith("up to") and floor < ceiling:
        return Bar(name, f"{floor}–{ceiling}", floor, ceiling)
    return Bar(name, span.said, ceiling, ceiling)


def _section(line: Line) -> Section:
    gaps = tuple(Item(gap_text(gap)) for gap in line.gaps)
    nothing = Paragraph(say("No release could be measured."))
    table = _table(line) if line.spans else nothing
    return Section.of("a line", _title(line), table, Items(gaps, "No result"))


def _title(line: Line) -> Text:
    beside = say_if(line.beside, " on {}")
    if line.beside and line.package == "Flask":
        beside = say(" ({})", line.beside)
    server = words.title(line), Name(line.configuration), beside
    return say(
        "{} {}{} by release of {}, Python {}", *server, words.package(line), line.python
    )


def _table(line: Line) -> Table:
    heads = "releases", "in the app at once", "compared with the one before"
    rows = ((span_of(s.releases), _number(s), _change(s)) for s in line.spans)
    return Table.of(heads, rows, (1,), _lines(line))


def _lines(line: Line) -> Iterator[Text]:
    """All spans, then each change."""
    yield in_short(line)
    for span in line.spans:
        if span.change is not None:
            new = say("new: ") if span.new else Text()
            why = span.reason, _with(span.versions)
            yield say("{}{} in {}: {}{}", new, span.change, span.releases[0], *why)


def _number(span: Span) -> Text:
    exact = Text()
    if span.floor is not None and span.ceiling is not None:
        if span.said.startswith("up to"):
            exact = say(" ({} to {})", span.floor, span.ceiling)
    return say("{}{}{}", span.said, exact, _by_chance(span))


def _by_chance(span: Span) -> Text:
    """Releases whose number differs only by chance, if there are few."""
    others = [say("{} {}", *item) for item in span.apart.items()]
    return say(" ({}, which chance explains)", some(others, FEW)) if others else Text()


def _with(versions: Sequence[Difference]) -> Text:
    """The other versions that changed with it, and may be the cause."""
    return say("; with {}", versions_changed(versions, MOST)) if versions else Text()


def _change(span: Span) -> Text:
    if span.change is None:
        return Text()
    mark = words.CHANGES.get(span.change, words.CHANGES[Change.NOT_COMPARABLE])
    new = say("{} ", Strong("new")) if span.new else Text()
    return say("{}{}: {}{}", new, mark, span.reason, _with(span.versions))
