"""Chooses the steered rounds that find the fewest and the most requests; pure.

The most comes first: each worker in turn runs alone and is offered all that is
declared, so that every worker has shown what it takes before any is believed to take
little. Then the least: one worker takes all that it can, then the next.

If workers can be stopped, two rounds are enough for the least, provided that one order
and its reverse give the same number and all workers are alike; otherwise each worker is
the first once. In one of the two rounds all requests have arrived before a worker runs;
in the other all connections are accepted before any request is sent. By source port,
each worker gets all requests once.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.steering import are_alike
from harness.records.steering import BY_THREADS
from harness.records.steering import Goal
from harness.records.steering import is_conclusive
from harness.records.steering import least_is_guaranteed
from harness.records.steering import least_rounds
from harness.records.steering import ranks
from harness.records.steering import SteeredRound
from harness.records.steering import Steering
from harness.records.steering import TOO_LONG
from harness.records.words import Settled

MOST_STEERED = 512
"""Most requests in a steered round: more would keep workers stopped for too long. On
two processors at a load of 25, one of two tries with 1,200 ended in time."""

TRIES = 2
"""The most times that a steered round is tried until it is conclusive."""

TRIES_REPLACED = 6
"""The same if the server replaces workers meanwhile, as with ``--max-requests``.
Another try costs little compared with the many rounds that would be left to chance."""

REPLACED = "workers were replaced meanwhile"

SEVERAL_SOCKETS = (
    "a process has several listening sockets, among which the kernel chooses"
)
"""Why no order can be chosen, even in a single process: its sockets share a port."""


class Choice(NamedTuple):
    """The workers that share the requests, and how their order can be chosen."""

    workers: tuple[int, ...] = ()
    """Process ids; none if they are unknown."""
    by: Steering | None = None
    """How the order is chosen; ``None`` if there is nothing to choose, or no way."""
    reason: str = ""
    """Why several workers cannot be put into an order; empty if they can."""
    ports: int = 0
    """With source ports: how many are known to lead to each worker."""

    @property
    def is_shared(self) -> bool:
        """Whether processes, threads or listening sockets share the requests."""
        several = self.reason in (SEVERAL_SOCKETS, BY_THREADS)
        return len(self.workers) > 1 or several


class Steer(NamedTuple):
    """A load to offer to the workers in a chosen order."""

    goal: Goal
    order: tuple[int, ...]
    load: int
    """Number of requests: in all for the least, to each worker for the most."""
    opened: bool = False
    """Whether connections are accepted before anything is sent over them."""


def next_steered(
    choice: Choice, load: int, steered: Sequence[SteeredRound]
) -> Steer | None:
    """The steered round to run now; ``None`` when all are done, or one has failed."""
    for step in _planned(choice, load, steered):
        tried = _tried(step, steered)
        if not any(map(is_conclusive, tried)):
            return None if _are_enough(tried) else step
    return None


def obstacle(choice: Choice, load: int, steered: Sequence[SteeredRound]) -> str:
    """Why no order can be chosen, or its result does not count; empty otherwise."""
    if choice.reason or choice.by is None:
        return choice.reason
    if load * len(choice.workers) > MOST_STEERED:
        return "this many requests would keep workers stopped for too long"
    for step in _planned(choice, load, steered):
        tried = _tried(step, steered)
        if _are_enough(tried) and not any(map(is_conclusive, tried)):
            return _fault(tried[-1])
    sent = [round_ for round_ in least_rounds(steered, load) if not round_.opened]
    if choice.by is Steering.STOP and len(sent) >= max(2, len(choice.workers)):
        if not any(round_.alone for round_ in sent):
            return "no worker took a request while it ran alone"
    leasts, alike = least_rounds(steered, load), are_alike(steered)
    all_done = leasts and next_steered(choice, load, steered) is None
    if all_done and not least_is_guaranteed(leasts, alike=alike):
        return "workers that differ share a lock, and not each could be the first"
    return ""


def _are_enough(tried: Sequence[SteeredRound]) -> bool:
    """Whether an inconclusive round has been tried often enough."""
    undisturbed = sum(round_.same_workers for round_ in tried)
    return undisturbed >= TRIES or len(tried) >= TRIES_REPLACED


def _fault(round_: SteeredRound) -> str:
    """Why a steered round is not conclusive."""
    if not round_.same_workers:
        return REPLACED
    if not round_.complete:
        return TOO_LONG
    if Settled.STEADY_COUNT in round_.settled:
        return "the server was never quiet"
    if round_.elsewhere:
        return "source ports did not lead to the same worker again"
    if round_.passed_over:
        return "workers share a lock, and one of them took all requests"
    if round_.stalled or round_.broken:
        return "requests got lost when workers had been stopped"
    return "not all requests got a connection"


def _tried(step: Steer, steered: Sequence[SteeredRound]) -> list[SteeredRound]:
    wanted = (step.goal, ranks(step.order), step.load, step.opened)
    return [
        round_
        for round_ in steered
        if (round_.goal, ranks(round_.workers), round_.load, round_.opened) == wanted
    ]


def _planned(
    choice: Choice, load: int, steered: Sequence[SteeredRound]
) -> Iterator[Steer]:
    order = choice.workers
    yield Steer(Goal.MOST, order, load)
    if load < 2:
        return
    if choice.by is Steering.STOP:
        yield Steer(Goal.LEAST, order, load)
        yield Steer(Goal.LEAST, order[::-1], load, opened=True)
        leasts = least_rounds(steered, load)
        agree = are_alike(steered) and len({round_.admitted for round_ in leasts}) < 2
        if agree and any(round_.alone for round_ in leasts):
            return
        if not all(round_.admitted for round_ in leasts):
            return  # no order admits less than none
    by_stop = choice.by is Steering.STOP
    opened = by_stop and _opened_gives_less(steered, load)
    for number in range(len(order)):
        rotated = order[number:] + order[:number]
        # Each worker goes first once, in the way of arriving that gives less.
        if not by_stop or rotated[0] != order[-1 if opened else 0]:
            yield Steer(Goal.LEAST, rotated, load, opened)


def _opened_gives_less(steered: Sequence[SteeredRound], load: int) -> bool:
    """Whether fewer enter if connections are accepted before anything is sent."""
    least = {True: load, False: load}
    for round_ in least_rounds(steered, load):
        least[round_.opened] = min(least[round_.opened], round_.admitted)
    return least[True] < least[False]
