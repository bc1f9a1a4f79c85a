"""The pages about servers, and about verdicts."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.text import listed
from harness.records.text import plural
from harness.records.text import span
from harness.records.track import Line
from harness.records.versions import release_order
from harness.records.words import Verdict
from harness.report import words
from harness.report.html import css_class
from harness.report.words import Mark
from harness.report.words import MARKS
from harness.site import address
from harness.site import matrix
from harness.site import release_chart
from harness.site import sentences
from harness.site.atlas import age
from harness.site.atlas import Atlas
from harness.site.atlas import AtlasCell
from harness.site.atlas import FLASK
from harness.site.frame import Frame
from harness.site.look import File
from harness.site.look import render

PRICES = {
    Question.SILENT: "slow and idle clients",
    Question.OVERFLOW: "beyond the ceiling",
    Question.WAITS: "by what it waits for",
    Question.RECOVERY: "worker killed; SIGTERM",
}
"""What a configuration costs, as far as it was asked: heads of columns."""


class ConfigurationRow(NamedTuple):
    """A configuration: promise, number, price."""

    cell: CellReport
    options: str
    other: str
    """Its releases, where they are not those of the page."""
    answers: tuple[str, ...]


class DrawnLine(NamedTuple):
    """A release timeline."""

    title: str
    anchor: str
    picture: Markup
    changes: tuple[str, ...]
    gaps: tuple[str, ...]


class ServerRow(NamedTuple):
    """A server in the list of all."""

    name: str
    title: str
    release: str
    configurations: int
    tally: tuple[tuple[int, Mark], ...]


class VerdictRow(NamedTuple):
    """Cells of a configuration with the same number."""

    cells: tuple[CellReport, ...]
    releases: str


def pages(atlas: Atlas, frame: Frame) -> Iterator[File]:
    """The list of servers, and a page for each."""
    rows = [_server_row(atlas, name) for name in atlas.servers]
    yield render(
        "servers.html",
        site=frame,
        name="Servers",
        description=f"{plural(len(rows), 'server')} that serve Flask apps, each with "
        "its configurations, what they promise, and what was measured.",
        servers=rows,
    )
    for name in atlas.servers:
        yield _page(atlas, frame, name)


def newest_of(atlas: Atlas, server: str) -> list[AtlasCell]:
    """The newest cell of each configuration of a server, in the catalog's order."""
    known = atlas.server(server)
    order = {c.id: n for n, c in enumerate(known.configuration if known else ())}
    mine = [entry for (name, _), entry in atlas.newest.items() if name == server]
    return sorted(
        mine,
        key=lambda entry: (
            order.get(entry.cell.configuration, len(order)),
            entry.cell.configuration,
        ),
    )


def _server_row(atlas: Atlas, name: str) -> ServerRow:
    cells = [entry.cell for entry in newest_of(atlas, name)]
    newest = max(cells, key=lambda cell: release_order(cell.server_version))
    tally = tuple(words.tally(cells))
    title = words.title(newest)
    return ServerRow(name, title, newest.server_version, len(cells), tally)


def _page(atlas: Atlas, frame: Frame, name: str) -> File:
    entries = newest_of(atlas, name)
    cells = [entry.cell for entry in entries]
    newest = max(cells, key=age)
    title = words.title(newest)
    known = atlas.server(name)
    answered = {answer.question for cell in cells for answer in cell.answers}
    prices = [each for each in PRICES if each in answered]
    every = [entry.cell for entry in atlas.servers[name]]
    lead = _lead(title, cells)
    return render(
        "server.html",
        address.server_page(name),
        site=frame,
        name=f"{title} and Flask: how many requests at once",
        description=lead,
        card=f"card/server-{address.segment(name)}.png",
        server=name,
        title=title,
        lead=lead,
        behind=_behind(atlas, name),
        newest=newest,
        prices=[PRICES[each] for each in prices],
        rows=[_row(atlas, cell, newest, prices) for cell in cells],
        timelines=list(timelines(atlas, name)),
        view=matrix.view(atlas, matrix.current(every)),
        documentation=known.documentation if known else "",
    )


