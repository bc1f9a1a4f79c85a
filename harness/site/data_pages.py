"""Pages about the measurements themselves, and files for crawlers and assistants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.text import listed
from harness.records.text import plural
from harness.records.text import span
from harness.records.versions import release_order
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.report import words
from harness.report.words import MARKS
from harness.site import schema_org
from harness.site.atlas import Atlas
from harness.site.atlas_cell import AtlasCell
from harness.site.atlas_cell import EvidenceFile
from harness.site.pagination import folded
from harness.site.questions import QuestionPage
from harness.site.rendering import File
from harness.site.rendering import filled
from harness.site.rendering import piece
from harness.site.rendering import render
from harness.site.rendering import text_file
from harness.site.site_context import Frame

NOT_MEASURED = (Outcome.NOT_SUPPORTED, Outcome.NOT_INSTALLED, *INSTRUMENT)


class Omission(NamedTuple):
    """Cells without a number, for the same reason."""

    outcome: str
    reason: str
    cells: tuple[CellReport, ...]
    where: str


class Control(NamedTuple):
    """The control of an environment, and whether it was measured right."""

    environment: EnvironmentReport
    file: EvidenceFile
    measured_at: str


def pages(atlas: Atlas, frame: Frame) -> Iterator[File]:
    """Method, omissions, data."""
    yield render(
        "method.html",
        site=frame,
        marks=list(MARKS.values()),
        asked=list(words.QUESTIONS.items()),
    )
    yield render(
        "omissions.html",
        site=frame,
        omissions=list(_omissions(atlas)),
        exclusions=atlas.catalog.matrix.exclusion,
    )
    yield from _data(atlas, frame)
    yield render(
        "404.html",
        site=frame,
        home=frame.url,
    )


def _omissions(atlas: Atlas) -> Iterator[Omission]:
    cells = [e.cell for e in atlas.entries if e.cell.outcome in NOT_MEASURED]
    groups = grouped(cells, lambda cell: (str(cell.outcome), cell.reason))
    for (outcome, reason), cells in sorted(groups.items(), key=lambda g: -len(g[1])):
        yield Omission(outcome, reason, tuple(cells[:5]), _where(cells))


def _where(cells: Sequence[CellReport]) -> str:
    """What cells have in common, in short."""
    servers = listed(sorted({words.title(cell) for cell in cells}))
    flasks = sorted({cell.flask for cell in cells}, key=release_order)
    return f"{plural(len(cells), 'cell')} of {servers}, Flask {span(flasks)}"


def _data(atlas: Atlas, frame: Frame) -> Iterator[File]:
    files: dict[str, AtlasCell] = {}
    for entry in atlas.entries:
        files.setdefault(entry.file.path, entry)
    environments = {
        environment.id: environment for environment in atlas.report.environments
    }
    controls = [
        Control(environments[str(e.cell.environment)], e.file, e.evidence.measured_at)
        for e in files.values()
        if str(e.cell.environment) in environments
    ]
    right = sum(c.environment.control is Outcome.MEASURED for c in controls)
    others = Counter(
        c.environment.control_reason
        for c in controls
        if c.environment.control is not Outcome.MEASURED
    )
    about = (
        f"{plural(len(atlas.entries), 'measured cell')} of server, configuration and "
        "release of Flask, as JSON and CSV: how old they are, how to use and how to "
        "cite them."
    )
    yield render(
        "data.html",
        described=schema_org.dataset(frame, about),
        site=frame,
        name="Flask concurrency as data: JSON, CSV, feeds",
        description=about,
        license=schema_org.LICENSE,
        license_page=schema_org.LICENSE_PAGE,
        snapshot=atlas.snapshot,
        older=atlas.older,
        oldest=min(each.measured_at for each in atlas.evidence),
        newest=atlas.generated_at,
        released=atlas.released,
        unmeasured=atlas.unmeasured,
        right=right,
        count=len(controls),
        others=others.most_common(),
        cells=len(atlas.entries),
    )
    for pager, shown in folded(
        "control.html", controls, lambda each: len(piece("control_row", each, ""))
    ):
        yield render(
            "control.html",
            pager.paths[pager.at],
            site=frame,
            controls=shown,
            right=right,
            count=len(controls),
            pages=pager,
        )


# ------------------------------------------------------------ crawlers and assistants


def machine_files(
    atlas: Atlas,
    frame: Frame,
    answered: Sequence[QuestionPage],
    paths: Sequence[str],
) -> Iterator[File]:
    """``llms.txt``, ``robots.txt``, and a sitemap where the address is known."""
    yield filled(
        "llms.txt",
        site=frame,
        cells=plural(len(atlas.entries), "cell"),
        answered=answered,
        servers=list(atlas.titles.items()),
        license=schema_org.LICENSE,
    )
    robots = "User-agent: *\nAllow: /\n"
    if frame.url:
        robots += f"Sitemap: {frame.url}sitemap.xml\n"
        yield filled("sitemap.xml", site=frame, paths=paths)
    yield text_file("robots.txt", robots)
