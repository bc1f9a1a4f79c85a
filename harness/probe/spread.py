"""Spreads requests evenly over the workers of a server, and leaves none to chance."""

from __future__ import annotations

import contextlib
from itertools import cycle
from typing import NamedTuple

from harness.probe.health import each_its_share
from harness.probe.health import hold
from harness.probe.health import learn_ports
from harness.probe.orders import AT_MOST
from harness.probe.probe import Probe
from harness.probe.states import State
from harness.probe.steer import Ports
from harness.probe.workers import choose
from harness.records.steering import Steering
from harness.system.stopping import CannotStop
from harness.system.stopping import stopping
from harness.system.stopping import TooLong


class Spreading(NamedTuple):
    """The workers of a server, and how each of them can be given its share."""

    workers: tuple[int, ...] = ()
    """None where there is only one, or the order cannot be chosen."""
    ports: Ports | None = None
    """Source ports that lead to each, where each has a listening socket of its own."""


ALIKE = Spreading()
"""Chance decides, or there is nothing to decide."""


async def find_spreading(probe: Probe, count: int) -> Spreading:
    """How so many requests can be spread over the workers. Raises ``Ended``."""
    choice = choose(probe)
    if choice.by is None or count > AT_MOST:
        return ALIKE
    if choice.by is Steering.STOP:
        return Spreading(choice.workers)
    ports = await learn_ports(probe, choice.workers, -(-count // len(choice.workers)))
    return Spreading(choice.workers, ports) if ports else ALIKE


async def hold_spread(probe: Probe, spreading: Spreading) -> None:
    """Hold the requests of the crowd, of which each worker gets its share.

    Where that cannot be done, chance decides. Raises ``Ended``.
    """
    if spreading.ports is not None:
        sources = cycle([iter(spreading.ports[each]) for each in spreading.workers])
        for client in probe.crowd.clients:
            client.source = next(next(sources))
    elif spreading.workers:
        # Those that were not sent by then are sent below.
        with contextlib.suppress(TooLong, CannotStop):
            async with stopping(probe.server.origin) as stopped:
                await each_its_share(probe, stopped, spreading.workers)
    rest = [client for client in probe.crowd.clients if client.state is State.NEW]
    await hold(probe, rest)
