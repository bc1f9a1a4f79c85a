"""Made-up rounds of a server whose workers are known."""

from collections.abc import Sequence
from typing import Any

import msgspec

from harness.probe.orders import Steer
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.steering import Goal
from harness.records.steering import SteeredRound
from harness.records.steering import Steering
from harness.records.words import Settled
from tests.samples.make import offer


def seen(offered: int, admitted: int, **other: Any) -> Round:
    """An ordinary round without any failure."""
    fields = {"settled": Settled.SCHEDSTAT, "entered_on_release": None, **other}
    return offer(offered, admitted, (1, admitted), **fields)


def steered(
    goal: Goal,
    order: Sequence[int],
    load: int,
    after: Sequence[int],
    by: Steering = Steering.STOP,
    **other: Any,
) -> SteeredRound:
    """A steered round without any failure."""
    offered = load * (len(order) if goal is Goal.MOST else 1)
    done = SteeredRound(
        goal=goal,
        by=by,
        workers=tuple(order),
        load=load,
        asked=offered,
        offered=offered,
        after=tuple(after),
        alone=after[0] if goal is Goal.LEAST else 0,
        admitted=after[-1],
        waiting=offered - after[-1],
        processes=len(order),
        threads=after[0],
        settled=(Settled.SCHEDSTAT,) * len(after),
        account=Account(answered=offered),
    )
    return msgspec.structs.replace(done, **other)


def chosen(workers: int, threads: int, least: int) -> dict[str, Any]:
    """The fields of a steered cell whose workers run ``threads`` requests each."""
    load, order = workers * threads, tuple(range(4711, 4711 + workers))
    full = [threads * (number + 1) for number in range(workers)]
    lower = [min(each, least) for each in full]
    rounds = (
        steered(Goal.MOST, order, load, [*full, load]),
        steered(Goal.LEAST, order, load, lower),
        steered(Goal.LEAST, order[::-1], load, lower),
    )
    return {"steered": rounds, "workers": workers}


def run_steered(step: Steer, threads: int, spare: int, **other: Any) -> SteeredRound:
    """The round that a step gives if each worker runs ``threads`` requests.

    Each worker takes ``spare`` more from the queue without running them.
    """
    running = taken = 0
    after = []
    if step.goal is Goal.MOST:
        after = [min(threads, step.load) * (n + 1) for n in range(len(step.order))]
        return steered(step.goal, step.order, step.load, after, **other)
    other = {"opened": step.opened, **other}
    for _ in step.order:
        takes = min(threads + spare, step.load - taken)
        taken += takes
        running += min(threads, takes)
        after.append(running)
    return steered(step.goal, step.order, step.load, after, **other)
