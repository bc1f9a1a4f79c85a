"""Knows how a bisection is told; must not find any of it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records.changes import Difference
from harness.records.rounds import AdmissionPoint
from harness.records.track import Bisection
from harness.records.track import Side
from harness.records.track import Swap
from harness.records.track import Try
from harness.report import words as legend
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.escape import terminal as safe
from harness.report.sections.changes import Word
from harness.report.sections.timeline import span_of

POINTS = 8
"""Offered loads that are told of each side."""


def headline(found: Bisection, word: Word = str) -> str:
    """What was found, as one sentence."""
    package = "Flask" if found.package == "Flask" else legend.title(found)
    where = f"{word(package)} {word(found.new.release)}"
    if found.between:
        first = found.between[0].releases[0]
        where = f"{word(package)} {word(first)} to {word(found.new.release)}"
    return (
        f"{where} (after {word(found.old.release)}): "
        f"{word(legend.title(found))} {word(found.configuration)} went from "
        f"{word(found.old.said)} to {word(found.new.said)}"
    )


def plain(found: Bisection) -> str:
    """A bisection as lines."""
    return "\n".join(_lines(found, safe, safe, "  ")) + "\n"


def render(found: Bisection) -> str:
    """A bisection as a page."""
    head, *rest = _lines(found, prose, code, "- ")
    return "\n".join([f"## {head}", "", *rest]) + "\n"


def _lines(found: Bisection, word: Word, name: Word, item: str) -> Iterator[str]:
    yield headline(found, word)
    yield f"{item}{_looked(found, word)}"
    yield f"{item}the change: {word(found.words)}"
    for which, side in (("before", found.old), ("after", found.new)):
        yield f"{item}{which}: {_side(side, word, name)}"
        yield f"{item}  again: {name(side.reproduce)}"
    for gap in found.between:
        releases = span_of(gap.releases, word)
        yield (
            f"{item}in between, not told, so it may be in any of these: {releases}: "
            f"{gap.outcome}: {word(gap.reason)}"
        )
    for other in found.others:
        yield f"{item}not the only change: {word(other)}"
    yield f"{item}installed in another version: {_versions(found.versions, word)}"
    for swap in found.swaps:
        yield f"{item}{_swap(swap, found, word)}"
    yield f"{item}cause: {word(found.cause)}"


def _looked(found: Bisection, word: Word) -> str:
    fresh = sum(not each.reused for each in found.tries)
    total = len(found.releases)
    tries = ", ".join(_try(each, word) for each in found.tries)
    return (
        f"{len(found.tries)} of {total} releases from {word(found.releases[0])} to "
        f"{word(found.releases[-1])} were looked at ({fresh} of them measured now): "
        f"{tries}; what changed and was undone among the others is not seen"
    )


def _try(tried: Try, word: Word) -> str:
    return f"{word(tried.release)} {word(tried.said)}"


def _side(side: Side, word: Word, name: Word) -> str:
    where = f"{name(side.cell)}: {word(side.said)}"
    if not side.rounds:
        return f"{where}: {word(side.reason)}"
    return f"{where} in {side.rounds} rounds; {_curve(side.curve)}"


def _curve(curve: tuple[AdmissionPoint, ...]) -> str:
    told = [f"{p.offered}: {_admitted(p)}" for p in curve[-POINTS:]]
    return f"offered and admitted {', '.join(told)}"


def _admitted(point: AdmissionPoint) -> str:
    if point.worst == point.best:
        return f"{point.best}"
    return f"{point.worst} to {point.best}"


def _versions(versions: tuple[Difference, ...], word: Word) -> str:
    told = [
        f"{word(d.name)} {word(d.before or 'none')} → {word(d.now or 'none')}"
        for d in versions
    ]
    return ", ".join(told) or "nothing"


def _swap(swap: Swap, found: Bisection, word: Word) -> str:
    here = found.old if swap.on == "old" else found.new
    packages = ", ".join(
        f"{word(d.name)} {word((d.now if swap.on == 'old' else d.before) or '')}"
        for d in swap.packages
    )
    like = {
        "old": f"like {word(found.old.release)}",
        "new": f"like {word(found.new.release)}",
        "neither": "like neither",
    }
    came = like.get(swap.like, "which tells nothing")
    why = f": {word(swap.reason)}" if swap.reason else ""
    what = f"all as with {word(here.release)} but {packages}"
    return f"{what}: {word(swap.said)}, {came}{why}"
