"""Knows how the release is found in which a number changed, with as few measurements as
that takes; must not know how a release is measured.

Rule 1: of two ends that differ, the release in the middle is looked at next, so that
each look halves what is left. One that cannot be measured is passed over for the next
to it. Rule 2: what was not looked at is not known: a change that was undone in between
is told where it was seen, and its possibility where it was not.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from harness.judge.difference import in_words
from harness.records.changes import Difference
from harness.records.track import Swap
from harness.track.timeline import alike
from harness.track.timeline import compared
from harness.track.timeline import Point

CAUSES = ("Flask", "Werkzeug")
"""Packages that are swapped by themselves, and the server; all others together."""


class Like(StrEnum):
    """Which of two ends a release is like."""

    OLD = "old"
    NEW = "new"
    NEITHER = "neither"
    UNTOLD = ""
    """It cannot be measured, or could be like either."""


class Search(NamedTuple):
    """How far a search is."""

    low: int
    """The newest release that is known to be like the old end."""
    high: int
    """The oldest that is known not to be."""
    wanted: int | None
    """The next to look at; nothing when there is none left between the two."""


def search(releases: Sequence[str], known: Mapping[str, Like]) -> Search:
    """How far what is known leads; both ends are the first and the last release."""
    low, high = 0, len(releases) - 1
    while True:
        middle = (low + high) / 2
        left = [
            n for n in range(low + 1, high) if known.get(releases[n]) is not Like.UNTOLD
        ]
        if not left:
            return Search(low, high, None)
        nearest = min(left, key=lambda n: (abs(n - middle), n))
        if releases[nearest] not in known:
            return Search(low, high, nearest)
        if known[releases[nearest]] is Like.OLD:
            low = nearest
        else:
            high = nearest


def which(point: Point, old: Point, new: Point) -> Like:
    """Which end a release is like, by the rule that reports are compared with."""
    if not point.tells:
        return Like.UNTOLD
    findings = compared([(old, point), (point, new)])
    like_old = alike(findings[0], old, point)
    like_new = alike(findings[1], point, new)
    if like_old and like_new:
        return Like.UNTOLD
    if like_old or like_new:
        return Like.OLD if like_old else Like.NEW
    return Like.NEITHER


def differ(old: Point, new: Point) -> bool:
    """Whether there is anything to find between two ends."""
    (finding,) = compared([(old, new)])
    return not alike(finding, old, new)


def others(
    releases: Sequence[str], known: Mapping[str, Like], found: Search
) -> Iterator[str]:
    """What speaks against the change that was found being the only one."""
    if known[releases[found.high]] is Like.NEITHER:
        yield (
            f"{releases[found.high]} is not like {releases[-1]} either: the number "
            "changes again after it"
        )
    for number, release in enumerate(releases):
        like = known.get(release)
        if number < found.low and like in (Like.NEW, Like.NEITHER):
            yield f"{release} is not like {releases[0]}, though {_low(releases, found)}"
        if number > found.high and like is Like.OLD:
            yield f"{release} is like {releases[0]} again"


def _low(releases: Sequence[str], found: Search) -> str:
    return f"{releases[found.low]} after it is"


# ---------------------------------------------------------------------------- causes


def groups(
    versions: Sequence[Difference], project: str, name: str
) -> list[tuple[Difference, ...]]:
    """What is swapped at a time: Flask, Werkzeug, the server, and all others at once.

    The server has a project on the index, and a name in the catalog, which may be
    another one. What only one side has cannot be swapped.
    """
    alias = name if name != project else ""
    both = [d for d in versions if d.before and d.now and d.name != alias]
    named = [each for each in both if each.name in (*CAUSES, project)]
    rest = tuple(each for each in both if each not in named and each.name != "Python")
    return [*((each,) for each in named), *([rest] if rest else [])]


def cause(parts: Sequence[tuple[Difference, ...]], swaps: Sequence[Swap]) -> str:
    """One sentence: what a change comes from, as far as swaps tell."""
    if not parts:
        return "Nothing that could be swapped differs between the two."
    if len(parts) == 1:
        return f"It comes from {names(parts[0])}: nothing else differs."
    alone = [p for p in parts if _like(swaps, p, "old") == Like.NEW]
    undone = [p for p in parts if _like(swaps, p, "new") == Like.OLD]
    if len(alone) == 1 and undone in ([], alone):
        more = ", and taken back it undoes it" if undone else ""
        return f"It comes from {names(alone[0])}: alone it makes the change{more}."
    if not alone and len(undone) == 1:
        return (
            f"It takes {names(undone[0])}: taken back it undoes the change, and alone "
            "it could not be seen to make it."
        )
    if alone:
        several = " and ".join(map(names, alone))
        return f"Each of {several} makes the change alone."
    return "No single one makes the change: the swaps say of each what came of it."


def _like(swaps: Sequence[Swap], part: tuple[Difference, ...], on: str) -> str:
    return next((s.like for s in swaps if s.packages == part and s.on == on), "")


def names(part: Sequence[Difference]) -> str:
    """The packages of a swap."""
    return ", ".join(each.name for each in part)


def told(point: Point) -> str:
    """The number of a release, or what happened instead."""
    return in_words(point.cell)
