"""Pages about the data: the method, what is left out, its age, the control."""

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
from harness.site.pagination import paginated
from harness.site.rendering import File
from harness.site.rendering import size_of
from harness.site.site_context import SiteContext

NOT_MEASURED = (Outcome.NOT_SUPPORTED, Outcome.NOT_INSTALLED, *INSTRUMENT)


class Control(NamedTuple):
    """The control of an environment, and whether it was measured right."""

    environment: EnvironmentReport
    file: EvidenceFile
    measured_at: str


def pages(site: SiteContext) -> Iterator[File]:
    """Method, omissions, data, the control's record."""
    yield site.page("method.html", marks=list(MARKS.values()))
    yield site.page(
        "omissions.html",
        omissions=list(_omissions(site.atlas)),
        exclusions=site.atlas.catalog.matrix.exclusion,
    )
    record = _record(site.atlas)
    yield _data(site, record)
    yield from _control(site, record)
    yield site.page("404.html", home=site.url)


def _omissions(atlas: Atlas) -> Iterator[tuple[str, list[CellReport], str]]:
    """Reasons for cells without a number, with the cells and what they share."""
    cells = [e.cell for e in atlas.entries if e.cell.outcome in NOT_MEASURED]
    groups = grouped(cells, lambda cell: (cell.outcome, cell.reason))
    for (_, reason), cells in sorted(groups.items(), key=lambda g: -len(g[1])):
        yield reason, cells, _where(cells)


def _where(cells: Sequence[CellReport]) -> str:
    """What cells have in common, in short."""
    servers = listed(sorted({words.title(cell) for cell in cells}))
    flasks = sorted({cell.flask for cell in cells}, key=release_order)
    return f"{plural(len(cells), 'cell')} of {servers}, Flask {span(flasks)}"


class ControlRecord(NamedTuple):
    """How often the control was measured exactly right."""

    controls: list[Control]
    right: int
    """Number of environments in which it was exactly right."""
    faults: list[tuple[str, int]]
    """What was wrong in the other environments, and in how many, the commonest
    first."""


def _record(atlas: Atlas) -> ControlRecord:
    files: dict[str, AtlasCell] = {}
    for entry in atlas.entries:
        files.setdefault(entry.file.path, entry)
    environments = {
        environment.id: environment for environment in atlas.report.environments
    }
    controls = [
        Control(environment, each.file, each.evidence.measured_at)
        for each in files.values()
        if (environment := environments.get(str(each.cell.environment)))
    ]
    every = [each.environment for each in controls]
    wrong = [e.control_reason for e in every if e.control is not Outcome.MEASURED]
    faults = Counter(wrong).most_common()
    return ControlRecord(controls, len(every) - len(wrong), faults)


def _data(site: SiteContext, record: ControlRecord) -> File:
    cells = plural(len(site.atlas.entries), "measured cell")
    about = (
        f"{cells} of server, configuration and release of Flask, as JSON and CSV: how "
        "old they are, how to use and how to cite them."
    )
    return site.page(
        "data.html",
        described=schema_org.dataset(site, about),
        name="Flask concurrency as data: JSON, CSV, feeds",
        description=about,
        license=schema_org.LICENSE,
        license_page=schema_org.LICENSE_PAGE,
        atlas=site.atlas,
        oldest=min(each.measured_at for each in site.atlas.evidence),
        record=record,
    )


def _control(site: SiteContext, record: ControlRecord) -> Iterator[File]:
    for pager, controls in paginated(
        "control.html", record.controls, lambda each: size_of("control_row", each, "")
    ):
        yield site.page(
            "control.html",
            pager.path,
            controls=controls,
            record=record,
            pages=pager,
        )
