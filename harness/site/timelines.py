"""Chooses the release timelines of a server to draw, and describes the others."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from harness.judge.releases import RELEASE_CHANGES
from harness.records.changes import Change
from harness.records.groups import grouped
from harness.records.plan import FLASK
from harness.records.report import CellReport
from harness.records.text import listed
from harness.records.track import Gap
from harness.records.track import Line
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.site import address
from harness.site import release_chart
from harness.site import sentences
from harness.site.atlas import Atlas
from harness.site.atlas_cell import configuration_of

SWINGS = 4
"""With this many changes along Flask, in both directions, no release is the cause."""


class DrawnLine(NamedTuple):
    """A release timeline."""

    title: str
    anchor: str
    picture: Markup
    changes: tuple[str, ...]
    gaps: tuple[str, ...]
    alike: str
    """Other lines with the same numbers, as a sentence."""


def timelines(atlas: Atlas, server: str) -> Iterator[DrawnLine]:
    """Lines along the server's releases, and some along Flask's.

    The longest come first. Of those along Flask's, only those on which a number changed
    are there.
    """
    used: set[str] = set()
    for line, others in _chosen(
        [each for each in atlas.lines if each.server == server]
    ):
        anchor = address.anchor(f"{line.package}-{line.configuration}-py{line.python}")
        name = address.unused(anchor, used)
        yield _drawn(atlas, line, name, _alike(line, others))


def _chosen(lines: Sequence[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Lines to draw, each with the lines that changed in the same way."""
    changed = (line for line in lines if line.package != FLASK or len(line.spans) > 1)
    groups = grouped(
        changed, lambda line: (line.package, line.configuration, line.python)
    )
    drawn: list[tuple[Line, list[Line]]] = []
    for several in groups.values():
        several.sort(key=_weight, reverse=True)
        main, *rest = several
        known = _turns(main)
        drawn.append((main, [each for each in rest if _turns(each) <= known]))
        drawn += [(each, []) for each in rest if not _turns(each) <= known]
    drawn.sort(key=lambda each: _size(each[0]), reverse=True)
    drawn.sort(key=lambda each: each[0].package == FLASK)
    yield from drawn


def _size(line: Line) -> int:
    return sum(len(span.releases) for span in line.spans)


def _weight(line: Line) -> tuple[object, ...]:
    """Sort key: lines with the most releases come last.

    Of these, the one with the newest other package does.
    """
    return _size(line), release_order(line.beside.rpartition(" ")[2])


def _turns(line: Line) -> set[tuple[str, str]]:
    """The releases at which a line changed, and how."""
    return {(span.releases[0], str(span.change)) for span in line.spans if span.change}


def _alike(line: Line, others: Sequence[Line]) -> str:
    if swings(line):
        return "The number goes up and down with many releases, so none is the cause."
    if not others:
        return ""
    beside = sorted(
        {other.beside for other in others if other.beside},
        key=lambda name: release_order(name.rpartition(" ")[2]),
    )
    return f"With {listed(beside)}, the number changed at no other release."


def swings(line: Line) -> bool:
    """Whether a number goes up and down along Flask: then no release is the cause."""
    changes = [span.change for span in line.spans]
    up, down = (changes.count(each) for each in (Change.MORE, Change.FEWER))
    return line.package == FLASK and bool(up and down) and up + down >= SWINGS


def _drawn(atlas: Atlas, line: Line, anchor: str, alike: str) -> DrawnLine:
    return DrawnLine(
        sentences.line_title(line),
        anchor,
        release_chart.draw(line, cells_of(atlas, line)),
        tuple(
            f"{span.change}: {sentences.change(line, span)}"
            for span in line.spans
            if span.change in RELEASE_CHANGES and not swings(line)
        ),
        tuple(map(_gap, line.gaps)),
        alike,
    )


def _gap(gap: Gap) -> str:
    """Why a timeline is interrupted, as a sentence."""
    releases = listed(gap.releases)
    if gap.outcome is Outcome.MEASURED:
        return sentences.sentence(
            f"The number is not known with {releases}, which is why there is a gap: it "
            f"{gap.reason}"
        )
    return sentences.sentence(f"No result with {releases}: {gap.outcome}: {gap.reason}")


def cells_of(atlas: Atlas, line: Line) -> dict[str, CellReport]:
    """The cells on a line, by the release that it follows."""
    entries = atlas.by_configuration.get(configuration_of(line), ())
    return sentences.by_release(line, (entry.cell for entry in entries))
