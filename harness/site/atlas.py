"""The content of the site: cells, their sources, and lines of releases."""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from harness.judge.judge import judge
from harness.judge.judge import Reproduce
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Server
from harness.records.earlier_answers import with_earlier_answers
from harness.records.errors import NothingMeasured
from harness.records.evidence import Evidence
from harness.records.files import as_json
from harness.records.groups import grouped
from harness.records.plan import FLASK
from harness.records.report import CellReport
from harness.records.report import release_of
from harness.records.report import Report
from harness.records.results import newest_cells
from harness.records.track import Line
from harness.records.versions import release_order
from harness.records.words import Record
from harness.records.words import Result
from harness.report import words
from harness.site.atlas_cell import AtlasCell
from harness.site.atlas_cell import configuration_of
from harness.site.atlas_cell import entries_of
from harness.site.atlas_cell import newest
from harness.site.release_lines import lines_along


class Snapshot(Record, frozen=True, kw_only=True):
    """How the evidence in a checkout was made: the file ``snapshot.toml`` beside it."""

    title: str
    sample: bool = False
    """Whether it has only a few cells, to build a site before all are measured."""
    made_by: tuple[str, ...] = ()
    """The commands that made the evidence."""
    notes: tuple[str, ...] = ()
    """Further notes, a sentence each."""


class Released(Result, frozen=True, kw_only=True):
    """Releases on the package index at some time: the file ``released.json``."""

    asked_at: str
    """UTC, ISO 8601."""
    packages: dict[str, tuple[str, ...]]
    """Releases, oldest first, by the name of a server or Flask."""


class Origin(NamedTuple):
    """What is known about evidence in addition to the evidence itself."""

    snapshot: Snapshot | None = None
    released: Released | None = None


ALONE = Origin()
"""The origin of evidence about which nothing else is known."""


class NewerReleases(NamedTuple):
    """Releases on the index that no cell was measured with."""

    package: str
    releases: tuple[str, ...]
    newest_measured: str


class Atlas:
    """Everything that pages are made from."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        catalog: Catalog,
        reproduce: Reproduce,
        origin: Origin = ALONE,
        runs: Sequence[Sequence[Evidence]] = (),
    ) -> None:
        """Judge evidence. Measurements with an older ``probe`` are only counted.

        ``runs`` are those that can be compared with each other. Raises
        ``NothingMeasured`` if there is no evidence.
        """
        if not evidence:
            raise NothingMeasured(
                "there is no evidence to make a site of; measure first"
            )
        probe = max(each.probe for each in evidence)
        latest = [each for each in evidence if each.probe == probe]
        self.older = len(evidence) - len(latest)
        self.catalog = catalog
        # Sorted before and after: answers are added oldest first, and the same evidence
        # has to give the same bytes in whatever order it is given.
        kept = with_earlier_answers(sorted(latest, key=self._order))
        self.evidence = newest_cells(sorted(kept, key=self._order))
        self.snapshot, self.released = origin
        self.report: Report = judge(self.evidence, reproduce)
        self.entries = tuple(entries_of(self.report, self.evidence))
        self.entries_by_run = [
            (judged.measured_at, entry)
            for run in (runs if len(runs) > 1 else ())
            for judged in [judge(run, reproduce)]
            for entry in entries_of(judged, run)
            if entry.cell.id in self.by_id
        ]

    def _order(self, evidence: Evidence) -> tuple[object, ...]:
        """A key to sort evidence by: servers as in the catalog, then releases."""
        where = evidence.environment
        names = [server.name for server in self.catalog.servers]
        known = names.index(where.server) if where.server in names else len(names)
        releases = map(release_order, (where.server_version, where.flask, where.python))
        return (
            *(known, where.server, *releases),
            *(evidence.measured_at, as_json(evidence)),
        )

    @property
    def generated_at(self) -> str:
        """When the newest cell was measured; the site calls this *now*."""
        return self.report.measured_at

    @cached_property
    def by_id(self) -> Mapping[str, AtlasCell]:
        """Cells by their ids."""
        return {entry.cell.id: entry for entry in self.entries}

    @cached_property
    def servers(self) -> Mapping[str, list[AtlasCell]]:
        """Cells by the name of their server, in the order of the catalog."""
        return grouped(self.entries, lambda entry: entry.cell.server)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles of servers by their names, in the order of the catalog."""
        return {name: words.title(some[0].cell) for name, some in self.servers.items()}

    @cached_property
    def by_configuration(self) -> Mapping[tuple[str, str], list[AtlasCell]]:
        """Cells by server and configuration."""
        return grouped(self.entries, lambda entry: configuration_of(entry.cell))

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], AtlasCell]:
        """The cell with the newest releases, by server and configuration."""
        return {key: newest(some) for key, some in self.by_configuration.items()}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Configurations along releases of their server, and of Flask."""
        return tuple(lines_along(self.entries))

    @cached_property
    def lines_of(self) -> Mapping[tuple[str, str], list[Line]]:
        """Lines by server and configuration."""
        return grouped(self.lines, configuration_of)

    def server(self, name: str) -> Server | None:
        """The server of this name in the catalog, if there is one."""
        return next(
            (server for server in self.catalog.servers if server.name == name), None
        )

    @cached_property
    def configurations(self) -> Mapping[tuple[str, str], Configuration]:
        """The configurations of the catalog, by server and id."""
        return {
            (server.name, configuration.id): configuration
            for server in self.catalog.servers
            for configuration in server.configuration
        }

    def in_order(self, cells: Iterable[CellReport]) -> list[CellReport]:
        """Cells by server and configuration as in the catalog; unknown ones last."""
        order = {key: n for n, key in enumerate(self.configurations)}
        return sorted(cells, key=lambda c: order.get(configuration_of(c), len(order)))

    def newest_of(self, server: str) -> list[CellReport]:
        """The newest cell of each configuration of a server, in that order."""
        cells = (each.cell for (name, _), each in self.newest.items() if name == server)
        return self.in_order(sorted(cells, key=lambda cell: cell.configuration))

    @cached_property
    def unmeasured(self) -> tuple[NewerReleases, ...]:
        """Releases newer than the newest measured one, by package."""
        packages = self.released.packages if self.released else {}
        newer_releases = []
        for package, releases in sorted(packages.items()):
            measured = {
                release_of(package, entry.cell)
                for entry in self.entries
                if package in (FLASK, entry.cell.server)
            }
            if not measured:
                continue
            latest = max(measured, key=release_order)
            newer = [r for r in releases if release_order(r) > release_order(latest)]
            if newer:
                newer_releases.append(NewerReleases(package, tuple(newer), latest))
        return tuple(newer_releases)
