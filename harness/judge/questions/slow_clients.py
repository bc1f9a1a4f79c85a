"""What slow clients take away from others.

An ordinary request is shut out when it waits, is refused or is cut off while the slow
clients are there; everyone is, when that holds for all ordinary requests. A server that
lets them in after a while, by a timeout of its own, frees itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.evidence import CellEvidence
from harness.records.questions import Answer
from harness.records.questions import NOT_QUIET
from harness.records.questions import UNKNOWN
from harness.records.seen import SilentSeen
from harness.records.seen import Slow
from harness.records.seen import SlowStep
from harness.records.seen import SlowWay
from harness.records.text import listed
from harness.records.words import Settled

SENDING = {
    SlowWay.SILENT: "nothing",
    SlowWay.HALF_HEADER: "half a header",
    SlowWay.HALF_BODY: "half a body",
}
DOING = {
    SlowWay.READS_NOTHING: "reading nothing of a large answer",
    SlowWay.IDLE: "keeping an idle connection",
}


EACH = "a place each"


class Effect(NamedTuple):
    """The effect of one way of being slow; ways with the same effect are grouped."""

    shut_out_by: int
    """The least number with which everyone was shut out; zero for none."""
    frees_itself: bool
    served_again: bool
    """Whether what waited was served once the slow clients had left."""
    taken: str
    """What those took that shut nobody out."""


def answer(seen: SilentSeen, cell: CellEvidence) -> Answer:
    """Whether slow clients shut everyone out; the number is how few of them do."""
    if not seen.ways or not all(slow.steps[0].admitted for slow in seen.ways):
        return seen.unknown("without slow clients none got in")
    steps = [step for slow in seen.ways for step in slow.steps]
    if any(_on_their_way(step) for step in steps):
        return seen.answer(UNKNOWN, NOT_QUIET)
    by_effect: dict[Effect, list[Slow]] = defaultdict(list)
    for slow in seen.ways:
        by_effect[_effect(slow, cell)].append(slow)
    worst_first = sorted(by_effect, key=_severity)
    sentences = [
        _sentence(each, by_effect[each], seen.watched_seconds) for each in worst_first
    ]
    worst = worst_first[0]
    number = worst.shut_out_by or None
    return seen.answer(_in_short(worst, by_effect[worst]), " ".join(sentences), number)


def _on_their_way(step: SlowStep) -> bool:
    """Whether requests that were counted as shut out may just have been late."""
    return step.waiting > 0 and step.settled is Settled.STEADY_COUNT


def _severity(effect: Effect) -> tuple[bool, bool, int]:
    """Sort key: effects that shut everyone out first, then those of few clients."""
    return not effect.shut_out_by, effect.frees_itself, effect.shut_out_by


def _effect(slow: Slow, cell: CellEvidence) -> Effect:
    shut = [step.clients for step in slow.steps[1:] if not step.admitted]
    number = min(shut, default=0)
    return Effect(
        shut_out_by=number,
        frees_itself=any(step.freed for step in slow.steps),
        served_again=all(step.answered == step.offered for step in slow.steps),
        taken=_taken(slow, number, cell),
    )


def _taken(slow: Slow, shut_out_by: int, cell: CellEvidence) -> str:
    """What slow clients took that shut nobody out."""
    places = slow.steps[0].admitted
    seen = [(step.clients, step.admitted) for step in slow.steps if step.admitted]
    if shut_out_by in (0, places) and all(got == places - n for n, got in seen):
        return EACH
    # Where the same load is not admitted every time, fewer may have other reasons.
    floor = min((each.admitted for each in cell.rounds if each.waiting), default=places)
    if any(got < min(places, floor) for _, got in seen):
        return "some places"
    closed = all(step.closed == step.clients for step in slow.steps)
    return "no place: the server closes it" if closed else "no place"


# --------------------------------------------------------------------------- in words


def _in_short(effect: Effect, ways: Sequence[Slow]) -> str:
    if not effect.shut_out_by:
        return f"not by {max(step.clients for way in ways for step in way.steps)}"
    until = f" for {_after(ways)}" if effect.frees_itself else ""
    return f"shut out by {effect.shut_out_by}{until}"


def _doing(ways: Sequence[Slow]) -> str:
    sending = [SENDING[slow.way] for slow in ways if slow.way in SENDING]
    doing = [DOING[slow.way] for slow in ways if slow.way in DOING]
    sent = [f"sending {listed(sending, 'or')}"] if sending else []
    return listed([*sent, *doing], "or")


def _sentence(effect: Effect, ways: Sequence[Slow], watched: float) -> str:
    clients = f"lients {_doing(ways)}"
    if not effect.shut_out_by:
        return f"C{clients} take {effect.taken}."
    until = (
        f"until the server frees itself, after {_after(ways)}"
        if effect.frees_itself
        else f"for at least the {watched:g} s that it was watched"
    )
    again = "" if effect.served_again else ", and what waited is not served afterwards"
    if effect.taken == EACH:
        return (
            f"C{clients} take {EACH}: as many as there are places shut everyone out "
            f"{until}{again}."
        )
    number = effect.shut_out_by
    return f"{number} c{clients} shut everyone out {until}{again}."


def _after(ways: Sequence[Slow]) -> str:
    """How long a server took to free itself."""
    seconds = [step.freed.seconds for way in ways for step in way.steps if step.freed]
    least, most = round(min(seconds)), round(max(seconds))
    return f"{least} s" if least == most else f"{least} to {most} s"
