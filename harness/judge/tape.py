"""Judges tapes: how many slots a server had at every moment during an act.

While others wait, each request in the app is a slot. When a request leaves, its slot is
missing for an instant until the next one enters: a *blink*. So slots that are missing
for less than a blink are not counted as missing. A blink is twice as long as the
longest hand-off before the act, or the longest hold-up of the harness. In mathematical
morphology this is a closing of the curve by that length (J. Serra, *Image Analysis and
Mathematical Morphology*, 1982).

A slot also counts while its process is about to take the next request but has to wait
for a processor: that is the machine's fault.
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import accumulate
from itertools import groupby
from typing import NamedTuple

from harness.records.life import SlowHandOff
from harness.records.life import TapePoint
from harness.records.life import TapeSeen

SHORTEST_BLINK = 0.15
"""Seconds. On an idle machine, hand-offs are shorter."""

LONGEST_BLINK = 0.8
"""Seconds. If a blink would have to be longer, the answer is unknown."""

HOLD_UPS = 2
"""Length of a blink, in longest hand-offs or hold-ups of the harness."""

STARVED_SHARE = 0.5
"""A process is starved if it waits for a processor for this share of the time."""

BEFORE = -1.0
"""Where a tape begins, in seconds after the act: before it."""


class Step(NamedTuple):
    """A number that holds from a moment on."""

    at: float
    number: int


def blink_of(seen: TapeSeen) -> float:
    """How long slots must be missing to count as missing, in seconds."""
    longest = max(seen.hand_off_seconds, seen.lag_seconds)
    return max(SHORTEST_BLINK, HOLD_UPS * longest)


def closed(steps: Sequence[Step], end: float, length: float) -> list[Step]:
    """The curve with every dip shorter than ``length`` filled."""
    gaps: list[tuple[float, float]] = []
    for level in range(1, max((step.number for step in steps), default=0) + 1):
        gaps += _gaps(steps, end, level, length)
    if not steps:
        return []
    most = max(step.number for step in steps)
    moments = sorted({steps[0].at, *(edge for gap in gaps for edge in gap)})
    filled = [
        Step(at, most - sum(begun <= at < ended for begun, ended in gaps))
        for at in moments
        if at < end
    ]
    return [next(same) for _, same in groupby(filled, key=lambda step: step.number)]


def _gaps(
    steps: Sequence[Step], end: float, level: int, length: float
) -> Iterator[tuple[float, float]]:
    """The times when the curve is below a level for at least ``length``."""
    begun: float | None = None
    for step in (*steps, Step(end, level)):
        if step.number < level and begun is None:
            begun = step.at
        elif step.number >= level and begun is not None:
            if step.at - begun >= length:
                yield begun, step.at
            begun = None


def points_of(seen: TapeSeen, blink: float) -> tuple[TapePoint, ...]:
    """The tape from a second before the act to the end of the watch."""
    moments = list(zip(seen.at_ms, seen.old, seen.new, strict=False))
    end = seen.watched_seconds
    starved = [each for each in seen.slow if _is_starved(each)]
    later = {lane.process for lane in seen.lanes if lane.first >= 0}
    held = [Step(at / 1000, old + new) for at, old, new in moments]
    fresh = [Step(at / 1000, new) for at, _, new in moments]
    total = closed(_with(held, starved), end, blink)
    # A process that only waits for a processor still has its slot.
    fresh = closed(
        _with(fresh, [each for each in starved if each.process in later]), end, blink
    )
    edges = sorted({BEFORE, *(s.at for s in total), *(s.at for s in fresh)})
    edges = [edge for edge in edges if edge >= BEFORE]
    points: list[TapePoint] = []
    for at, slots, new in zip(
        edges, numbers_at(total, edges), numbers_at(fresh, edges), strict=True
    ):
        new = min(new, slots)
        if not points or (points[-1].old, points[-1].new) != (slots - new, new):
            points.append(TapePoint(at=at, old=slots - new, new=new))
    return tuple(points)


def _is_starved(slow: SlowHandOff) -> bool:
    """Whether a process waited for a processor most of the time."""
    return slow.waited >= STARVED_SHARE * (slow.end - slow.begin)


def _with(steps: Sequence[Step], starved: Sequence[SlowHandOff]) -> list[Step]:
    """The curve with one more slot while a process waited for a processor."""
    edges = [(each.begin, 1) for each in starved] + [(e.end, -1) for e in starved]
    edges.sort()
    sums = accumulate(by for _, by in edges)
    more = [Step(at, by) for (at, _), by in zip(edges, sums, strict=True)]
    moments = sorted({*(step.at for step in steps), *(step.at for step in more)})
    numbers = zip(numbers_at(steps, moments), numbers_at(more, moments), strict=True)
    return [Step(at, sum(both)) for at, both in zip(moments, numbers, strict=True)]


def numbers_at(steps: Sequence[Step], moments: Iterable[float]) -> Iterator[int]:
    """The number at each moment, all in order of time; 0 before the first step."""
    number = passed = 0
    for moment in moments:
        while passed < len(steps) and steps[passed].at <= moment:
            number = steps[passed].number
            passed += 1
        yield number


def depth(points: Sequence[TapePoint], begin: float, end: float) -> tuple[int, float]:
    """The least slots of a tape between two moments, and for how many seconds."""
    spans = _spans(points, begin, end)
    lowest = min((slots for slots, _ in spans), default=0)
    return lowest, sum(long for slots, long in spans if slots == lowest)


def median(points: Sequence[TapePoint], begin: float, end: float) -> int:
    """The median number of slots over time."""
    spans = sorted(_spans(points, begin, end))
    half = sum(seconds for _, seconds in spans) / 2
    for slots, seconds in spans:
        half -= seconds
        if half <= 0:
            return slots
    return 0


def longest_dip(
    points: Sequence[TapePoint], below: int, begin: float, end: float
) -> float:
    """The longest time with fewer slots than ``below``, in seconds."""
    longest = running = 0.0
    for slots, seconds in _spans(points, begin, end):
        running = running + seconds if slots < below else 0.0
        longest = max(longest, running)
    return longest


def _spans(
    points: Sequence[TapePoint], begin: float, end: float
) -> list[tuple[int, float]]:
    """Numbers of slots and their durations in seconds, in order."""
    edges = [*(point.at for point in points[1:]), end][: len(points)]
    spans = [
        (point.old + point.new, min(edge, end) - max(point.at, begin))
        for point, edge in zip(points, edges, strict=True)
    ]
    return [(slots, seconds) for slots, seconds in spans if seconds > 0]
