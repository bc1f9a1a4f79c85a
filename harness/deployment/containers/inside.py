"""Containers that are being measured: when they are ready, and when they are quiet."""

from __future__ import annotations

import asyncio
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
"""Between two looks at what the engine has started."""


class Inside(NamedTuple):
    """Containers, as far as they can be seen."""

    quiet: Quiet
    """What tells that they are quiet."""
    address: str
    """``HOST:PORT`` by which they reach what is measured; empty for that of outside."""
    is_seen: bool
    """Whether their processes are among those of this machine."""


async def look_inside(contained: Contained, server: ProcessTree, port: int) -> Inside:
    """See what a deployment has in its containers."""
    running = await _running(contained, port)
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
    """Wait until all containers have done what they do at first, or for so long.

    A proxy among them that is asked before the others listen takes them for failed for
    a while: nginx for 10 s, where it has several to choose from.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until and not server.ended.done():
        running = await _running(contained, port)
        if any(port in each.ports or each.on_host for each in running):
            inside = await look_inside(contained, server, port)
            await inside.quiet.wait(lambda: 0, START)
            if len(await _running(contained, port)) == len(running):
                return
        await asyncio.sleep(LOOK_SECONDS)


async def _running(contained: Contained, port: int) -> list[Container]:
    label = contained.label.replace("{port}", str(port))
    try:
        return await asyncio.to_thread(contained.engine.containers, label)
    except EngineFailed:
        return []  # one of them has just ended
