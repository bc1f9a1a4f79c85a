"""Makes the page about one run: ``results/report.html``, which needs no other file."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from markupsafe import Markup

from harness.records.report import CellReport
from harness.records.text import plural
from harness.records.track import Line
from harness.records.track import Timeline
from harness.records.words import NOTEWORTHY
from harness.report import html
from harness.report.document import Section
from harness.report.text import quoted
from harness.site import release_chart
from harness.site import sentences
from harness.site.atlas_cell import configuration_of
from harness.site.rendering import render

MOST_DRAWN = 120
"""Most cells that are drawn, since more make a page too large."""


def report_page(
    title: str,
    sections: Sequence[Section],
    cells: Sequence[CellReport],
    timeline: Timeline | None = None,
) -> str:
    """The whole page: the sections of every format, and pictures of cells."""
    measured = sorted((cell for cell in cells if cell.curve), key=_worth)
    drawn = measured[:MOST_DRAWN]
    left_out = len(measured) - len(drawn)
    page = render(
        "run.html",
        "report.html",
        name=title,
        sections=Markup(html.write(sections)),
        cells=[(cell, sentences.name(cell), _sentence(cell)) for cell in drawn],
        timelines=list(_timelines(timeline.lines if timeline else (), cells)),
        left_out=f"{plural(left_out, 'more cell')} in report.json" if left_out else "",
    )
    return page.content.decode()


def _worth(cell: CellReport) -> tuple[int, bool]:
    """Sort key: noteworthy cells first, and first of these what was seen to vary."""
    known = cell.word in NOTEWORTHY
    worth = NOTEWORTHY.index(cell.word) if known else len(NOTEWORTHY)
    return worth, cell.floor == cell.ceiling


def _sentence(cell: CellReport) -> Markup:
    return Markup(html.inline(quoted(sentences.answer(cell), 2000)))


def _timelines(
    lines: Iterable[Line], cells: Sequence[CellReport]
) -> Iterator[tuple[str, Markup]]:
    """The title of each line of releases, and its picture."""
    for line in lines:
        own = configuration_of(line)
        same = (cell for cell in cells if configuration_of(cell) == own)
        on_it = sentences.by_release(line, same)
        if len(on_it) > 1:
            yield sentences.line_title(line), release_chart.draw(line, on_it)
