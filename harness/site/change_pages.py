"""Makes the page and the feeds of changes from release to release."""

import uuid
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.releases import RELEASE_CHANGES
from harness.records.groups import grouped
from harness.records.plan import FLASK
from harness.records.report import CellReport
from harness.records.text import plural
from harness.records.track import Line
from harness.records.track import Span
from harness.records.versions import release_order
from harness.report import words
from harness.report.words import CHANGES
from harness.report.words import Mark
from harness.site import address
from harness.site import sentences
from harness.site.atlas import Atlas
from harness.site.atlas_cell import age
from harness.site.pagination import paginated
from harness.site.rendering import File
from harness.site.rendering import filled
from harness.site.rendering import size_of
from harness.site.site_context import SiteContext
from harness.site.timelines import cells_of
from harness.site.timelines import swings

SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:flask-concurrency-matrix:change")
"""The namespace of entry ids; it never changes."""


class ChangeEntry(NamedTuple):
    """A change of a configuration from one release to the next that was measured."""

    id: str
    package: str
    package_title: str
    release: str
    server: str
    title: str
    mark: Mark
    sentence: str
    cell: CellReport
    measured_at: str
    more: str = ""
    """In the page's list: a sentence on other releases with the same change."""


def entries(atlas: Atlas) -> list[ChangeEntry]:
    """All changes, newest releases of each package first, Flask before servers."""
    changes = [each for line in atlas.lines for each in _on(atlas, line)]
    changes.sort(key=lambda each: (each.title, each.id))
    changes.sort(key=lambda each: release_order(each.release), reverse=True)
    changes.sort(key=lambda each: (each.package != FLASK, each.package))
    return changes


def _on(atlas: Atlas, line: Line) -> Iterator[ChangeEntry]:
    if swings(line):
        return
    cells = cells_of(atlas, line)
    for span in line.spans:
        release = span.releases[0]
        if span.change not in RELEASE_CHANGES or release not in cells:
            continue
        cell = cells[release]
        package = words.package(line)
        key = (line.package, release, line.server, line.configuration)
        beside = line.beside, line.python, str(span.change)
        yield ChangeEntry(
            uuid.uuid5(SPACE, "/".join((*key, *beside))).urn,
            line.package,
            package,
            release,
            line.server,
            _title(line, package, span),
            CHANGES[span.change],
            sentences.change(line, span),
            cell,
            atlas.by_id[cell.id].evidence.measured_at,
        )


def _title(line: Line, package: str, span: Span) -> str:
    """What changed, in short; it differs between all entries of a feed."""
    server = words.title(line)
    where = (
        line.configuration if server == package else f"{server} {line.configuration}"
    )
    beside = f", {line.beside}" if line.beside else ""
    return f"{package} {span.releases[0]}, {where}: {span.change}{beside}"


def files(site: SiteContext) -> Iterator[File]:
    """The page, a feed of everything, and one for each server."""
    every = entries(site.atlas)
    yield from _pages(site, every)
    yield _feed(site, "all", "What changed", every)
    for name in site.atlas.servers:
        of_server = [each for each in every if each.server == name]
        title = f"What changed of {site.atlas.titles[name]}"
        yield _feed(site, address.segment(name), title, of_server)


def _pages(site: SiteContext, every: Sequence[ChangeEntry]) -> Iterator[File]:
    unsettled = {
        f"{words.title(line)} {line.configuration}": None
        for line in site.atlas.lines
        if swings(line)
    }
    for pager, several in paginated(
        "changes.html", _listed(every), lambda each: size_of("change_item", each, "")
    ):
        yield site.page(
            "changes.html",
            pager.path,
            packages=grouped(several, lambda each: each.package_title).items(),
            servers=list(site.atlas.titles.items()),
            unsettled=list(unsettled),
            pages=pager,
        )


def _what_changed(each: ChangeEntry) -> tuple[str, ...]:
    where = each.package, each.release, each.server, each.cell.configuration
    return *where, each.mark.word


def _listed(every: Sequence[ChangeEntry]) -> list[ChangeEntry]:
    """The changes; one that was seen with several other releases is listed once."""
    shown = []
    for several in grouped(every, _what_changed).values():
        several.sort(key=lambda each: age(each.cell), reverse=True)
        more = len(several) - 1
        beside = plural(more, "other release")
        beside += " of Flask" if several[0].package != FLASK else ""
        text = f"It is the same with {beside}." if more else ""
        shown.append(several[0]._replace(more=text))
    return shown


def _feed(
    site: SiteContext, name: str, title: str, several: Sequence[ChangeEntry]
) -> File:
    """An Atom feed (RFC 4287); its links are relative if no address is known."""
    path = f"changes/{name}.atom"
    return filled(
        "feed.atom",
        path,
        root=site.url or address.root_from(path),
        id=uuid.uuid5(SPACE, f"feed/{name}").urn,
        title=title,
        newest=max((e.measured_at for e in several), default=site.generated_at),
        entries=several,
    )
