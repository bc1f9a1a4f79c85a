"""Badges and embeds: the newest number of a configuration, for other people's pages."""

from collections.abc import Iterator

from harness.records.report import CellReport
from harness.report import words
from harness.report.badge import badge as shields
from harness.report.badge import LABEL
from harness.report.escape import line
from harness.site import address
from harness.site import sentences
from harness.site.atlas_cell import AtlasCell
from harness.site.rendering import File
from harness.site.rendering import filled
from harness.site.rendering import number_of
from harness.site.rendering import text_file
from harness.site.site_context import SiteContext

COLOURS = {
    "green": "#1f7a4d",
    "yellow": "#8a5a00",
    "red": "#b3261e",
    "blue": "#1f5f9e",
    "magenta": "#6f3aa0",
    "bright_black": "#5c6662",
}
"""Colours of badges; white text is readable on all of them."""

CHARACTER = 6.6
"""Width of a character of 11 pixels, on average."""


def files(site: SiteContext) -> Iterator[File]:
    """Badges of every cell; for the newest of each configuration, also an embed."""
    for entry in site.atlas.entries:
        yield from _badges(address.cell(entry.cell), entry.cell)
    for _, entry in sorted(site.atlas.newest.items()):
        path = address.newest(entry.cell)
        yield from _badges(path, entry.cell)
        yield _embed(site, path, entry)


def _badges(path: str, cell: CellReport) -> Iterator[File]:
    yield _drawn(f"badge/{path}.svg", cell)
    yield text_file(f"badge/{path}.json", shields(cell))


def _drawn(path: str, cell: CellReport) -> File:
    """A badge as a picture."""
    message = line(f"{number_of(cell)} {_word(cell)}".strip(), characters=60)
    return filled(
        "badge.svg",
        path,
        label=LABEL,
        message=message,
        left=round(len(LABEL) * CHARACTER + 12),
        right=round(len(message) * CHARACTER + 12),
        colour=COLOURS[words.mark(cell).colour],
    )


def _word(cell: CellReport) -> str:
    """The word of a cell, unless its number makes it redundant."""
    word = str(cell.word)
    return "" if word in ("as declared", str(cell.outcome)) else f"({word})"


def _embed(site: SiteContext, path: str, entry: AtlasCell) -> File:
    """A page for an ``iframe``: the number and its word, and nothing around it."""
    return site.page(
        "embed.html",
        f"embed/{path}.html",
        name=sentences.name(entry.cell),
        cell=entry.cell,
        measured_at=entry.evidence.measured_at,
        sentence=sentences.answer(entry.cell),
    )
