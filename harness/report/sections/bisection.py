"""The section on a bisection: where a number changed, and the cause."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.changes import Difference
from harness.records.rounds import AdmissionPoint
from harness.records.track import Bisection
from harness.records.track import Side
from harness.records.track import Swap
from harness.report import words
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Section
from harness.report.sections.timeline import gap_text
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Text

POINTS = 8
"""Most offered loads that are shown for each side."""


def section(bisection: Bisection) -> Section:
    """The section: the change as its title, then everything that is known about it."""
    items = Items(tuple(_items(bisection)))
    return Section("the change", headline(bisection), (items,), top=True)


def headline(bisection: Bisection) -> Text:
    """The change as one sentence."""
    new, old = bisection.new, bisection.old
    release = say("{}", new.release)
    if bisection.between:
        release = say("{} to {}", bisection.between[0].releases[0], new.release)
    package = words.package(bisection)
    configuration = words.title(bisection), bisection.configuration
    return say(
        "{} {} (after {}): {} {} went from {} to {}",
        *(package, release, old.release, *configuration, old.said, new.said),
    )


def _items(bisection: Bisection) -> Iterator[Item]:
    yield Item(_tries(bisection))
    yield Item(say("the change: {}", bisection.words))
    for when, side in (("before", bisection.old), ("after", bisection.new)):
        again = say("again: {}", Name(side.reproduce, 400))
        yield Item(say("{}: {}", when, _side(side)), (again,))
    for gap in bisection.between:
        yield Item(say("no result, so the change may be here too: {}", gap_text(gap)))
    for other in bisection.others:
        yield Item(say("not the only change: {}", other))
    versions = _versions(bisection.versions)
    yield Item(say("installed in different versions: {}", versions))
    for swap in bisection.swaps:
        yield Item(_swap(swap, bisection))
    yield Item(say("cause: {}", bisection.cause))


def _tries(bisection: Bisection) -> Text:
    releases = bisection.releases
    fresh = sum(not each.reused for each in bisection.tries)
    tries = joined(", ", (say("{} {}", t.release, t.said) for t in bisection.tries))
    return say(
        "{} of {} releases from {} to {} were measured ({} of them now): {}; a change "
        "that was undone again between two of them would not be noticed",
        *(len(bisection.tries), len(releases), releases[0], releases[-1], fresh, tries),
    )


def _side(side: Side) -> Text:
    where = say("{}: {}", Name(side.cell), side.said)
    if not side.rounds:
        return say("{}: {}", where, side.reason)
    curve = joined(", ", map(_point, side.curve[-POINTS:]))
    return say("{} in {} rounds; offered and admitted {}", where, side.rounds, curve)


def _point(point: AdmissionPoint) -> Text:
    if point.worst == point.best:
        return say("{}: {}", point.offered, point.best)
    return say("{}: {} to {}", point.offered, point.worst, point.best)


def _versions(versions: Sequence[Difference]) -> Text:
    changed = (
        say("{} {} → {}", d.name, d.before or "none", d.now or "none") for d in versions
    )
    return joined(", ", changed) or say("nothing")


def _swap(swap: Swap, bisection: Bisection) -> Text:
    old = swap.on == "old"
    base = bisection.old if old else bisection.new
    packages = joined(
        ", ",
        (
            say("{} {}", p.name, (p.now if old else p.before) or "")
            for p in swap.packages
        ),
    )
    like = {
        "old": f"like {bisection.old.release}",
        "new": f"like {bisection.new.release}",
        "neither": "like neither",
    }.get(swap.like, "which decides nothing")
    why = say_if(swap.reason, ": {}")
    with_these = base.release, packages
    return say("all as with {} but {}: {}, {}{}", *with_these, swap.said, like, why)
