"""Spreads requests evenly over the workers of a server, without chance."""

from __future__ import annotations

import contextlib
from itertools import cycle

from harness.probe.arriving import Workers
from harness.probe.health import each_its_share
from harness.probe.health import hold
from harness.probe.probe import Probe
from harness.probe.states import State
from harness.system.stopping import CannotStop
from harness.system.stopping import stopping
from harness.system.stopping import TooLong


async def hold_spread(probe: Probe, workers: Workers) -> None:
    """Hold the requests of the crowd, with an equal share for each worker.

    Where that cannot be done, chance decides. Raises ``Ended``.
    """
    if workers.ports is not None:
        sources = cycle([iter(workers.ports[each]) for each in workers.order])
        for client in probe.crowd.clients:
            client.source = next(next(sources))
    elif workers.order:
        # Those that were not sent by then are sent below.
        with contextlib.suppress(TooLong, CannotStop):
            async with stopping(probe.server.origin) as stopped:
                await each_its_share(probe, stopped, workers.order)
    rest = [client for client in probe.crowd.clients if client.state is State.NEW]
    await hold(probe, rest)
