"""Sends a health check to a server in which requests are held in a chosen order."""

import time
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from harness.probe.arriving import in_turn
from harness.probe.arriving import shares
from harness.probe.batch import Batch
from harness.probe.gathering import gather_beside
from harness.probe.gathering import hold
from harness.probe.messages import PartialRequest
from harness.probe.probe import Probe
from harness.probe.source_ports import Ports
from harness.probe.states import State
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

    batch: Batch
    by: CheckBy
    since: float

    @property
    def is_open(self) -> bool:
        """Whether the connection of the check was opened."""
        return self.batch.offered > 0

    def is_over(self) -> bool:
        """Whether the check has its answer, or will get none."""
        return bool(self.batch.ended) or (self.by is CheckBy.TCP and self.is_open)

    @property
    def status(self) -> int | None:
        """The status of its answer; ``None`` without one."""
        return self.batch.clients[0].status

    @property
    def is_answered(self) -> bool:
        """Whether the check got what it asked for."""
        if self.by is CheckBy.TCP:
            return self.is_open
        client = self.batch.clients[0]
        return client.state is State.ANSWERED and client.status in HEALTHY


async def send(probe: Probe, check: HealthCheck, by: CheckBy, source: int = 0) -> Check:
    """Send a check; return when it is over, or the server is quiet without answering.

    It is sent from the port ``source``, if that is not zero. The caller has to have its
    batch ``give_up`` in the end.
    """
    data = b""
    if by is CheckBy.HTTP:
        given = (f"{name}: {value}" for name, value in check.headers.items())
        data = probe.destination.head("GET", check.path or "ready", *HEADERS, *given)
    batch = gather_beside(probe, 1, PartialRequest(data), check.port)
    batch.clients[0].source = source
    probe.lag.begin()
    sent = Check(batch, by, time.monotonic())
    batch.open(batch.clients)
    await probe.until(sent.is_over)
    return sent


async def hold_and_send(
    probe: Probe, check: HealthCheck, order: CheckOrder, workers: Sequence[int]
) -> tuple[Check, bool]:
    """Hold all requests of the batch, then send a check, in a chosen order of workers.

    Also returns whether no worker had been stopped for too long by then. All workers
    run in the end. Raises ``CannotStop``.
    """
    try:
        async with stopping(probe.server.origin) as stopped:
            if order is CheckOrder.FULL_FIRST:
                await _one_takes_all(probe, stopped, workers)
            else:
                parts = shares(probe.batch.clients, len(workers))
                await in_turn(stopped, workers, parts, partial(hold, probe))
            return await send(probe, check, check.by), True
    except TooLong:
        return await send(probe, check, check.by), False


async def hold_and_send_from(
    probe: Probe, check: HealthCheck, order: CheckOrder, ports: Ports
) -> Check:
    """Hold requests and send a check if each worker has its own listening socket."""
    clients = probe.batch.clients
    full_first = order is CheckOrder.FULL_FIRST
    parts = [clients] if full_first else shares(clients, len(ports))
    sources = [iter(several) for several in ports.values()]
    for part, source in zip(parts, sources, strict=False):
        for client in part:
            client.source = next(source)
    await hold(probe, clients)
    return await send(probe, check, check.by, next(sources[0 if full_first else -1]))


async def _one_takes_all(
    probe: Probe, stopped: Stopping, workers: Sequence[int]
) -> None:
    """Let one worker run alone, and offer it all requests.

    If it takes none, because another worker holds a lock around accept, the next runs.
    """
    await stopped.stop(workers[1:])
    await hold(probe, probe.batch.clients)
    for before, worker in zip(workers, workers[1:], strict=False):
        if probe.holds.held or not probe.batch.clients:
            return
        await stopped.stop([before])
        stopped.go_on([worker])
        await hold(probe, ())
