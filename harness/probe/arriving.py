"""Sends clients that take slots to workers in a chosen order, then other clients.

If several workers share the clients, one may be full while another has room. Two orders
then show both extremes. For the most, each worker gets its share of the first clients,
and the others come while only the worker with the smallest share runs: if any worker
has room, they find it. For the least, one worker gets all first clients, and one other
client comes while only that worker runs: if a client can meet a full worker, this one
does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from itertools import cycle
from itertools import repeat
from typing import NamedTuple

from harness.probe.batch import Batch
from harness.probe.clients import Client
from harness.probe.gathering import all_there
from harness.probe.gathering import gather
from harness.probe.gathering import hold
from harness.probe.orders import MOST_STEERED
from harness.probe.probe import Probe
from harness.probe.round import finish
from harness.probe.schedule import LEARNING_LOAD
from harness.probe.schedule import LEARNING_ROUNDS
from harness.probe.source_ports import LearnedPorts
from harness.probe.source_ports import Ports
from harness.probe.states import ENDED
from harness.probe.states import State
from harness.probe.workers import choose
from harness.records.steering import Goal
from harness.records.steering import Steering
from harness.records.words import Settled
from harness.system.stopping import CannotStop
from harness.system.stopping import Stopping
from harness.system.stopping import stopping
from harness.system.stopping import TooLong

Send = Callable[[Sequence[Client]], Awaitable[None]]
"""Sends clients; returns once they have arrived or the server is quiet."""


class Order(NamedTuple):
    """The order in which clients reach the workers of a server."""

    workers: tuple[int, ...] = ()
    """The workers in order; none if chance decides, or there is no choice."""
    ports: Ports | None = None
    """Source ports that lead to each worker, if each has its own listening socket."""
    goal: Goal | None = None
    """The purpose of this order; ``None`` leaves it to chance."""

    @property
    def is_chosen(self) -> bool:
        """Whether the worker is chosen, not left to chance."""
        return bool(self.workers)

    def towards(self, goal: Goal) -> Order:
        """The same order with a goal, if there is a choice."""
        return self._replace(goal=goal) if self.is_chosen else self


BY_CHANCE = Order()

COMING_TRIES = 3
"""How often to wait for a busy server once clients are there. A busy machine takes long
to fill the buffers of clients that read nothing."""


async def choose_order(probe: Probe, count: int, *, shared: bool = False) -> Order:
    """The workers of a server that has held requests, and how to choose among them.

    ``count`` clients are to come at once: all to one worker or, if ``shared``, an equal
    part to each. Raises ``Ended``.
    """
    choice = choose(probe)
    if choice.by is None or count > MOST_STEERED:
        return BY_CHANCE
    if choice.by is Steering.STOP:
        return Order(choice.workers)
    wanted = -(-count // len(choice.workers)) if shared else count
    ports = await learn_ports(probe, choice.workers, wanted)
    return Order(choice.workers, ports) if ports else BY_CHANCE


async def learn_ports(probe: Probe, workers: Sequence[int], wanted: int) -> Ports:
    """Source ports that lead to each worker, by worker; empty if too few are found."""
    learned = LearnedPorts(probe.destination.endpoint.host)
    probe.sources = learned.sources
    try:
        for _ in range(LEARNING_ROUNDS):
            if learned.known(workers) >= wanted:
                return learned.ports
            gather(probe, LEARNING_LOAD * wanted)
            with probe.dispersing():
                await hold(probe, probe.batch.clients)
                await finish(probe)
            learned.learn(probe)
    finally:
        probe.sources = repeat(0)
    return learned.ports if learned.known(workers) >= wanted else {}


async def send_in_order(
    probe: Probe,
    order: Order,
    first: Sequence[Client],
    others: Sequence[Client],
    send: Send,
) -> Goal | None:
    """Send the first clients and, with a goal, then the others in the order for it.

    ``send`` sends clients and returns once they are there or the server is quiet.
    Returns the goal; ``None`` if chance decided, because there was no goal, too few
    source ports were known, or the order was not kept. All workers run in the end.
    Raises ``Ended``.
    """
    if order.goal is None or not first:
        await send(first)
        return None
    known = assign_ports(order, first, others)
    in_order = await _in_order(probe, order, first, others, send)
    return order.goal if in_order and known else None


async def _in_order(
    probe: Probe,
    order: Order,
    first: Sequence[Client],
    others: Sequence[Client],
    send: Send,
) -> bool:
    """Send the clients in a chosen order, and the others after them.

    Returns whether the order was kept. It is not if a worker cannot be stopped, or
    would have been stopped for too long. All clients have come in the end either way.
    """

    async def others_come() -> None:
        probe.batch.open([other for other in others if other.state is State.NEW])
        await probe.until(lambda: all_there(probe, others))

    if order.ports is not None:
        await send(first)
        await others_come()
        return True
    # A stopped thread has left the queue of threads that wait in accept, so a
    # connection wakes only the worker that runs.
    in_order, parts = False, shares(first, len(order.workers))
    if order.goal is Goal.LEAST:
        parts = [first]
    with contextlib.suppress(TooLong, CannotStop):
        async with stopping(probe.server.origin) as stopped:
            await in_turn(stopped, order.workers, parts, send)
            await others_come()
            in_order = True
    if not in_order:
        await send([each for each in first if each.state is State.NEW])
        await others_come()
    return in_order


async def in_turn(
    stopped: Stopping,
    workers: Sequence[int],
    parts: Iterable[Sequence[Client]],
    send: Send,
) -> None:
    """Let one worker after another run alone while its part of the clients comes."""
    for worker, part in zip(workers, parts, strict=False):
        await stopped.stop(other for other in workers if other != worker)
        stopped.go_on([worker])
        await send(part)


def shares(clients: Sequence[Client], count: int) -> list[Sequence[Client]]:
    """Clients in ``count`` equal parts; only the last ones may be smaller."""
    each = max(1, -(-len(clients) // count))
    return [clients[n * each : (n + 1) * each] for n in range(count)]


def assign_ports(
    order: Order, first: Sequence[Client], others: Sequence[Client] = ()
) -> bool:
    """Give clients source ports that lead to the right workers, if ports decide.

    Returns whether enough ports were known.
    """
    if order.ports is None:
        return True
    sources = [iter(order.ports[worker]) for worker in order.workers]
    # For the least, the others come to the full worker; for the most, to the one with
    # the smallest share.
    to_last = sources[0] if order.goal is Goal.LEAST else sources[-1]
    turns = cycle(sources[:1] if order.goal is Goal.LEAST else sources)
    for client in first:
        client.source = next(next(turns), 0)
    for client in others:
        client.source = next(to_last, 0)
    return all(client.source for client in (*first, *others))


async def send_and_settle(
    probe: Probe,
    batch: Batch,
    is_there: Callable[[Client], bool],
    clients: Sequence[Client],
) -> None:
    """Make some clients of a batch come, and wait until the server is quiet.

    Those that got no connection leave.
    """
    batch.open(list(clients))

    def are_there() -> bool:
        return all(client.state in ENDED or is_there(client) for client in clients)

    await probe.until(are_there)
    batch.leave(client for client in clients if not client.offered)
    for _ in range(COMING_TRIES):
        if await probe.settle() is not Settled.STEADY_COUNT:
            break
