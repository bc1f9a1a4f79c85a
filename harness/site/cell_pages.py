"""The page about a cell."""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from markupsafe import Markup

from harness.records.report import CellReport
from harness.report import html
from harness.report.sections import life
from harness.report.sections import memory
from harness.report.sections import probes
from harness.site import address
from harness.site import purl
from harness.site import sentences
from harness.site.atlas import Atlas
from harness.site.atlas_cell import age
from harness.site.atlas_cell import AtlasCell
from harness.site.atlas_cell import configuration_of
from harness.site.questions import QuestionPage
from harness.site.rendering import File
from harness.site.rendering import number_of
from harness.site.site_context import SiteContext

MOST_SAME = 20
"""Cells of the same configuration with other releases that a page lists, newest first;
the page of the newest lists all."""

DRAWN = (life.section, probes.section, memory.section)
"""Answers that are more than a sentence: pictures and tables, as in a report."""


def pages(site: SiteContext) -> Iterator[File]:
    """A page for every cell."""
    atlas = site.atlas
    alike = {
        key: sorted((entry.cell for entry in entries), key=age, reverse=True)
        for key, entries in atlas.by_configuration.items()
    }
    cited: dict[tuple[str, str], list[QuestionPage]] = defaultdict(list)
    for page in site.answered:
        for key in dict.fromkeys(map(configuration_of, page.cells.values())):
            cited[key].append(page)
    controls = {
        environment.id: environment.control_reason
        for environment in atlas.report.environments
    }
    for entry in atlas.entries:
        cell = entry.cell
        same = alike[configuration_of(cell)]
        related = cited.get(configuration_of(cell), [])
        yield _page(site, entry, same, controls, related)


def _page(
    site: SiteContext,
    entry: AtlasCell,
    same: list[CellReport],
    controls: Mapping[str, str],
    related: Sequence[QuestionPage],
) -> File:
    cell = entry.cell
    shown = [each for n, each in enumerate(same) if n < MOST_SAME or each is cell]
    if cell is same[0]:
        shown = same  # so that every cell can be reached
    reason = controls.get(str(cell.environment), "")
    return site.page(
        "cell.html",
        address.cell_page(cell),
        name=_title(cell),
        description=sentences.answer(cell),
        card=f"card/{address.cell(cell)}.png",
        cell=cell,
        entry=entry,
        host=entry.evidence.host,
        base=address.cell(cell),
        since=list(sentences.since(site.atlas, cell)),
        same=shown,
        same_left_out=len(same) - len(shown),
        drawn_answers=Markup(html.write([each([cell]) for each in DRAWN])),
        written=written(site.atlas, cell),
        related=related,
        purls=purl.purls(entry.evidence.installed),
        control=f"The control of that environment: {reason}." if reason else "",
    )


def _title(cell: CellReport) -> str:
    """The title of the page with the number, for places that show only the title."""
    at_once = "" if cell.ceiling is None else " at once"
    return f"{sentences.name(cell)}: {number_of(cell)}{at_once}"


def written(atlas: Atlas, cell: CellReport) -> str:
    """The options that make the configuration, as the catalog has them.

    Options that only measuring needs, such as the address to listen on, are left out.
    Empty if the catalog does not have the configuration.
    """
    configuration = atlas.configurations.get(configuration_of(cell))
    server = atlas.server(cell.server)
    if configuration is None or server is None:
        return ""
    app = configuration.app or server.app
    words = [word.replace("{app}", app) for word in (*server.argv, *configuration.argv)]
    # The last script among the words is the server; earlier ones only start it.
    while len(words) > 1 and any(word.startswith("{scripts}/") for word in words[1:]):
        words = words[1:]
    program = words[0].rpartition("/")[2]
    return (
        shlex.join([program, *_without_placeholders(words[1:])])
        if "{" not in program
        else ""
    )


def _without_placeholders(words: list[str]) -> Iterator[str]:
    """The words without those that say where to listen or where files are."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if "{" in word or (word.startswith("-") and "{" in following):
            continue
        yield word
