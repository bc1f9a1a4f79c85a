"""Sends a health check to a server in which requests are held in a chosen order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from collections.abc import Sized
from itertools import repeat
from typing import NamedTuple

from harness.probe.clients import Client
from harness.probe.crowd import Crowd
from harness.probe.gathering import gather
from harness.probe.gathering import gather_beside
from harness.probe.gathering import request_head
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.round import finish
from harness.probe.schedule import LEARNING_LOAD
from harness.probe.schedule import LEARNING_ROUNDS
from harness.probe.source_ports import LearnedPorts
from harness.probe.states import State
from harness.probe.steer import all_in
from harness.probe.steer import Ports
from harness.probe.steer import send_all
from harness.records.health import CheckBy
from harness.records.health import CheckOrder
from harness.records.health import HealthCheck
from harness.system.stopping import Stopping
from harness.system.stopping import stopping
from harness.system.stopping import TooLong

HEADERS = ("User-Agent: kube-probe/1", "Accept: */*", "Connection: close")

HEALTHY = range(200, 400)
"""Statuses that mean healthy to a kubelet."""


class Check(NamedTuple):
    """A health check in progress."""

    crowd: Crowd
    by: CheckBy
    since: float

    @property
    def is_open(self) -> bool:
        """Whether its connection was opened."""
        return self.crowd.offered > 0

    def is_over(self) -> bool:
        """Whether the check has its answer, or will get none."""
        return bool(self.crowd.ended) or (self.by is CheckBy.TCP and self.is_open)

    @property
    def status(self) -> int | None:
        """The status of its answer; ``None`` without one."""
        return self.crowd.clients[0].status

    @property
    def is_answered(self) -> bool:
        """Whether the check got what it asked for."""
        if self.by is CheckBy.TCP:
            return self.is_open
        client = self.crowd.clients[0]
        return client.state is State.ANSWERED and client.status in HEALTHY


async def send(probe: Probe, check: HealthCheck, by: CheckBy, source: int = 0) -> Check:
    """Send a check; return when it is over, or the server is quiet without answering.

    It is sent from the port ``source``, if that is not zero. The caller has to have its
    crowd ``give_up`` in the end.
    """
    data = b""
    if by is CheckBy.HTTP:
        given = (f"{name}: {value}" for name, value in check.headers.items())
        data = request_head(probe, "GET", check.path or "ready", *HEADERS, *given)
    crowd = gather_beside(probe, 1, PartialRequest(data), check.port)
    crowd.clients[0].source = source
    probe.lag.begin()
    sent = Check(crowd, by, time.monotonic())
    crowd.open(crowd.clients)
    await probe.until(sent.is_over)
    return sent


async def hold(probe: Probe, clients: Sequence[Client]) -> None:
    """Send requests, and wait until all are in the app or the server is quiet."""
    await send_all(probe, clients)
    await all_in(probe)


async def hold_and_send(
    probe: Probe, check: HealthCheck, order: CheckOrder, workers: Sequence[int]
) -> tuple[Check, bool]:
    """Hold all requests of the crowd, then send a check, in a chosen order of workers.

    Also returns whether no worker had been stopped for too long by then. In the end all
    of them run. Raises ``CannotStop``.
    """
    try:
        async with stopping(probe.server.origin) as stopped:
            if order is CheckOrder.FULL_FIRST:
                await _one_takes_all(probe, stopped, workers)
            else:
                await each_its_share(probe, stopped, workers)
            return await send(probe, check, check.by), True
    except TooLong:
        return await send(probe, check, check.by), False


async def learn_ports(probe: Probe, workers: Sequence[int], wanted: int) -> Ports:
    """Source ports that lead to each worker; none if too few are found."""
    learned = LearnedPorts(probe.address.host)
    probe.sources = learned.sources
    try:
        for _ in range(LEARNING_ROUNDS):
            if learned.known(workers) >= wanted:
                return learned.ports
            gather(probe, LEARNING_LOAD * wanted)
            try:
                await hold(probe, probe.crowd.clients)
                await finish(probe)
            finally:
                probe.disperse()
            learned.learn(probe)
    finally:
        probe.sources = repeat(0)
    return learned.ports if learned.known(workers) >= wanted else {}


async def hold_and_send_from(
    probe: Probe, check: HealthCheck, order: CheckOrder, ports: Ports
) -> Check:
    """Hold requests and send a check where each worker has a listening socket of its
    own.
    """
    sources = [iter(each) for each in ports.values()]
    clients = probe.crowd.clients
    each_one = len(clients) if order is CheckOrder.FULL_FIRST else _share(probe, ports)
    worker = 0
    for number, client in enumerate(clients):
        worker = number // each_one
        client.source = next(sources[worker])
    if order is not CheckOrder.FULL_FIRST:
        worker = len(sources) - 1
    await hold(probe, clients)
    return await send(probe, check, check.by, next(sources[worker]))


def _share(probe: Probe, workers: Sized) -> int:
    """Number of requests for each worker; the last one may get fewer."""
    return max(1, -(-len(probe.crowd.clients) // len(workers)))


async def _one_takes_all(
    probe: Probe, stopped: Stopping, workers: Sequence[int]
) -> None:
    """Let one worker run alone, and offer it all requests.

    Where it takes none, since another holds a lock around accept, the next one runs.
    """
    await stopped.stop(workers[1:])
    await hold(probe, probe.crowd.clients)
    for before, worker in zip(workers, workers[1:], strict=False):
        if probe.holds.held or not probe.crowd.clients:
            return
        await stopped.stop([before])
        stopped.go_on([worker])
        await hold(probe, ())


async def each_its_share(
    probe: Probe, stopped: Stopping, workers: Sequence[int]
) -> None:
    """Let each worker run alone and offer it its share, the last one the smallest."""
    clients = probe.crowd.clients
    share = _share(probe, workers)
    for number, worker in enumerate(workers):
        others = [*workers[:number], *workers[number + 1 :]]
        await stopped.stop(others)
        stopped.go_on([worker])
        await hold(probe, clients[number * share : (number + 1) * share])
