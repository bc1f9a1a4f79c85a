"""Two releases, or two runs, side by side.

What differs is the judge's to say: every pair that a reader can choose is compared when
the site is built, as far as there are not too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import combinations
from itertools import pairwise
from typing import NamedTuple

from harness.judge.compare import compare_pairs
from harness.judge.compare import Pair
from harness.judge.difference import Conditions
from harness.records.report import CellReport
from harness.records.text import listed
from harness.records.versions import release_order
from harness.report import words
from harness.report.html import css_class
from harness.report.words import CHANGES
from harness.report.words import Mark
from harness.site import address
from harness.site import matrix
from harness.site.atlas import Atlas
from harness.site.atlas import AtlasCell
from harness.site.atlas import FLASK
from harness.site.frame import Frame
from harness.site.look import embedded
from harness.site.look import File
from harness.site.look import number_of
from harness.site.look import render

MOST_COMPARISONS = 20_000
"""With more of them only neighbours are compared."""

SAME = Mark("=", "same", "bright_black")


class Row(NamedTuple):
    """A configuration, by release."""

    label: str
    entries: dict[str, AtlasCell]


class Axis(NamedTuple):
    """What is compared: releases of Flask or of a server, or runs."""

    name: str
    title: str
    releases: tuple[str, ...]
    rows: tuple[Row, ...]

    def pairs(self) -> list[tuple[str, str]]:
        """Releases to compare, older first: all pairs, or neighbours only."""
        every = list(combinations(self.releases, 2))
        few = len(every) * len(self.rows) <= MOST_COMPARISONS
        return every if few else list(pairwise(self.releases))


class Finding(NamedTuple):
    """What became of a row from one release to another."""

    row: Row
    before: CellReport | None
    now: CellReport | None
    mark: Mark
    reason: str


def axes(atlas: Atlas) -> list[Axis]:
    """Everything that two of can be compared, Flask first."""
    current = {cell.id for cell in matrix.current(atlas.report.cells)}
    several = len({entry.cell.python for entry in atlas.entries}) > 1
    flask = _axis(
        FLASK,
        FLASK,
        [
            (entry.cell.flask, _label(entry.cell, True, several), entry)
            for entry in atlas.entries
            if entry.cell.id in current
        ],
    )
    return [axis for axis in (flask, *_servers(atlas, several), *_runs(atlas)) if axis]


def _servers(atlas: Atlas, several: bool) -> Iterator[Axis | None]:
    for name, entries in atlas.servers.items():
        flask = max((each.cell.flask for each in entries), key=release_order)
        cells = [
            (entry.cell.server_version, _label(entry.cell, False, several), entry)
            for entry in entries
            if entry.cell.flask == flask
        ]
        yield _axis(name, words.title(entries[0].cell), cells)


def _runs(atlas: Atlas) -> Iterator[Axis | None]:
    yield _axis(
        "run",
        "Run",
        [(run, entry.cell.id, entry) for run, entry in atlas.entries_by_run],
    )


def _label(cell: CellReport, with_server: bool, with_python: bool) -> str:
    server = f"{words.chain(cell)} " if with_server or cell.front else ""
    python = f", Python {cell.python}" if with_python else ""
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
    """What became of each row that is in either release."""
    rows = [row for row in axis.rows if before in row.entries or now in row.entries]
    both = [(row.entries.get(before), row.entries.get(now)) for row in rows]
    pairs = [Pair(a.cell if a else None, b.cell if b else None) for a, b in both]
    comparisons = compare_pairs(pairs, [_conditions(a, b) for a, b in both])
    return [
        Finding(row, *pair, CHANGES.get(each.change, SAME), each.words)
        for row, pair, each in zip(rows, pairs, comparisons, strict=True)
    ]


def _conditions(before: AtlasCell | None, now: AtlasCell | None) -> Conditions:
    if before is None or now is None:
        return Conditions()
    one, other = before.evidence, now.evidence
    return Conditions(
        (one.limit, other.limit), (one.host.processors, other.host.processors)
    )


# -------------------------------------------------------------------------- pages


def pages(atlas: Atlas, frame: Frame) -> Iterator[File]:
    """The page that compares any two, and one for each two neighbours."""
    every = axes(atlas)
    yield render(
        "diff.html",
        script="diff.js",
        site=frame,
        name="Two releases side by side",
        description="What changed in how many requests are handled at once, from one "
        "release to another.",
        axes=[(axis, _neighbours(axis)) for axis in every],
        data=embedded([_data(axis) for axis in every]),
    )
    for axis in every:
        for before, now in pairwise(axis.releases):
            yield _page(frame, axis, before, now)


def pair_path(axis: Axis, before: str, now: str) -> str:
    """The page about two neighbours."""
    return "/".join(map(address.segment, ("diff", axis.name, before, f"{now}.html")))


def _neighbours(axis: Axis) -> list[tuple[str, str, str]]:
    return [(b, n, pair_path(axis, b, n)) for b, n in pairwise(axis.releases)][::-1]


def _page(frame: Frame, axis: Axis, before: str, now: str) -> File:
    findings = compare(axis, before, now)
    counts: dict[str, int] = defaultdict(int)
    for each in findings:
        counts[each.mark.word] += 1
    summary = listed([f"{count} {word}" for word, count in sorted(counts.items())])
    return render(
        "pair.html",
        pair_path(axis, before, now),
        site=frame,
        name=f"{axis.title} {before} and {now}",
        description=f"From {axis.title} {before} to {now}: {summary}.",
        axis=axis,
        before=before,
        now=now,
        summary=summary,
        findings=sorted(findings, key=lambda each: each.mark is SAME),
    )


def _data(axis: Axis) -> dict[str, object]:
    """What the script of the page needs."""
    return {
        "name": axis.name,
        "title": axis.title,
        "releases": axis.releases,
        "rows": [
            [
                row.label,
                [_short(row.entries.get(release)) for release in axis.releases],
            ]
            for row in axis.rows
        ],
        "pairs": {f"{b} {n}": list(_changed(axis, b, n)) for b, n in axis.pairs()},
    }


def _short(entry: AtlasCell | None) -> list[str] | None:
    if entry is None:
        return None
    cell = entry.cell
    return [number_of(cell), css_class(words.mark(cell)), address.cell(cell)]


def _changed(axis: Axis, before: str, now: str) -> Iterator[list[object]]:
    """Rows that are not the same: their number, the change and the reason."""
    places = {row.label: n for n, row in enumerate(axis.rows)}
    for each in compare(axis, before, now):
        if each.mark is not SAME and each.before and each.now:
            mark = f"{each.mark.symbol} {each.mark.word}"
            place = places[each.row.label]
            yield [place, mark, css_class(each.mark), each.reason]
