"""Searches the releases of a package for the one in which a number changed.

Earlier measurements are reused; other releases are measured once they are needed.
"""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from packaging.version import Version

from harness.plan.plan import only_cells
from harness.records.choices import Act
from harness.records.errors import NothingMeasured
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.versions import is_version
from harness.track.bracket import Bracket
from harness.track.bracket import compare_with_ends
from harness.track.bracket import differ
from harness.track.bracket import Like
from harness.track.bracket import narrow
from harness.track.follow import Followed
from harness.track.history import by_cell
from harness.track.history import is_retryable
from harness.track.lost_requests import tape_of
from harness.track.point import Point
from harness.track.point import point

Measure = Callable[[Plan], Sequence[Evidence]]
"""Measures a plan; evidence of all its cells. Raises ``Interrupted``."""


class KnownCells(NamedTuple):
    """Evidence from before a search, by the id of its one cell."""

    measured: Mapping[str, Evidence]
    impossible: Mapping[str, Evidence]
    """Cells that cannot be measured here, and why."""


class Search:
    """The releases among which a change is sought, and their measurements."""

    def __init__(
        self,
        followed: Followed,
        plan: Plan,
        known: KnownCells,
        measure: Measure,
        act: Act | None = None,
    ) -> None:
        self.act = act
        """The act on servers, if the search is for a release that loses requests."""
        self.package = followed.package
        self.releases = [followed.release(cell) for cell in followed.cells]
        self._ids = dict(zip(self.releases, map(str, followed.cells), strict=True))
        self._plan = plan
        self._measure = measure
        self._impossible = known.impossible
        self._reused = {
            name: each
            for name, each in known.measured.items()
            if not is_retryable(each) and (not act or tape_of(each, act) is not None)
        }
        self.points: dict[str, Point] = {}
        """The measured point of each release."""
        self.order: list[str] = []
        """Releases in the order in which they were looked at."""
        self._learn({**self._reused, **known.impossible})

    def _learn(self, measured: Mapping[str, Evidence]) -> None:
        for release, name in self._ids.items():
            if name in measured:
                self.points[release] = point(release, measured[name], self.act)

    def is_reused(self, release: str) -> bool:
        """Whether a release was measured before this search."""
        return self._ids[release] in self._reused

    def possible(self) -> list[str]:
        """Releases that can be measured, as far as the plan knows."""
        return [r for r in self.releases if self._ids[r] not in self._impossible]

    def look(self, *releases: str) -> list[Point]:
        """The points of some releases, measured now if needed.

        Raises ``Interrupted``.
        """
        wanted = {
            self._ids[release] for release in releases if release not in self.points
        }
        if wanted:
            evidence = self._measure(
                only_cells(self._plan, lambda cell: cell.id in wanted)
            )
            cells = [one for each in evidence for one in by_cell(each)]
            self._learn({cell.cells[0].id: cell for cell in cells})
        self.order += [release for release in releases if release not in self.order]
        return [self.points[release] for release in releases]

    def between(self, old: Point, new: Point) -> list[str]:
        """The releases from one to another, both included."""
        start, end = map(self.releases.index, (old.release, new.release))
        return self.releases[start : end + 1]


# ---------------------------------------------------------------------------- ends


def find_ends(search: Search, good: str | None, bad: str | None) -> tuple[Point, Point]:
    """The two ends of a search, the older first.

    An end that is not named is the oldest or the newest release that can be measured.
    Raises ``UsageError`` if the ends do not differ or cannot be measured, and
    ``NothingMeasured`` where no release can be.
    """
    named = [_find_release(search, text) for text in (good, bad) if text]
    if len(named) == 2:
        old, new = search.look(*sorted(named, key=search.releases.index))
    elif named:
        old, new = _with_one(search, named[0], is_oldest=good is not None)
    else:
        old, new = _outermost(search, search.possible())
    for end in (search.points[release] for release in named):
        if not end.is_conclusive:
            raise UsageError(
                f"{search.package.name} {end.release} cannot be one end: "
                f"{end.number}: {end.reason}"
            )
    if old.release == new.release or not differ(old, new):
        raise UsageError(_ends_agree(search, old, new))
    return old, new


def _find_release(search: Search, text: str) -> str:
    for release in search.releases if is_version(text) else ():
        if Version(release) == Version(text):
            return release
    near = ", ".join(get_close_matches(text, search.releases, n=3, cutoff=0.5))
    raise UsageError(
        f"there is no release {text} of {search.package.name}; there are "
        f"{len(search.releases)} from {search.releases[0]} to {search.releases[-1]}"
        f"{f', near it {near}' if near else ''} (pre-releases only if asked for)"
    )


def _with_one(search: Search, end: str, is_oldest: bool) -> tuple[Point, Point]:
    """A named end, and the outermost conclusive release on the other side."""
    at = search.releases.index(end)
    side = [
        release
        for release in search.possible()
        if (search.releases.index(release) > at) == is_oldest
    ]
    return _outermost(search, [end, *side] if is_oldest else [*side, end])


def _outermost(search: Search, releases: Sequence[str]) -> tuple[Point, Point]:
    """The oldest and the newest release that are conclusive."""
    left = list(releases)
    while left:
        old, new = search.look(left[0], left[-1])
        if old.is_conclusive and new.is_conclusive:
            return old, new
        # Whichever end is inconclusive is dropped: a bool is 0 or 1 here.
        left = left[not old.is_conclusive : len(left) - (not new.is_conclusive)]
    reason = "there is none"
    if search.order:
        reason = search.points[search.order[-1]].reason
    raise NothingMeasured(f"none of the releases could be measured; the last: {reason}")


def _ends_agree(search: Search, old: Point, new: Point) -> str:
    words = (
        f"{search.package.name} {old.release} and {new.release} agree: {old.number} at "
        "either end, so there is no change to find between them"
    )
    others = [
        each
        for each in search.points.values()
        if each.is_conclusive and compare_with_ends(each, old, new) is Like.NEITHER
    ]
    if others:
        seen = ", ".join(f"{other.release} ({other.number})" for other in others[:3])
        return f"{words}; but in between {seen} differs: choose the ends yourself"
    return f"{words}; `track` finds changes that were undone again"


# -------------------------------------------------------------------------- search


class ChangePoint(NamedTuple):
    """Where a number changed."""

    releases: Sequence[str]
    """All releases from one end to the other."""
    likes: Mapping[str, Like]
    bracket: Bracket
    old: Point
    """The last release before the change."""
    new: Point
    """The first release after it."""


def find_change(search: Search, old: Point, new: Point) -> ChangePoint:
    """Halve the releases between two ends until the change is between neighbours."""
    releases = search.between(old, new)
    likes = {
        each: compare_with_ends(search.points[each], old, new)
        for each in releases
        if each in search.points
    }
    likes |= {old.release: Like.OLD, new.release: Like.NEW}
    while (bracket := narrow(releases, likes)).middle is not None:
        release = releases[bracket.middle]
        (seen,) = search.look(release)
        likes[release] = compare_with_ends(seen, old, new)
    edge = search.look(releases[bracket.low], releases[bracket.high])
    return ChangePoint(releases, likes, bracket, *edge)
