"""The bracket of a bisection: the two releases that a change lies between.

The release in the middle of the bracket is looked at next, so that each look halves it.
A release that cannot be measured is passed over for the one next to it.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from harness.track.point import compare_points
from harness.track.point import is_same
from harness.track.point import Point


class Like(StrEnum):
    """Which end of a search a release resembles."""

    OLD = "old"
    NEW = "new"
    NEITHER = "neither"
    UNKNOWN = ""
    """The release cannot be measured, or may be like either end."""


class Bracket(NamedTuple):
    """The two releases that a change lies between, as indexes of all releases."""

    low: int
    """The newest release that is known to be like the old end."""
    high: int
    """The oldest release after ``low`` that is known to differ from the old end."""
    middle: int | None
    """The next release to look at; ``None`` if none is left between the two."""


def narrow(releases: Sequence[str], likes: Mapping[str, Like]) -> Bracket:
    """Narrow the bracket as far as known releases allow.

    It begins as the first and the last release.
    """
    low, high = 0, len(releases) - 1
    while True:
        middle = (low + high) / 2
        left = [
            n
            for n in range(low + 1, high)
            if likes.get(releases[n]) is not Like.UNKNOWN
        ]
        if not left:
            return Bracket(low, high, None)
        nearest = min(left, key=lambda n: (abs(n - middle), n))
        if releases[nearest] not in likes:
            return Bracket(low, high, nearest)
        if likes[releases[nearest]] is Like.OLD:
            low = nearest
        else:
            high = nearest


def compare_with_ends(point: Point, old: Point, new: Point) -> Like:
    """Which end a release resembles, by the rule for comparing reports."""
    if not point.is_conclusive:
        return Like.UNKNOWN
    findings = compare_points([(old, point), (point, new)])
    like_old = is_same(findings[0], old, point)
    like_new = is_same(findings[1], point, new)
    if like_old and like_new:
        return Like.UNKNOWN
    if like_old or like_new:
        return Like.OLD if like_old else Like.NEW
    return Like.NEITHER


def differ(old: Point, new: Point) -> bool:
    """Whether two ends differ, so that there is a change between them."""
    (finding,) = compare_points([(old, new)])
    return not is_same(finding, old, new)
