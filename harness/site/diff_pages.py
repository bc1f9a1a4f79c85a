"""The pages of comparisons: a list, a page for any two releases, one for neighbours."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from harness.records.changes import Change
from harness.records.text import listed
from harness.records.text import plural
from harness.report import words
from harness.report.html import css_class
from harness.report.words import Mark
from harness.site import address
from harness.site.atlas_cell import AtlasCell
from harness.site.diff import axes
from harness.site.diff import Axis
from harness.site.diff import compare
from harness.site.diff import Finding
from harness.site.diff import ONE_SIDED
from harness.site.diff import SAME
from harness.site.pagination import ROOM
from harness.site.rendering import embedded
from harness.site.rendering import File
from harness.site.rendering import number_of
from harness.site.site_context import SiteContext


class ReleasePair(NamedTuple):
    """A step from one release to the next that was measured."""

    before: str
    now: str
    path: str
    findings: tuple[Finding, ...]

    @property
    def changed(self) -> tuple[tuple[int, Mark], ...]:
        """Number of rows with each change, without rows on one side only."""
        counts = Counter(
            finding.mark
            for finding in self.findings
            if finding.mark is not SAME and finding.mark.word not in ONE_SIDED
        )
        return tuple((count, mark) for mark, count in counts.items())

    @property
    def in_both(self) -> int:
        """How many configurations were measured with both."""
        return sum(bool(finding.before and finding.now) for finding in self.findings)

    @property
    def summary(self) -> str:
        """How the configurations changed, as a sentence."""
        if not self.in_both:
            return "No configuration was measured with both."
        changed = [f"{count} {mark.word}" for count, mark in self.changed]
        both = f"Of {plural(self.in_both, 'configuration')} measured with both"
        same = self.in_both - sum(count for count, _ in self.changed)
        return f"{both}: {listed([*changed, f'{same} the same'])}."


def pages(site: SiteContext) -> Iterator[File]:
    """The list of comparisons, a page for each axis, and one for each step."""
    every = [(axis, tuple(_steps(axis))) for axis in axes(site.atlas)]
    yield site.page(
        "diff.html",
        script="diff-choice.js",
        axes=[
            (axis, axis_path(axis), steps[0], _last_change(steps))
            for axis, steps in every
        ],
    )
    for axis, steps in every:
        yield _axis_page(site, axis, steps)
        for step in steps:
            yield _step_page(site, axis, step)


def _last_change(steps: Sequence[ReleasePair]) -> ReleasePair | None:
    """The newest step in which a number is known to have changed."""
    for step in steps:
        if any(mark.word != Change.NOT_COMPARABLE for _, mark in step.changed):
            return step
    return None


def axis_path(axis: Axis) -> str:
    """Path of the page that compares any two releases on an axis."""
    return f"diff/{address.segment(axis.name)}.html"


def step_path(axis: Axis, before: str, now: str) -> str:
    """Path of the page about two neighbours."""
    return "/".join(map(address.segment, ("diff", axis.name, before, f"{now}.html")))


def _steps(axis: Axis) -> Iterator[ReleasePair]:
    """The steps between neighbours, newest first."""
    for before, now in reversed(list(pairwise(axis.releases))):
        findings = tuple(compare(axis, before, now))
        yield ReleasePair(before, now, step_path(axis, before, now), findings)


def _axis_page(site: SiteContext, axis: Axis, steps: Sequence[ReleasePair]) -> File:
    data, offered = fitting(axis)
    return site.page(
        "axis.html",
        axis_path(axis),
        script="diff.js",
        name=f"Two {axis.plural} side by side",
        description=f"What changed in how many requests are handled at once, from one "
        f"of {len(axis.releases)} {axis.plural} to another.",
        axis=axis,
        steps=steps,
        left_out=len(axis.releases) - offered,
        data=data,
    )


def _step_page(site: SiteContext, axis: Axis, step: ReleasePair) -> File:
    return site.page(
        "pair.html",
        step.path,
        name=f"{axis.title} {step.before} and {step.now}",
        description=step.summary,
        axis=axis,
        axis_page=axis_path(axis),
        step=step,
        findings=sorted(step.findings, key=_order),
    )


def _order(finding: Finding) -> int:
    """Rows that changed first, then equal rows, then those on one side only."""
    if finding.mark.word in ONE_SIDED:
        return 2
    return 1 if finding.mark is SAME else 0


# ----------------------------------------------------------------- what the script has


def fitting(axis: Axis) -> tuple[object, int]:
    """The data of a page, and how many of the newest releases it has.

    It has as many as are light enough for a first view.
    """
    # Only the finished data has a size, and to make it every pair is compared.
    offered = len(axis.releases)
    data = embedded(_data(axis, offered))
    while len(data) > ROOM and offered > 2:
        offered = max(2, offered * 3 // 4)
        data = embedded(_data(axis, offered))
    return data, offered


Numbered = dict[object, int]
"""Values that are written once, each with the index that refers to it."""


def _index(table: Numbered, value: object) -> int:
    """The index of a value, which is added if it is new."""
    return table.setdefault(value, len(table))


def _data(axis: Axis, offered: int) -> dict[str, object]:
    """The data that the page's script needs, of the newest releases.

    ``rows`` has the label, the end of the address, and for each release the indexes of
    a number and of the beginning of the address. ``pairs`` has, for two releases, the
    indexes of a row and of its change.
    """
    releases = axis.releases[-offered:]
    cut = axis._replace(releases=releases)
    tables: dict[str, Numbered] = {"numbers": {}, "folders": {}, "changes": {}}
    rows = [
        [
            row.label,
            _tail(row.entries),
            [_short(row.entries.get(release), tables) for release in releases],
        ]
        for row in cut.rows
    ]
    index = {release: n for n, release in enumerate(releases)}
    pairs = {
        f"{index[b]} {index[n]}": list(_changed(cut, b, n, tables["changes"]))
        for b, n in cut.pairs()
    }
    return {
        "releases": releases,
        "rows": rows,
        "pairs": pairs,
        **{name: list(table) for name, table in tables.items()},
    }


def _address(entry: AtlasCell) -> tuple[str, str]:
    """The two folders of an environment, and the rest of a cell's address."""
    parts = address.cell(entry.cell).split("/")
    return "/".join(parts[:2]), "/".join(parts[2:])


def _tail(entries: dict[str, AtlasCell]) -> str:
    return next((_address(entry)[1] for entry in entries.values()), "")


def _short(entry: AtlasCell | None, tables: dict[str, Numbered]) -> list[int]:
    if entry is None:
        return []
    number = number_of(entry.cell), css_class(words.mark(entry.cell))
    folder, _ = _address(entry)
    return [_index(tables["numbers"], number), _index(tables["folders"], folder)]


def _changed(
    axis: Axis, before: str, now: str, changes: Numbered
) -> Iterator[list[int]]:
    """Rows in both releases whose result is not the same."""
    index = {row.label: n for n, row in enumerate(axis.rows)}
    for each in compare(axis, before, now):
        if each.mark is not SAME and each.before and each.now:
            mark = f"{each.mark.symbol} {each.mark.word}"
            change = mark, css_class(each.mark), each.reason
            yield [index[each.row.label], _index(changes, change)]
