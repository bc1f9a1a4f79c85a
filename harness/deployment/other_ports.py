"""Servers that listen on another port than the one that the check chose."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from typing import Any

from harness.deployment.command import CommandLine
from harness.deployment.ports import instead_of
from harness.probe import quiet
from harness.probe.clients import Client
from harness.probe.listeners import listened_on
from harness.probe.ready import NotAnswering
from harness.system.process import ProcessTree

OTHER_PORTS_SECONDS = 10
"""After this time on another port only, a server is taken to stay there."""

OTHER_PORTS_QUIET_SECONDS = 3
"""The same for a server that does nothing meanwhile."""


async def unless_on_other_ports(
    server: ProcessTree,
    port: int,
    waiting: Coroutine[Any, Any, Client],
    command: CommandLine,
) -> Client:
    """Wait for an answer. Raises ``NotAnswering`` once only other ports are open."""
    answer = asyncio.ensure_future(waiting)
    elsewhere = asyncio.ensure_future(_other_ports(server, port))
    try:
        await asyncio.wait((answer, elsewhere), return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise NotAnswering(_about_ports(command, elsewhere.result()))
    finally:
        answer.cancel()
        elsewhere.cancel()


def _about_ports(command: CommandLine, ports: set[int]) -> str:
    """The ports that a server listens on instead, and a remedy."""
    listed = ", ".join(map(str, sorted(ports)))
    problem = f"it listens on port {listed} and not on the one it was given; "
    for word in command.words:
        for port in map(str, ports):
            if re.search(rf"(?<!\d){port}$", word):
                return problem + instead_of(word, port, "{port}")
    remedy = "write {port} where the command, or a file that it reads, names one"
    return problem + remedy


async def _other_ports(server: ProcessTree, port: int) -> set[int]:
    """Wait until a server has settled on other ports; these ports."""
    seconds = rested = 0
    before = quiet.look(server.processes())
    while True:
        await asyncio.sleep(1)
        now = quiet.look(server.processes())
        ports = listened_on(server.processes())
        if not ports or port in ports:
            seconds = rested = 0
        else:
            seconds += 1
            rested = rested + 1 if quiet.at_rest(before, now) else 0
        if seconds >= OTHER_PORTS_SECONDS or rested >= OTHER_PORTS_QUIET_SECONDS:
            return ports
        before = now
