"""Looks into measured containers: when they are ready, and when they are quiet."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import NamedTuple

from harness.deployment.containers import engine
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.engine import Container
from harness.deployment.containers.engine import EngineFailed
from harness.probe.quiet import Quiet
from harness.probe.quiet import START
from harness.records.words import Settled
from harness.system.process import ProcessTree

LOOK_SECONDS = 0.3
"""Seconds between two looks at the containers."""

LEAST_SECONDS = 1.0
"""The least time that the engine has to answer, however little time is left."""


class Inside(NamedTuple):
    """What can be seen of the containers."""

    quiet: Quiet
    """The detector that tells when the containers are quiet."""
    address: str
    """``HOST:PORT`` of the measured server from inside; empty if the same as outside.
    """
    is_seen: bool
    """Whether the containers' processes are visible on this machine."""


async def look_inside(contained: Contained, server: ProcessTree, port: int) -> Inside:
    """Find the containers of a deployment, and their processes."""
    return _seen(await _running(contained, port), server, port)


def _seen(running: list[Container], server: ProcessTree, port: int) -> Inside:
    address = engine.reached_from_inside(running, port) or ""
    if not engine.are_seen_here(running):
        unseen = Quiet(server.processes, Settled.STEADY_COUNT)
        return Inside(unseen, address, is_seen=False)
    proxies = engine.proxies(port)
    seen = Quiet(lambda: engine.processes(running) + proxies)
    return Inside(seen, address, is_seen=True)


async def wait_until_started(
    contained: Contained, server: ProcessTree, port: int, seconds: float
) -> None:
    """Wait until all containers have started up, or for ``seconds``.

    A proxy among them that is asked before the others listen takes them for failed for
    a while: nginx for 10 s, where it has several to choose from.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not server.ended.done():
        running = await _running(contained, port, left)
        if any(port in each.ports or each.on_host for each in running):
            inside = _seen(running, server, port)
            with contextlib.suppress(TimeoutError):
                left = max(until - time.monotonic(), 0)
                await asyncio.wait_for(inside.quiet.wait(lambda: 0, START), left)
            left = until - time.monotonic()
            if len(await _running(contained, port, left)) == len(running):
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _running(
    contained: Contained, port: int, seconds: float = engine.SECONDS
) -> list[Container]:
    """The containers of one start; the engine has ``seconds`` to list them."""
    label = contained.label.replace("{port}", str(port))
    asked = contained.engine._replace(seconds=max(seconds, LEAST_SECONDS))
    try:
        return await asyncio.to_thread(asked.containers, label)
    except EngineFailed:
        return []  # one of them has just ended
