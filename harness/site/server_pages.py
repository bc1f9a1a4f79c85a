"""Makes the pages about servers."""

import shlex
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.text import listed
from harness.records.text import plural
from harness.records.versions import release_order
from harness.records.words import Verdict
from harness.report import words
from harness.report.words import Mark
from harness.site import address
from harness.site import matrix
from harness.site.atlas import Atlas
from harness.site.atlas_cell import age
from harness.site.atlas_cell import configuration_of
from harness.site.matrix import MatrixView
from harness.site.pagination import paginated
from harness.site.pagination import ROOM
from harness.site.questions import citing
from harness.site.rendering import File
from harness.site.rendering import number_of
from harness.site.rendering import size_of
from harness.site.site_context import SiteContext
from harness.site.timelines import DrawnLine
from harness.site.timelines import timelines

PRICES = {
    Question.MEMORY: "memory",
    Question.SILENT: "slow and idle clients",
    Question.OVERFLOW: "beyond the ceiling",
    Question.PROBES: "health checks",
    Question.WAITS: "by what it waits for",
    Question.RECOVERY: "worker killed; SIGTERM",
    Question.LIFE: "reload and end",
}
"""Columns for what a configuration costs, if those questions were asked."""


FIRST = 4
"""Configurations that the first sentences name, the plainest first."""


class ConfigurationRow(NamedTuple):
    """A configuration: promise, number, price."""

    cell: CellReport
    options: str
    other: str
    """The row's releases, if they differ from those of the page."""
    answers: tuple[str, ...]


class ServerRow(NamedTuple):
    """A server in the list of all."""

    name: str
    title: str
    release: str
    configurations: int
    tally: tuple[tuple[int, Mark], ...]


def pages(site: SiteContext) -> Iterator[File]:
    """The list of servers, and a page for each."""
    rows = [_server_row(site.atlas, name) for name in site.atlas.servers]
    yield site.page(
        "servers.html",
        name="Servers for Flask: how many requests each handles at once",
        description=f"{plural(len(rows), 'server')} that serve Flask apps, each with "
        "its configurations, what they promise, and what was measured.",
        servers=rows,
    )
    for name in site.atlas.servers:
        yield from _pages(site, name)


def _server_row(atlas: Atlas, name: str) -> ServerRow:
    cells = atlas.newest_of(name)
    release = max((cell.server_version for cell in cells), key=release_order)
    tally = tuple(words.tally(cells))
    return ServerRow(name, atlas.titles[name], release, len(cells), tally)


def _pages(site: SiteContext, name: str) -> Iterator[File]:
    """The page about a server, and further pages for what would make it too heavy."""
    atlas = site.atlas
    cells = atlas.newest_of(name)
    newest = max(cells, key=age)
    title = words.title(newest)
    known = atlas.server(name)
    asked = {answer.question for cell in cells for answer in cell.answers}
    prices = [price for price in PRICES if price in asked]
    rows = [_row(atlas, cell, newest, prices) for cell in cells]
    table = sum(size_of("configuration_row", row, "../") for row in rows)
    about = _first_sentences(title, cells)
    for pager, parts in paginated(
        address.server_page(name), _parts(atlas, name), _weight, max(0, ROOM - table)
    ):
        yield site.page(
            "server-more.html" if pager.at else "server.html",
            pager.path,
            name=f"{title} and Flask: how many requests at once"
            + (f", page {pager.at + 1}" if pager.at else ""),
            description=about,
            card=f"card/server-{address.segment(name)}.png",
            server=name,
            title=title,
            behind=_behind(atlas, name),
            newest=newest,
            prices=[PRICES[price] for price in prices],
            rows=rows,
            questions=citing(site.answered, lambda cell: cell.server == name),
            timelines=[part for part in parts if isinstance(part, DrawnLine)],
            views=[part for part in parts if isinstance(part, MatrixView)],
            pages=pager,
            documentation=known.documentation if known else "",
        )


def _parts(atlas: Atlas, name: str) -> list[DrawnLine | MatrixView]:
    """The parts below the table: timelines, and all cells by release."""
    every = [entry.cell for entry in atlas.servers[name]]
    return [
        *timelines(atlas, name),
        *matrix.views(atlas, matrix.current(every)),
    ]


def _weight(part: DrawnLine | MatrixView) -> int:
    """The size of a part on a page, in bytes."""
    if isinstance(part, DrawnLine):
        return size_of("drawn", part, 3)
    return size_of("matrix", part, "../")


def _first_sentences(title: str, cells: Sequence[CellReport]) -> str:
    """The first sentences about a server."""
    uneven = [cell for cell in cells if cell.verdict is Verdict.UNEVEN]
    counted = listed([f"{count} {mark.word}" for count, mark in words.tally(cells)])
    first = [
        f"{number_of(cell)} with {cell.configuration}"
        for cell in cells[:FIRST]
        if cell.ceiling
    ]
    text = f"At once: {listed(first)}. " if first else ""
    text += f"Of {plural(len(cells), 'configuration')} of {title}: {counted}."
    if uneven:
        worst = min(uneven, key=lambda cell: (cell.floor or 0) / (cell.declared or 1))
        text += (
            f" Widest apart: {worst.configuration} declares "
            f"{worst.declared or 'no bound'}, and of as many offered together at times "
            f"no more than {worst.floor} were in the app."
        )
    return text


def _behind(atlas: Atlas, name: str) -> str:
    """A sentence on releases that are out but not measured."""
    for each in atlas.unmeasured:
        if each.package == name:
            verb = "is" if len(each.releases) == 1 else "are"
            return f"{listed(each.releases)} {verb} out and not measured yet."
    return ""


def _row(
    atlas: Atlas, cell: CellReport, newest: CellReport, prices: Sequence[Question]
) -> ConfigurationRow:
    configuration = atlas.configurations.get(configuration_of(cell))
    answers = {answer.question: answer.answer for answer in cell.answers}
    return ConfigurationRow(
        cell,
        shlex.join(configuration.argv) if configuration else "",
        other_releases(cell, newest),
        tuple(answers.get(price, "") for price in prices),
    )


def other_releases(cell: CellReport, newest: CellReport) -> str:
    """The releases of a cell that are not those of the newest one, in words."""
    other = []
    if cell.server_version != newest.server_version:
        other.append(f"{words.title(cell)} {cell.server_version}")
    if cell.flask != newest.flask:
        other.append(f"Flask {cell.flask}")
    return ", ".join(other)
