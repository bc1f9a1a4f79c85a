"""Judges what a deployment promises about its life: ``never-below`` and ``on-term``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from harness.deployment.config import Deployment
from harness.records.choices import Act
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import NothingMeasured
from harness.records.life import Tape
from harness.records.report import CellReport
from harness.records.words import Outcome

USUAL_ACTS = (Act.RECYCLE, Act.RELOAD, Act.KILL)
"""What happens to every server sooner or later."""


class BrokenPromise(NamedTuple):
    """A promise that is broken, or may be."""

    error: type[HarnessError]
    reason: str
    """The reason; it begins with the key."""


def acts_of(deployment: Deployment) -> tuple[Act, ...]:
    """The acts that show whether a deployment keeps its promises."""
    acts = [*deployment.life, *_usual(deployment)]
    if deployment.on_term is not None and Act.END not in acts:
        acts.append(Act.END)
    return tuple(acts)


def _usual(deployment: Deployment) -> tuple[Act, ...]:
    """The acts for ``never-below``, also if ``life`` names only the end.

    In the end there are no places, so that says nothing about it.
    """
    named = set(deployment.life) - {Act.END}
    return USUAL_ACTS if deployment.never_below is not None and not named else ()


def broken_promise(deployment: Deployment, cell: CellReport) -> BrokenPromise | None:
    """The first promise about its life that a deployment does not keep."""
    lasting = [tape for tape in cell.tapes if tape.act is not Act.END]
    end = [tape for tape in cell.tapes if tape.act is Act.END]
    broken = chain(_below(deployment, cell, lasting), _lost_in_the_end(deployment, end))
    return next(broken, None)


def _below(
    deployment: Deployment, cell: CellReport, tapes: list[Tape]
) -> Iterator[BrokenPromise]:
    """Why there are, or may be, fewer places than ``never-below``."""
    if (never_below := deployment.never_below) is None:
        return
    words = f"never-below: {never_below} asked for, and"
    # Which worker gets the requests while a tape is made is chance: a tape may show
    # more places than there always are.
    if cell.floor is not None and cell.floor < never_below:
        at_times = f"{words} at times there are {cell.floor}"
        yield BrokenPromise(GateFailed, f"{at_times} also when nothing is done to it")
    known = [tape for tape in tapes if tape.known]
    lowest = min(known, key=lambda tape: tape.lowest, default=None)
    if lowest is not None and lowest.lowest < never_below:
        least = f"{words} there were {lowest.lowest} at the least."
        yield BrokenPromise(GateFailed, f"{least} {lowest.sentence}")
    acts = set(deployment.life) - {Act.END}
    wanted = acts | set(_usual(deployment))
    yield from _unknown("never-below", tapes, wanted, acts)


def _lost_in_the_end(
    deployment: Deployment, tapes: list[Tape]
) -> Iterator[BrokenPromise]:
    """Why requests are, or may be, lost when it ends, against ``on-term``."""
    if deployment.on_term is not None:
        for tape in tapes:
            if tape.known and (tape.lost_in_app or tape.killed):
                yield BrokenPromise(GateFailed, f"on-term: {tape.sentence}")
        yield from _unknown("on-term", tapes, {Act.END}, {Act.END})


def _unknown(
    key: str, tapes: list[Tape], wanted: set[Act], asked: set[Act]
) -> Iterator[BrokenPromise]:
    """Why a promise cannot be judged, if a wanted act has no tape.

    What a server does not know, such as a signal, is only missed where it was
    ``asked`` for by name.
    """
    for tape in tapes:
        excused = tape.outcome is Outcome.NOT_SUPPORTED and tape.act not in asked
        if not tape.known and not excused:
            yield BrokenPromise(NothingMeasured, f"{key}: {tape.sentence}")
    if missing := sorted(wanted - {tape.act for tape in tapes}):
        words = f"{key}: cannot be told: {', '.join(missing)} could not be tried"
        yield BrokenPromise(NothingMeasured, words)
