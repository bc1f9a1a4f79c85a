"""Judges what a deployment promises about its life: ``never-below`` and ``on-term``."""

from __future__ import annotations

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
    if deployment.never_below is not None:
        found = _uneven(deployment.never_below, cell)
        if found := found or _below(deployment.never_below, lasting):
            return found
        wanted = {*deployment.life, *_usual(deployment)} - {Act.END}
        asked = set(deployment.life) - {Act.END}
        if found := _unknown("never-below", lasting, wanted, asked):
            return found
    if deployment.on_term is not None:
        lost = [
            tape for tape in end if tape.known and (tape.lost_in_app or tape.killed)
        ]
        if lost:
            return BrokenPromise(GateFailed, f"on-term: {lost[0].sentence}")
        return _unknown("on-term", end, {Act.END}, {Act.END})
    return None


def _uneven(never_below: int, cell: CellReport) -> BrokenPromise | None:
    """A broken promise if there are too few places even before an act.

    Which worker gets the requests while a tape is made is chance: a tape may show more
    places than there always are.
    """
    if cell.floor is None or cell.floor >= never_below:
        return None
    words = f"never-below: {never_below} asked for, and at times there are {cell.floor}"
    return BrokenPromise(GateFailed, f"{words} also when nothing is done to it")


def _below(never_below: int, tapes: list[Tape]) -> BrokenPromise | None:
    known = [tape for tape in tapes if tape.known]
    lowest = min(known, key=lambda tape: tape.lowest, default=None)
    if lowest is None or lowest.lowest >= never_below:
        return None
    words = f"never-below: {never_below} asked for, and there were {lowest.lowest} "
    return BrokenPromise(GateFailed, f"{words}at the least. {lowest.sentence}")


def _unknown(
    key: str, tapes: list[Tape], wanted: set[Act], asked: set[Act]
) -> BrokenPromise | None:
    """Why a promise cannot be judged, if a wanted act has no tape.

    What a server does not know, such as a signal, is only missed where it was
    ``asked`` for by name.
    """
    for tape in tapes:
        excused = tape.outcome is Outcome.NOT_SUPPORTED and tape.act not in asked
        if not tape.known and not excused:
            return BrokenPromise(NothingMeasured, f"{key}: {tape.sentence}")
    if missing := sorted(wanted - {tape.act for tape in tapes}):
        words = f"{key}: cannot be told: {', '.join(missing)} could not be tried"
        return BrokenPromise(NothingMeasured, words)
    return None
