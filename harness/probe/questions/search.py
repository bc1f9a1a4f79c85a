"""The search for the smallest number of clients that shuts everyone else out."""

import time
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple
from typing import TypeVar

from harness.probe.arriving import BY_CHANCE
from harness.probe.arriving import choose_order
from harness.probe.arriving import Order
from harness.probe.clients import Client
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.watching import watch
from harness.records.slow_clients import StepBeside
from harness.records.steering import Goal

Step = TypeVar("Step", bound=StepBeside)


class Arrivals(NamedTuple):
    """How many clients are to come, and in which order."""

    clients: int
    watched_seconds: float = 0.0
    """How long to watch a server that lets nobody else in."""
    order: Order = BY_CHANCE
    """The order in which they reach the workers."""


class Bounds(NamedTuple):
    """How far a search goes."""

    limit: int
    """The most clients."""
    watched_seconds: float
    """How long to watch a server that lets nobody else in."""
    slots_first: bool
    """Whether as many as there are slots are tried before anything else."""


TakeStep = Callable[[Arrivals], Awaitable[Step]]
IsWhole = Callable[[Step], bool]


async def search(
    probe: Probe,
    context: Context,
    bounds: Bounds,
    step: TakeStep[Step],
    is_whole: IsWhole[Step],
) -> tuple[Step, ...]:
    """Steps until it is known how few clients shut everyone else out.

    The first step has no such client. If the order of workers can be chosen, it also
    finds the smallest number that fills one worker, so that a request that reaches it
    waits.
    """
    steps = [await step(Arrivals(0))]
    ceiling = context.ceiling if context.bounded else 0
    floor = context.numbers.floor or 1
    order = BY_CHANCE
    if floor < ceiling:
        order = await choose_order(probe, ceiling + steps[0].offered)

    async def find(goal: Goal, slots: int, limit: int) -> list[Step]:
        def tried(clients: int, seconds: float) -> Awaitable[Step]:
            return step(Arrivals(clients, seconds, order.towards(goal)))

        within = bounds._replace(limit=limit)
        return await find_least(tried, is_whole, within, slots)

    steps += await find(Goal.MOST, ceiling, bounds.limit)
    shut = [each.clients for each in steps[1:] if not each.admitted]
    if order.is_chosen and shut and is_whole(steps[-1]):
        steps += await find(Goal.LEAST, floor, min(shut))
    return tuple(steps)


async def freed_after(
    probe: Probe, others: Sequence[Client], since: float, seconds: float
) -> float | None:
    """Seconds until a server that admitted no request lets one in, if it does."""
    names = {other.name for other in others}
    await watch(probe, lambda: bool(names & probe.holds.entered), seconds)
    if not names & probe.holds.entered:
        return None
    held = (probe.holds.held.get(name) for name in names)
    entered = (hold.entered_app_at for hold in held if hold is not None)
    return max(0.0, min(entered, default=time.monotonic()) - since)


async def find_least(
    step: Callable[[int, float], Awaitable[Step]],
    is_whole: IsWhole[Step],
    bounds: Bounds,
    slots: int,
) -> list[Step]:
    """Take steps until the least number of clients that shuts out the others is known.

    ``step`` tries a number of clients; if the server lets nobody in, it is watched for
    the seconds given. ``slots`` is that of ``next_from_slots``. Ends early after a step
    that was not whole, because the server is then no longer as it was.
    """
    slots = slots if bounds.slots_first else 0
    shut_out: dict[int, bool] = {}
    steps: list[Step] = []
    while count := next_from_slots(shut_out, slots, bounds.limit):
        least_possible = count == 1 or shut_out.get(count - 1) is False
        steps.append(
            await step(count, bounds.watched_seconds if least_possible else 0.0)
        )
        shut_out[count] = not steps[-1].admitted
        if not is_whole(steps[-1]):
            return steps
    count = least(shut_out)
    if count is not None and steps[-1].clients != count:
        # When this number was tried, it was not known to be the least, so the watch was
        # short.
        steps.append(await step(count, bounds.watched_seconds))
    return steps


def next_from_slots(shut_out: Mapping[int, bool], slots: int, limit: int) -> int | None:
    """The number to try next, as ``next_count``, but beginning with ``slots``.

    If ``slots`` clients shut everyone out, one fewer follows; if each client takes a
    slot, the search is then over. ``slots`` is zero if nothing bounds them.
    """
    for first in (slots, slots - 1):
        is_next = shut_out.get(first + 1, True)
        if 0 < first <= limit and first not in shut_out and is_next:
            return first
    return next_count(shut_out, limit)


def least(shut_out: Mapping[int, bool]) -> int | None:
    """The least number in these steps that shut everyone out; ``None`` if none did."""
    return min((count for count, shut in shut_out.items() if shut), default=None)


def next_count(shut_out: Mapping[int, bool], limit: int) -> int | None:
    """The number to try next; ``None`` when the least is found, or exceeds ``limit``.

    The number is doubled until everyone is shut out, then halved in between.
    ``shut_out`` says of each number tried whether it shut everyone out.
    """
    least_shut = least(shut_out)
    open_to = max(
        (
            n
            for n, shut in shut_out.items()
            if not shut and (not least_shut or n < least_shut)
        ),
        default=0,
    )
    if least_shut is None:
        return min(2 * open_to or 1, limit) if open_to < limit else None
    return (open_to + least_shut) // 2 if least_shut - open_to > 1 else None
