"""Judges what slow clients take away from others.

An ordinary request is shut out when it waits, is refused or is cut off while the slow
clients are there; everyone is shut out when that holds for all ordinary requests. A
server that lets them in after a while, by a timeout of its own, frees itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

from harness.judge.questions.staying import is_by_chance
from harness.judge.questions.staying import may_wait_from
from harness.judge.questions.staying import shut_out
from harness.judge.questions.staying import waits_from
from harness.records.evidence import CellEvidence
from harness.records.groups import grouped
from harness.records.numbers import sum_up_cell
from harness.records.questions import Answer
from harness.records.rounds import load_of
from harness.records.slow_clients import SilentSeen
from harness.records.slow_clients import Slow
from harness.records.slow_clients import SlowStep
from harness.records.slow_clients import SlowWay
from harness.records.staying import least_shut_out
from harness.records.steering import Goal
from harness.records.text import capital
from harness.records.text import listed

SENDING = {
    SlowWay.SILENT: "nothing",
    SlowWay.HALF_HEADER: "half a header",
    SlowWay.HALF_BODY: "half a body",
}
DOING = {
    SlowWay.READS_NOTHING: "reading nothing of a large answer",
    SlowWay.IDLE: "keeping an idle connection",
}


EACH = "a slot each"


class Effect(NamedTuple):
    """The effect of one way of being slow; ways with the same effect are grouped."""

    shut_out_by: int
    """The fewest slow clients that shut everyone out; zero if none did."""
    frees_itself: bool
    served_again: bool
    """Whether waiting requests were served once the slow clients had left."""
    taken: str
    """What the slow clients took if they shut nobody out."""
    chance: bool
    """Whether chance decided which worker got what, and the workers differ."""
    waits_from: int
    """The fewest slow clients that can fill one worker, so that a request that reaches
    it waits; zero if that takes as many as shutting everyone out."""


def answer(seen: SilentSeen, cell: CellEvidence) -> Answer:
    """Whether slow clients shut everyone out; the number is how few of them do."""
    if not seen.ways or not all(slow.steps[0].admitted for slow in seen.ways):
        return seen.unknown("without slow clients none got in")
    steps = [step for slow in seen.ways for step in slow.steps]
    if any(step.is_in_doubt for step in steps):
        return seen.not_quiet()
    by_effect = grouped(seen.ways, lambda slow: _effect(slow, cell))
    worst_first = sorted(by_effect, key=_severity)
    sentences = [
        _sentence(each, by_effect[each], seen.watched_seconds) for each in worst_first
    ]
    worst = worst_first[0]
    number = worst.shut_out_by or None
    return seen.answer(_in_short(worst, by_effect[worst]), " ".join(sentences), number)


def _severity(effect: Effect) -> tuple[bool, bool, int]:
    """Sort key: what shuts everyone out comes first, with the fewest clients."""
    return not effect.shut_out_by, effect.frees_itself, effect.shut_out_by


def _effect(slow: Slow, cell: CellEvidence) -> Effect:
    steps = [step for step in slow.steps[1:] if step.order is not Goal.LEAST]
    worst = min(
        (step for step in steps if not step.admitted),
        key=lambda step: step.clients,
        default=None,
    )
    number = worst.clients if worst else 0
    known = sum_up_cell(cell, load_of(cell.declaration.declared, 1))
    return Effect(
        shut_out_by=number,
        frees_itself=any(step.freed for step in slow.steps),
        served_again=all(step.answered == step.offered for step in slow.steps),
        taken=_taken(slow.steps[0], steps, number, cell),
        chance=is_by_chance(known, worst),
        waits_from=waits_from(slow.steps, worst) or 0,
    )


def _taken(
    alone: SlowStep, steps: Sequence[SlowStep], shut_out_by: int, cell: CellEvidence
) -> str:
    """What slow clients took, if they shut nobody out, in words."""
    slots = alone.admitted
    seen = [(step.clients, step.admitted) for step in steps if step.admitted]
    if any(step.order for step in steps):
        # The ordinary requests reached one worker first, which accepts more than it has
        # slots for: only the last slot can be counted on.
        known = sum_up_cell(cell, load_of(cell.declaration.declared, 1))
        if shut_out_by == known.ceiling:
            return EACH
    elif shut_out_by in (0, slots) and all(got == slots - n for n, got in seen):
        return EACH
    # If the same load is not admitted every time, a lower number may have other
    # reasons.
    least = [round_.admitted for round_ in cell.all_rounds if round_.waiting]
    if any(got < min((slots, *least)) for _, got in seen):
        return "some slots"
    closed = all(step.closed == step.clients for step in (alone, *steps))
    return "no slot: the server closes it" if closed else "no slot"


# --------------------------------------------------------------------------- in words


def _in_short(effect: Effect, ways: Sequence[Slow]) -> str:
    if not effect.shut_out_by:
        most = max(step.clients for way in ways for step in way.steps)
        return f"{most} leave room"
    after = _after(ways) if effect.frees_itself else ""
    number = shut_out(effect.shut_out_by)
    return least_shut_out(number, after, effect.chance, effect.waits_from)


def _doing(ways: Sequence[Slow]) -> str:
    sending = [SENDING[slow.way] for slow in ways if slow.way in SENDING]
    doing = [DOING[slow.way] for slow in ways if slow.way in DOING]
    sent = [f"sending {listed(sending, 'or')}"] if sending else []
    return listed([*sent, *doing], "or")


def _sentence(effect: Effect, ways: Sequence[Slow], watched: float) -> str:
    clients = f"clients {_doing(ways)}"
    if not effect.shut_out_by:
        return f"{capital(clients)} take {effect.taken}."
    until = (
        f"until the server frees itself, after {_after(ways)}"
        if effect.frees_itself
        else f"for at least the {watched:g} s that the server was watched"
    )
    again = (
        "" if effect.served_again else "; waiting requests are not served afterwards"
    )
    number, after = effect.shut_out_by, _which_worker(effect)
    if effect.taken == EACH:
        return (
            f"{capital(clients)} take {EACH}: as many as there are slots shut everyone "
            f"out {until}{again}.{after}"
        )
    return f"{number} {clients} shut everyone out {until}{again}.{after}"


def _which_worker(effect: Effect) -> str:
    """A sentence if the result depends on which worker gets what; else empty."""
    if effect.waits_from:
        return f" {may_wait_from(effect.waits_from)}"
    if effect.chance:
        return (
            " Several workers share the load by chance, so the number may differ next "
            "time."
        )
    return ""


def _after(ways: Sequence[Slow]) -> str:
    """How long a server took to free itself, in words."""
    seconds = [step.freed.seconds for way in ways for step in way.steps if step.freed]
    least, most = round(min(seconds)), round(max(seconds))
    return f"{least} s" if least == most else f"{least} to {most} s"
