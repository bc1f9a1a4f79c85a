"""The app of a deployment in containers, whose processes belong to the engine."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from harness.deployment.app.deployed import DeployedApp
from harness.deployment.app.hold_places import VARIABLE
from harness.deployment.app.hold_places import variable
from harness.deployment.app.other_ways import OTHER_PORTS_SECONDS
from harness.deployment.containers import contained as containers
from harness.deployment.containers import engine
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.engine import Container
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.listening import listens_on_another_port
from harness.deployment.containers.listening import listens_on_loopback
from harness.deployment.plan import environment_of_command
from harness.deployment.plan import in_environment
from harness.deployment.plan import placeholders
from harness.deployment.prepare import Prepared
from harness.probe.holds import Holds
from harness.probe.probe import Probe
from harness.probe.quiet import Quiet
from harness.probe.quiet import START
from harness.probe.ready import NotAnswering
from harness.records.evidence import Evidence
from harness.records.plan import PlannedEnvironment
from harness.records.words import Settled
from harness.system.process import CannotExecute
from harness.system.process import ProcessTree

LOOK_SECONDS = 0.3
"""Seconds between two looks at the containers."""

LEAST_SECONDS = 1.0
"""The least time that the engine has to answer, however little time is left."""

WHY_SECONDS = 5.0
"""How long the engine may take to say why nothing answered, once the time is up."""


class ContainedApp(DeployedApp):
    """The app of a deployment whose command is a client of an engine."""

    listen = containers.LISTEN
    is_client = True

    def __init__(
        self, prepared: Prepared, contained: Contained, own: Path, seconds: float
    ) -> None:
        super().__init__(prepared, own, seconds)
        self._contained = contained
        self._is_seen = True
        """Whether the processes in the containers are visible here."""

    def planned(self, planned: PlannedEnvironment) -> PlannedEnvironment:
        """The plan with the files that its containers need in a folder of the check."""
        (cell,) = planned.cells
        argv, env = placeholders(self._contained.in_folder(self._own))
        cell = msgspec.structs.replace(cell, argv=argv, env=env)
        return msgspec.structs.replace(planned, cells=(cell,))

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The variables of the client. Raises ``CannotExecute``."""
        if self._engine_problem:
            raise CannotExecute(self._engine_problem)
        places = {VARIABLE: "", **variable(self._prepared.places)}
        return containers.variables({**self._where.variables, **places, **own})

    @cached_property
    def _engine_problem(self) -> str:
        """Why the engine cannot start containers; empty if it can.

        Removes what an earlier check left in the engine.
        """
        if self._contained.problem:
            return self._contained.problem
        try:
            self._contained.engine.remove_what_was_left()
        except EngineFailed as problem:
            return f"the engine cannot remove what was left by a check: {problem}"
        return ""

    def run(self, command: list[str]) -> list[str]:
        """The command itself: containers have layers of their own."""
        return command

    def remove(self, port: int) -> Sequence[str]:
        """The command that removes the containers."""
        return self._contained.removing(port)

    async def _wait_until_started(self, server: ProcessTree, port: int) -> None:
        """Wait until all containers have started up, or until time is up.

        A proxy that gets a request before the containers behind it listen takes them
        for failed for a while: nginx for 10 s, if it has several to choose from. Raises
        ``NotAnswering`` if no published port leads to a server.
        """
        until = time.monotonic() + self._seconds
        elsewhere_since: float | None = None
        while (left := until - time.monotonic()) > 0 and not server.ended.done():
            running = await self._running(port, left)
            if any(port in each.ports or each.on_host for each in running):
                quiet = self._quiet(running, server, port)
                with contextlib.suppress(TimeoutError):
                    left = max(until - time.monotonic(), 0)
                    await asyncio.wait_for(quiet.wait(lambda: 0, START), left)
                left = until - time.monotonic()
                if fault := listens_on_loopback(running, port):
                    raise NotAnswering(fault)
                if fault := listens_on_another_port(running, port):
                    elsewhere_since = elsewhere_since or time.monotonic()
                    if time.monotonic() - elsewhere_since >= OTHER_PORTS_SECONDS:
                        raise NotAnswering(fault)
                elif len(await self._running(port, left)) == len(running):
                    return
            await asyncio.sleep(LOOK_SECONDS)

    async def _reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """Wait for the reserved route; if none answers, say which port is open."""
        try:
            return await super()._reach(server, holds, port)
        except NotAnswering:
            running = await self._running(port, WHY_SECONDS)
            if fault := listens_on_another_port(running, port):
                raise NotAnswering(fault) from None
            raise

    async def _look_inside(
        self, server: ProcessTree, port: int
    ) -> tuple[Quiet | None, str]:
        running = await self._running(port)
        address = engine.reached_from_inside(running, port) or ""
        return self._quiet(running, server, port), address

    async def _running(
        self, port: int, seconds: float = engine.SECONDS
    ) -> list[Container]:
        """The containers of one start; the engine has ``seconds`` to list them."""
        label = self._contained.label.replace("{port}", str(port))
        seconds = max(seconds, LEAST_SECONDS)
        asked = self._contained.engine._replace(seconds=seconds)
        try:
            return await asyncio.to_thread(asked.containers, label)
        except EngineFailed:
            return []  # one of them has just ended

    def _quiet(
        self, running: Sequence[Container], server: ProcessTree, port: int
    ) -> Quiet:
        """The detector that tells when these containers are quiet."""
        self._is_seen = engine.are_seen_here(running)
        if not self._is_seen:
            return Quiet(server.processes, Settled.STEADY_COUNT)
        proxies = engine.proxies(port)
        return Quiet(lambda: engine.processes(running) + proxies)

    async def _ask_running(self, server: ProcessTree) -> None:
        """Ask nothing: the processes in a container cannot be seen from outside."""

    def _look_at_logs(self, server: ProcessTree) -> None:
        """Look at none: the client prints what the containers do."""

    def recognized(self, evidence: Evidence) -> Evidence:
        """The evidence with the releases that the app in the container reported."""
        if not self._is_seen:
            host = msgspec.structs.replace(evidence.host, quiet_by=Settled.STEADY_COUNT)
            evidence = msgspec.structs.replace(evidence, host=host)
        hello = self.hello
        known = {
            "docker": self._contained.release,
            "flask": hello.flask if hello else "",
            "python": hello.python if hello else "",
        }
        versions = {name: release for name, release in known.items() if release}
        evidence = msgspec.structs.replace(evidence, installed=versions)
        where = environment_of_command(self._prepared.command.words, versions)
        return in_environment(evidence, where)
