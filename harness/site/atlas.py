"""What the site is made of: cells, where each comes from, and lines of releases."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from harness.judge.judge import judge
from harness.judge.judge import Reproduce
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Server
from harness.records.earlier_answers import with_earlier_answers
from harness.records.errors import NothingMeasured
from harness.records.evidence import Evidence
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.report import several_releases
from harness.records.results import newest_cells
from harness.records.track import Line
from harness.records.track import Span
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.records.words import Record
from harness.records.words import Result
from harness.site import address
from harness.track.point import Point
from harness.track.timeline import fill_line

FLASK = "Flask"


class Snapshot(Record, frozen=True, kw_only=True):
    """How shipped evidence was made: the file ``snapshot.toml`` beside it."""

    title: str
    sample: bool = False
    """Whether it is a few cells only, to build a site before all are measured."""
    made_by: tuple[str, ...] = ()
    """The commands that made it."""
    notes: tuple[str, ...] = ()
    """What else should be known of it, a sentence each."""


class Released(Result, frozen=True, kw_only=True):
    """What was on the package index when it was asked: the file ``released.json``."""

    asked_at: str
    """UTC, ISO 8601."""
    packages: dict[str, tuple[str, ...]]
    """By the name of a server, or Flask: its releases, oldest first."""


class EvidenceFile(NamedTuple):
    """The evidence of an environment as the site offers it."""

    path: str
    text: str
    digest: str
    """SHA-256 of the file."""


class AtlasCell(NamedTuple):
    """A cell, and where it comes from."""

    cell: CellReport
    evidence: Evidence
    """Of its environment."""
    file: EvidenceFile


class NewerReleases(NamedTuple):
    """Releases that are out and that no cell was measured with."""

    package: str
    releases: tuple[str, ...]
    newest_measured: str


class Atlas:
    """All that pages are made of."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        catalog: Catalog,
        reproduce: Reproduce,
        snapshot: Snapshot | None = None,
        released: Released | None = None,
        runs: Sequence[Sequence[Evidence]] = (),
    ) -> None:
        """Judge evidence. What an older probe measured is counted and left out.

        ``runs`` are those that can be compared with each other. Raises
        ``NothingMeasured`` where there is no evidence.
        """
        if not evidence:
            raise NothingMeasured(
                "there is no evidence to make a site of; measure first"
            )
        probe = max(each.probe for each in evidence)
        newest = [each for each in evidence if each.probe == probe]
        self.older = len(evidence) - len(newest)
        self.catalog = catalog
        kept = with_earlier_answers(sorted(newest, key=self._place))
        self.evidence = newest_cells(sorted(kept, key=self._place))
        self.snapshot = snapshot
        self.released = released
        self.report: Report = judge(self.evidence, reproduce)
        self.entries = tuple(_entries(self.report, self.evidence))
        self.entries_by_run = [
            (judged.measured_at, entry)
            for run in (runs if len(runs) > 1 else ())
            for judged in [judge(run, reproduce)]
            for entry in _entries(judged, run)
            if entry.cell.id in self.by_id
        ]

    def _place(self, evidence: Evidence) -> tuple[object, ...]:
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
        """When the newest cell was measured: what a site calls now."""
        return self.report.measured_at

    @cached_property
    def by_id(self) -> Mapping[str, AtlasCell]:
        """Cells by their ids."""
        return {entry.cell.id: entry for entry in self.entries}

    @cached_property
    def servers(self) -> Mapping[str, list[AtlasCell]]:
        """Cells by the name of their server, in the order of the catalog."""
        order = {server.name: n for n, server in enumerate(self.catalog.servers)}
        names = sorted(
            {entry.cell.server for entry in self.entries},
            key=lambda name: (order.get(name, len(order)), name),
        )
        return {
            name: [entry for entry in self.entries if entry.cell.server == name]
            for name in names
        }

    @cached_property
    def by_configuration(self) -> Mapping[tuple[str, str], list[AtlasCell]]:
        """Cells by server and configuration."""
        cells: dict[tuple[str, str], list[AtlasCell]] = defaultdict(list)
        for entry in self.entries:
            cells[entry.cell.server, entry.cell.configuration].append(entry)
        return cells

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], AtlasCell]:
        """By server and configuration: the cell with the newest releases."""
        newest: dict[tuple[str, str], AtlasCell] = {}
        for entry in self.entries:
            key = entry.cell.server, entry.cell.configuration
            if key not in newest or age(newest[key].cell) < age(entry.cell):
                newest[key] = entry
        return newest

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Configurations along releases of their server, and of Flask."""
        return tuple(self._lines())

    @cached_property
    def lines_of(self) -> Mapping[tuple[str, str], list[Line]]:
        """Lines by server and configuration."""
        lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in self.lines:
            lines[line.server, line.configuration].append(line)
        return lines

    def _lines(self) -> Iterator[Line]:
        groups: dict[tuple[str, ...], list[AtlasCell]] = defaultdict(list)
        split = several_releases(entry.cell for entry in self.entries)
        for entry in self.entries:
            cell = entry.cell
            where = cell.server, cell.configuration, cell.python
            groups[(cell.server, *where, cell.flask)].append(entry)
            release = cell.server_version if cell.server in split else ""
            groups[(FLASK, *where, release)].append(entry)
        for (package, *_, beside), entries in sorted(groups.items()):
            line = _line(package, beside, entries)
            if line is not None:
                yield line

    def server(self, name: str) -> Server | None:
        """A server of the catalog, if it has one of this name."""
        return next((each for each in self.catalog.servers if each.name == name), None)

    def configuration(self, cell: CellReport) -> Configuration | None:
        """The configuration of a cell, if the catalog has it."""
        server = self.server(cell.server)
        every = server.configuration if server else ()
        return next((each for each in every if each.id == cell.configuration), None)

    @cached_property
    def unmeasured(self) -> tuple[NewerReleases, ...]:
        """By package: releases newer than the newest one that was measured."""
        packages = self.released.packages if self.released else {}
        newer_releases = []
        for package, releases in sorted(packages.items()):
            measured = {
                entry.cell.flask if package == FLASK else entry.cell.server_version
                for entry in self.entries
                if package in (FLASK, entry.cell.server)
            }
            if not measured:
                continue
            newest = max(measured, key=release_order)
            newer = [r for r in releases if release_order(r) > release_order(newest)]
            if newer:
                newer_releases.append(NewerReleases(package, tuple(newer), newest))
        return tuple(newer_releases)


def age(cell: CellReport) -> tuple[object, ...]:
    """A key to sort cells by: the newest releases last."""
    return tuple(map(release_order, (cell.flask, cell.server_version, cell.python)))


def so_since(line: Line, release: str) -> tuple[Span, Span | None] | None:
    """The span of a line that has a release, and the one before it."""
    for n, span in enumerate(line.spans):
        if release in span.releases:
            return span, line.spans[n - 1] if n else None
    return None


def _entries(report: Report, evidence: Sequence[Evidence]) -> Iterator[AtlasCell]:
    cells = iter(report.cells)
    for each, file in zip(evidence, _files(evidence), strict=True):
        for _ in each.cells:
            yield AtlasCell(next(cells), each, file)


def _files(evidence: Iterable[Evidence]) -> Iterator[EvidenceFile]:
    """One for each piece of evidence; those of one environment are numbered."""
    used: set[str] = set()
    for each in evidence:
        text = as_json(each)
        name = address.segment(each.environment.slug)
        digest = hashlib.sha256(text.encode()).hexdigest()
        path = f"evidence/{name}.json"
        if path in used:
            path = f"evidence/{name}-{digest[:12]}.json"
        used.add(path)
        yield EvidenceFile(path, text, digest)


def as_json(record: object) -> str:
    """A record as the text of a file, always with the same order of keys."""
    compact = msgspec.json.encode(record, order="deterministic")
    return msgspec.json.format(compact, indent=2).decode() + "\n"


def _line(package: str, beside: str, entries: Sequence[AtlasCell]) -> Line | None:
    """A line of the releases of a package; none with fewer than two of them."""

    def release(entry: AtlasCell) -> str:
        return entry.cell.flask if package == FLASK else entry.cell.server_version

    by_release = {release(entry): entry for entry in entries}
    if len(by_release) < 2:
        return None
    points = [
        Point(each, by_release[each].cell, _alone(by_release[each]))
        for each in sorted(by_release, key=release_order)
    ]
    if all(each.cell.outcome is Outcome.NOT_SUPPORTED for each in points):
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


def _alone(entry: AtlasCell) -> Evidence:
    """The evidence of a cell without its neighbours."""
    cells = tuple(each for each in entry.evidence.cells if each.id == entry.cell.id)
    return msgspec.structs.replace(entry.evidence, cells=cells)
