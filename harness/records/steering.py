"""Records of rounds in which the order of a server's workers is chosen.

Order decides which of several workers accepts the next request: the order in which the
scheduler runs them or, if each worker has its own listening socket, the source ports of
the connections. Both can be chosen.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from enum import StrEnum

from harness.records.rounds import Account
from harness.records.words import Count
from harness.records.words import Result
from harness.records.words import Settled

TOO_LONG = "a worker would have been stopped for too long"
"""Why the order was not chosen if this machine was too slow for it."""

BY_THREADS = (
    "several threads of a process accept connections before they can serve them, and "
    "a thread cannot be stopped alone"
)
"""Why it is unknown, even in a single process, which thread gets a request."""


class Steering(StrEnum):
    """How the order was chosen."""

    STOP = "stop"
    """The other workers were stopped meanwhile (SIGSTOP, SIGCONT)."""
    PORT = "port"
    """By source ports: the kernel's hash leads each port to one worker."""


class Goal(StrEnum):
    """What a steered round is to find."""

    LEAST = "least"
    """Find the least in the app: the first worker takes all that it can, then the
    next."""
    MOST = "most"
    """Find the most in the app: each worker is offered all requests."""


class SteeredRound(Result, frozen=True, kw_only=True):
    """A load offered to the workers of a server in a chosen order."""

    goal: Goal
    by: Steering
    workers: tuple[int, ...]
    """Process ids of all workers, in the order in which requests could reach them."""
    load: Count
    """Requests offered: in all for the least, to each worker for the most."""
    asked: Count
    offered: Count
    """Requests sent whole on an open connection."""
    opened: bool = False
    """For the least: whether all connections were accepted before anything was sent
    over them; otherwise all was sent before the first one was accepted."""
    after: tuple[Count, ...]
    """How many were in the app after each step; in the last step all workers run."""
    alone: Count = 0
    """For the least: how many the first worker took while it ran alone. If it took
    none, because another one holds a lock, the next worker takes its place."""
    admitted: Count
    """Requests in the app at the end."""
    waiting: Count
    """Requests that were offered and neither in the app nor ended at that moment."""
    late: Count = 0
    """How many of the admitted entered only while the server was watched for longer."""
    elsewhere: Count = 0
    """Requests held by a worker that their source port does not lead to."""
    processes: Count
    threads: Count
    settled: tuple[Settled, ...]
    """How it was known after each step that no more would enter."""
    stopped_seconds: tuple[float, ...] = ()
    """The longest time that each worker was stopped, in the order of ``workers``."""
    shares: tuple[Count, ...] = ()
    """For the most: how many each worker held in the end, in the order of
    ``workers``."""
    takers: tuple[int, ...] | None = None
    """By stopping: workers that took requests in their turn, in that order. A worker
    that is kept out by a lock takes none. Null in evidence of older releases."""
    passed_over: int = 0
    """For the most: workers that took none in their turn and may have room, because
    others had accepted all waiting requests."""
    complete: bool = True
    """Whether the round ended before a worker had been stopped for too long."""
    same_workers: bool = True
    """Whether the workers were the same in the end."""
    broken: Count = 0
    stalled: Count = 0
    strays: Count = 0
    account: Account


def is_conclusive(round_: SteeredRound) -> bool:
    """Whether a round kept the chosen order and each step ended with a quiet server."""
    return (
        round_.complete
        and round_.same_workers
        and round_.asked == round_.offered
        and Settled.STEADY_COUNT not in round_.settled
        and not (
            round_.broken or round_.elsewhere or round_.passed_over or _lost(round_)
        )
    )


def _lost(round_: SteeredRound) -> bool:
    """Whether requests stalled that a stopped worker may have accepted.

    If all were sent after the last worker was resumed, the server itself lost them.
    """
    return round_.stalled > 0 and not round_.opened


def ranks(order: Sequence[int]) -> tuple[int, ...]:
    """The order of workers by rank: 0 for the process that was started first.

    Ranks make the orders of two servers comparable, where process ids are not.
    """
    started = sorted(order)
    return tuple(started.index(worker) for worker in order)


def least_rounds(steered: Iterable[SteeredRound], load: int) -> list[SteeredRound]:
    """Conclusive rounds that looked for the fewest admitted of ``load``."""
    return [
        round_
        for round_ in steered
        if round_.goal is Goal.LEAST and round_.load == load and is_conclusive(round_)
    ]


def are_alike(steered: Iterable[SteeredRound]) -> bool:
    """Whether each worker held as many as any other when all were full.

    True if that was not tried, as in evidence of older releases.
    """
    return all(len(set(round_.shares)) < 2 for round_ in most_rounds(steered))


def least_is_guaranteed(rounds: Sequence[SteeredRound], *, alike: bool = True) -> bool:
    """Whether these rounds show the least that any order of arrival gives.

    By stopping, two orders that give the same number are enough if the workers are
    ``alike``. Otherwise each worker has to be the first once, in the way of opening
    connections that gives less. In one of these rounds a worker has to take requests
    while it runs alone. *First* is the worker that took requests first: a lock around
    accept may keep the one that ran first from taking any.

    By port, each worker has to get all requests once.
    """
    if not rounds:
        return False
    if not all(round_.admitted for round_ in rounds):
        return True  # no order gives less than none
    workers = set(range(len(rounds[0].workers)))
    orders = {ranks(round_.workers) for round_ in rounds}
    if any(set(order) != workers for order in orders):
        return False
    lowest = min(rounds, key=lambda round_: round_.admitted)
    same_way = [round_ for round_ in rounds if round_.opened is lowest.opened]
    firsts = {_first(round_) for round_ in same_way} - {None}
    each_first = firsts == workers
    if rounds[0].by is Steering.PORT:
        return each_first
    agree = (
        alike and len({round_.admitted for round_ in rounds}) == 1 and len(orders) > 1
    )
    return (agree or each_first) and any(round_.alone for round_ in rounds)


def _first(round_: SteeredRound) -> int | None:
    """The rank of the worker that took requests first; ``None`` where chance chose."""
    takers = round_.workers if round_.takers is None else round_.takers
    first = takers[0] if takers else None
    return sorted(round_.workers).index(first) if first in round_.workers else None


def most_rounds(steered: Iterable[SteeredRound]) -> list[SteeredRound]:
    """Conclusive rounds that looked for the most."""
    return [
        round_
        for round_ in steered
        if round_.goal is Goal.MOST and is_conclusive(round_)
    ]
