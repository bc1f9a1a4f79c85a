"""Makes a page for each word that occurs in the matrix."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.text import plural
from harness.records.text import span
from harness.records.versions import release_order
from harness.report.html import css_class
from harness.report.words import Mark
from harness.report.words import MARKS
from harness.site import matrix
from harness.site.atlas_cell import age
from harness.site.pagination import paginated
from harness.site.rendering import File
from harness.site.rendering import size_of
from harness.site.site_context import SiteContext

MOST_LINKS = 40
"""The most releases of Flask that a row links to."""


class VerdictRow(NamedTuple):
    """A configuration whose cells have the same word and the same number."""

    cells: tuple[CellReport, ...]
    """Cells by release of Flask, oldest first."""
    releases: str
    """Releases of its server."""


def pages(site: SiteContext) -> Iterator[File]:
    """The pages of each word; several if there are many cells."""
    current = matrix.current(site.atlas.report.cells)
    for word, mark in MARKS.items():
        cells = [cell for cell in current if cell.word is word]
        if cells:
            yield from _pages(site, mark, cells, len(current))


def _pages(
    site: SiteContext, mark: Mark, cells: Sequence[CellReport], of: int
) -> Iterator[File]:
    for pager, rows in paginated(
        f"verdict/{css_class(mark)}.html",
        list(_rows(cells)),
        lambda row: size_of("verdict_row", row, "../"),
    ):
        yield site.page(
            "verdict.html",
            pager.path,
            name=f"Flask servers: which are {mark.word}, and with which options",
            description=f"{plural(len(cells), 'cell')}: {mark.meaning}.",
            heading=f"{len(cells)} of {plural(of, 'cell')}: {mark.word}",
            mark=mark,
            rows=rows,
            pages=pager,
        )


def _what_is_the_same(cell: CellReport) -> tuple[object, ...]:
    numbers = cell.ceiling, cell.floor
    return cell.server, cell.configuration, cell.python, *numbers


def _rows(cells: Sequence[CellReport]) -> Iterator[VerdictRow]:
    for several in grouped(cells, _what_is_the_same).values():
        several.sort(key=age)
        for start in range(0, len(several), MOST_LINKS):
            batch = several[start : start + MOST_LINKS]
            releases = sorted({c.server_version for c in batch}, key=release_order)
            yield VerdictRow(tuple(batch), span(releases))
