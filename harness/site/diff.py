"""Compares two releases, or two runs, side by side.

``judge`` decides what differs: every pair that a reader can choose is compared when the
site is built, unless there are too many. ``diff_pages.py`` makes the pages.
"""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import combinations
from itertools import pairwise
from typing import NamedTuple

from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Conditions
from harness.records.changes import Change
from harness.records.plan import FLASK
from harness.records.report import CellReport
from harness.records.versions import release_order
from harness.report import words
from harness.report.words import CHANGES
from harness.report.words import Mark
from harness.site import matrix
from harness.site.atlas import Atlas
from harness.site.atlas_cell import AtlasCell

RUN = "run"
"""The name of the axis of runs."""

MOST_COMPARISONS = 20_000
"""Most comparisons; with more, only neighbours are compared."""

SAME = Mark("=", "same", "bright_black")

ONE_SIDED = (Change.NEW, Change.GONE)
"""Changes of a row that only one of the two has. They say what was measured, not that
anything changed."""


class Row(NamedTuple):
    """A configuration, with its cells by release."""

    label: str
    entries: dict[str, AtlasCell]


class Axis(NamedTuple):
    """A series to compare along: releases of Flask or of a server, or runs."""

    name: str
    title: str
    releases: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def plural(self) -> str:
        """The plural of what is compared, for a sentence."""
        return "runs" if self.name == RUN else f"releases of {self.title}"

    def pairs(self) -> list[tuple[str, str]]:
        """Releases to compare, older first: all pairs, or neighbours only."""
        every = list(combinations(self.releases, 2))
        few = len(every) * len(self.rows) <= MOST_COMPARISONS
        return every if few else list(pairwise(self.releases))


class Finding(NamedTuple):
    """How a row changed from one release to another."""

    row: Row
    before: CellReport | None
    now: CellReport | None
    mark: Mark
    reason: str


def axes(atlas: Atlas) -> list[Axis]:
    """All axes with at least two entries, Flask first."""
    current = {cell.id for cell in matrix.current(atlas.report.cells)}
    usual = matrix.usual_python(entry.cell for entry in atlas.entries)
    flask = _axis(
        FLASK,
        FLASK,
        [
            (entry.cell.flask, _label(entry.cell, True, usual), entry)
            for entry in atlas.entries
            if entry.cell.id in current
        ],
    )
    by_run = [(run, entry.cell.id, entry) for run, entry in atlas.entries_by_run]
    every = flask, *_servers(atlas, usual), _axis(RUN, "Run", by_run)
    return [axis for axis in every if axis]


def _servers(atlas: Atlas, usual: str) -> Iterator[Axis | None]:
    for name, entries in atlas.servers.items():
        flask = max((entry.cell.flask for entry in entries), key=release_order)
        cells = [
            (entry.cell.server_version, _label(entry.cell, False, usual), entry)
            for entry in entries
            if entry.cell.flask == flask
        ]
        yield _axis(name, atlas.titles[name], cells)


def _label(cell: CellReport, with_server: bool, usual: str) -> str:
    """The name of a row, with its Python if that is not the usual one."""
    server = f"{words.chain(cell)} " if with_server or cell.front else ""
    python = f", Python {cell.python}" if cell.python != usual else ""
    return f"{server}{cell.configuration}{python}"


def _axis(
    name: str, title: str, cells: Sequence[tuple[str, str, AtlasCell]]
) -> Axis | None:
    """An axis; none with fewer than two releases."""
    releases = sorted({release for release, _, _ in cells}, key=release_order)
    if len(releases) < 2:
        return None
    rows: dict[str, dict[str, AtlasCell]] = defaultdict(dict)
    for release, label, entry in cells:
        rows[label][release] = entry
    made = tuple(Row(label, entries) for label, entries in rows.items())
    return Axis(name, title, tuple(releases), made)


def compare(axis: Axis, before: str, now: str) -> list[Finding]:
    """Compare each row that is in either release."""
    rows = [row for row in axis.rows if before in row.entries or now in row.entries]
    both = [(row.entries.get(before), row.entries.get(now)) for row in rows]
    pairs = [Pair(a.cell if a else None, b.cell if b else None) for a, b in both]
    comparisons = compare_pairs(
        pairs,
        [
            Conditions.of(a.evidence, b.evidence) if a and b else Conditions()
            for a, b in both
        ],
    )
    return [
        Finding(row, *pair, CHANGES.get(each.change, SAME), each.words)
        for row, pair, each in zip(rows, pairs, comparisons, strict=True)
    ]
