"""Makes lines: configurations along the releases of a package."""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.plan import FLASK
from harness.records.report import release_of
from harness.records.report import several_releases
from harness.records.track import Line
from harness.records.track import Span
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.site.atlas_cell import AtlasCell
from harness.track.point import Point
from harness.track.timeline import fill_line


def lines_along(every: Sequence[AtlasCell]) -> Iterator[Line]:
    """A line for each configuration along its server's releases, and along Flask's."""
    groups: dict[tuple[str, ...], list[AtlasCell]] = defaultdict(list)
    split = several_releases(entry.cell for entry in every)
    for entry in every:
        cell = entry.cell
        where = cell.server, cell.configuration, cell.python
        groups[(cell.server, *where, cell.flask)].append(entry)
        release = cell.server_version if cell.server in split else ""
        groups[(FLASK, *where, release)].append(entry)
    for (package, *_, beside), entries in sorted(groups.items()):
        line = _line(package, beside, entries)
        if line is not None:
            yield line


def span_and_previous(line: Line, release: str) -> tuple[Span, Span | None] | None:
    """The span of a line that has a release, and the one before it."""
    for n, span in enumerate(line.spans):
        if release in span.releases:
            return span, line.spans[n - 1] if n else None
    return None


def _line(package: str, beside: str, entries: Sequence[AtlasCell]) -> Line | None:
    """A line of the releases of a package; none with fewer than two of them."""
    by_release = {release_of(package, entry.cell): entry for entry in entries}
    if len(by_release) < 2:
        return None
    points = [
        Point(release, entry.cell, entry.alone)
        for release, entry in sorted(
            by_release.items(), key=lambda each: release_order(each[0])
        )
    ]
    if all(point.cell.outcome is Outcome.NOT_SUPPORTED for point in points):
        return None
    cell = entries[0].cell
    other = cell.server if package == FLASK else FLASK
    empty = Line(
        package=package,
        server=cell.server,
        server_title=cell.server_title,
        configuration=cell.configuration,
        beside=f"{other} {beside}" if beside else "",
        python=cell.python,
        spans=(),
    )
    return fill_line(empty, points)