def _lead(title: str, cells: Sequence[CellReport]) -> str:
    """What is most worth knowing of a server."""
    uneven = [cell for cell in cells if cell.verdict is Verdict.UNEVEN]
    counted = listed([f"{count} {mark.word}" for count, mark in words.tally(cells)])
    text = f"Of {plural(len(cells), 'configuration')} of {title}: {counted}."
    if uneven:
        worst = min(uneven, key=lambda cell: (cell.floor or 0) / (cell.declared or 1))
        text += (
            f" Widest apart: {worst.configuration} declares "
            f"{worst.declared or 'no bound'}, and of as many offered together at times "
            f"no more than {worst.floor} were in the app."
        )
    return text


def _behind(atlas: Atlas, name: str) -> str:
    """Which releases are out and not measured, as a sentence."""
    for each in atlas.unmeasured:
        if each.package == name:
            verb = "is" if len(each.releases) == 1 else "are"
            return f"{listed(each.releases)} {verb} out and not measured yet."
    return ""


def _row(
    atlas: Atlas, cell: CellReport, newest: CellReport, prices: Sequence[Question]
) -> ConfigurationRow:
    configuration = atlas.configuration(cell)
    answers = {each.question: each.answer for each in cell.answers}
    other = []
    if cell.server_version != newest.server_version:
        other.append(f"{words.title(cell)} {cell.server_version}")
    if cell.flask != newest.flask:
        other.append(f"Flask {cell.flask}")
    return ConfigurationRow(
        cell,
        shlex.join(configuration.argv) if configuration else "",
        ", ".join(other),
        tuple(answers.get(each, "") for each in prices),
    )


def timelines(atlas: Atlas, server: str) -> Iterator[DrawnLine]:
    """Lines of the server's releases; those of Flask's where a number changed."""
    used: set[str] = set()
    for line in atlas.lines:
        if line.server != server:
            continue
        if line.package == FLASK and len(line.spans) < 2:
            continue
        anchor = address.anchor(f"{line.package}-{line.configuration}-py{line.python}")
        yield _drawn(atlas, line, address.unused(anchor, used))


def _drawn(atlas: Atlas, line: Line, anchor: str) -> DrawnLine:
    return DrawnLine(
        sentences.line_title(line),
        anchor,
        release_chart.draw(line, cells_of(atlas, line)),
        tuple(
            f"{span.change}: {sentences.change(line, span)}"
            for span in line.spans
            if span.change is not None
        ),
        tuple(
            f"No result with {listed(gap.releases)}: {gap.outcome}: {gap.reason}"
            for gap in line.gaps
        ),
    )


def cells_of(atlas: Atlas, line: Line) -> dict[str, CellReport]:
    """The cells on a line, by the release that it follows."""
    entries = atlas.by_configuration.get((line.server, line.configuration), ())
    return sentences.by_release(line, (entry.cell for entry in entries))


# ----------------------------------------------------------------------- verdicts


def verdict_pages(atlas: Atlas, frame: Frame) -> Iterator[File]:
    """A page for each word that a cell of the matrix has."""
    current = matrix.current(atlas.report.cells)
    for word, mark in MARKS.items():
        cells = [cell for cell in current if cell.word is word]
        if cells:
            yield render(
                "verdict.html",
                f"verdict/{css_class(mark)}.html",
                site=frame,
                name=f"What is {mark.word}",
                description=f"{plural(len(cells), 'cell')}: {mark.meaning}.",
                heading=f"{len(cells)} of {plural(len(current), 'cell')}: {mark.word}",
                mark=mark,
                rows=list(_verdict_rows(cells)),
            )


def _verdict_rows(cells: Sequence[CellReport]) -> Iterator[VerdictRow]:
    groups: dict[tuple[str, ...], list[CellReport]] = defaultdict(list)
    for cell in cells:
        number = str((cell.ceiling, cell.floor))
        groups[cell.server, cell.configuration, cell.python, number].append(cell)
    for several in groups.values():
        several.sort(key=age)
        releases = sorted({c.server_version for c in several}, key=release_order)
        yield VerdictRow(tuple(several), span(releases))
