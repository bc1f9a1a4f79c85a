"""Knows how a timeline is told; must not find any of it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.track import Gap
from harness.records.track import Line
from harness.records.track import Span
from harness.records.track import Timeline
from harness.report import words as legend
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.escape import terminal as safe
from harness.report.sections.changes import BADGES
from harness.report.sections.changes import Word

FEW = 3
"""Releases that are named where their number differs by chance."""

MOST = 6
"""Versions that are named beside a change."""


def span_of(releases: Sequence[str], word: Word = str) -> str:
    """The first and the last of some releases."""
    first, last = word(releases[0]), word(releases[-1])
    return first if first == last else f"{first} – {last}"


def in_short(line: Line, word: Word = safe) -> str:
    """All spans on one line: ``0.11 – 0.12.5: 1; 1.0.3 – 3.1.3: unbounded``."""
    spans = [
        f"{span_of(s.releases, word)}: {word(s.said)}{_apart(s, word)}"
        for s in line.spans
    ]
    return "; ".join(spans) or "no release could be measured"


def title(line: Line, word: Word, name: Word) -> str:
    """What a line is of."""
    of = _package(line)
    server = legend.title(line)
    also = f" on {word(line.beside)}" if line.beside else ""
    if line.beside and line.package == "Flask":
        also = f" ({word(line.beside)})"
    return (
        f"{word(server)} {name(line.configuration)}{also} by release of {word(of)}, "
        f"Python {word(line.python)}"
    )


def sentences(timeline: Timeline) -> list[str]:
    """Each change that is new, as a sentence; text of others is in it as it came."""
    return [
        f"{_package(line)} {span.releases[0]}: {legend.title(line)} "
        f"{line.configuration} went from {before.said} to {span.said}"
        for line in timeline.lines
        for before, span in zip(line.spans, line.spans[1:], strict=False)
        if span.new
    ]


def _package(line: Line) -> str:
    return "Flask" if line.package == "Flask" else legend.title(line)


def _number(span: Span, word: Word) -> str:
    told = word(span.said)
    if span.floor is None or span.ceiling is None or not span.said.startswith("up to"):
        return f"{told}{_apart(span, word)}"
    return f"{told} ({span.floor} to {span.ceiling}){_apart(span, word)}"


def _apart(span: Span, word: Word) -> str:
    """Releases with another number that chance explains; not when these are many."""
    told = [f"{word(r)} {word(n)}" for r, n in list(span.apart.items())[:FEW]]
    more = len(span.apart) - FEW
    rest = f" and {more} more" if more > 0 else ""
    return f" ({', '.join(told)}{rest}, which chance explains)" if told else ""


def _with(versions: Sequence[Difference], word: Word) -> str:
    """What else changed at that place, and may be the cause."""
    told = [
        f"{word(d.name)} {word(d.now or 'gone')} (was {word(d.before or 'not there')})"
        for d in versions[:MOST]
    ]
    more = len(versions) - MOST
    rest = f" and {more} more" if more > 0 else ""
    return f"; with {', '.join(told)}{rest}" if told else ""


def _gap(gap: Gap, word: Word) -> str:
    return f"{span_of(gap.releases, word)}: {gap.outcome}: {word(gap.reason)}"


# -------------------------------------------------------------------------- terminal


def plain(timeline: Timeline) -> str:
    """A timeline as lines."""
    return "\n".join(each for line in timeline.lines for each in _plain(line))


def _plain(line: Line) -> Iterator[str]:
    yield title(line, safe, safe)
    yield f"  {in_short(line)}"
    for span in line.spans:
        if span.change is not None:
            new = "new: " if span.new else ""
            why = f"{safe(span.reason)}{_with(span.versions, safe)}"
            yield f"  {new}{span.change} in {safe(span.releases[0])}: {why}"
    for gap in line.gaps:
        yield f"  not told: {_gap(gap, safe)}"
    yield ""


# -------------------------------------------------------------------------- Markdown


def render(timeline: Timeline) -> str:
    """A timeline as a page of its own."""
    return "\n".join(["## Release by release", "", *_sections(timeline)]) + "\n"


def _sections(timeline: Timeline) -> Iterator[str]:
    for line in timeline.lines:
        yield f"### {title(line, prose, code)}"
        yield ""
        yield from _table(line)
        if line.gaps:
            yield ""
            yield "Not told:"
            yield ""
            yield from (f"- {_gap(gap, prose)}" for gap in line.gaps)
        yield ""


def _table(line: Line) -> Iterator[str]:
    if not line.spans:
        yield "No release could be measured."
        return
    yield "| releases | in the app at once | against the one before |"
    yield "| :-- | --: | :-- |"
    for span in line.spans:
        cells = (span_of(span.releases, prose), _number(span, prose), _against(span))
        yield f"| {' | '.join(cells)} |"


def _against(span: Span) -> str:
    if span.change is None:
        return ""
    badge = BADGES.get(span.change, BADGES[Change.NOT_COMPARABLE])
    new = "**new** " if span.new else ""
    why = f"{prose(span.reason)}{_with(span.versions, prose)}"
    return f"{badge} {new}{span.change}: {why}"
