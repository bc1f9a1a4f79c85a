"""Knows how a user's own deployment is measured; must not judge it.

The command is started as it is, in the folder of its configuration file and with the
caller's variables; the probe comes in through the start-up hook (``target/hook``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from harness.deployment.command import CommandLine
from harness.deployment.containers import contained as containers
from harness.deployment.containers import engine
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.environment import with_hook
from harness.deployment.isolation import FOLDERS
from harness.deployment.isolation import isolated
from harness.deployment.isolation import own_folder
from harness.deployment.ports import instead_of
from harness.deployment.prepare import environment
from harness.deployment.prepare import placeholders
from harness.deployment.prepare import Prepared
from harness.measure.app import HOST
from harness.measure.environment import measure
from harness.probe import quiet
from harness.probe.clients import Client
from harness.probe.clients import State
from harness.probe.holds import Holds
from harness.probe.listeners import listened_on
from harness.probe.probe import Probe
from harness.probe.quiet import Quiet
from harness.probe.ready import claims_of
from harness.probe.ready import from_app
from harness.probe.ready import NotAnswering
from harness.probe.ready import unanswered
from harness.probe.ready import wait_ready
from harness.records.evidence import Evidence
from harness.records.plan import PlannedEnvironment
from harness.records.words import Settled
from harness.system.process import CannotExecute
from harness.system.process import ProcessTree

READY = "/.flask-concurrency/ready"
HOLD = "/.flask-concurrency/hold?request={name}"
HEADER = "X-Flask-Concurrency"

READY_SECONDS = 60.0
"""How long a deployment may take until it answers: its app may import a lot."""

ELSEWHERE_SECONDS = 10
"""After so long on another port only, a server is believed to stay there."""

ELSEWHERE_QUIET_SECONDS = 3
"""The same when it does nothing meanwhile."""


class Hello(msgspec.Struct, frozen=True):
    """What the reserved route says of the process that it is in."""

    patched: bool
    """Whether its sockets are those of a library such as gevent."""
    stale: tuple[str, ...]
    """Names in the user's modules that were taken before the patching."""
    python: str = ""
    flask: str = ""
    """Releases, where it could say."""


# ------------------------------------------------------------------------ measuring


async def measure_deployment(
    prepared: Prepared,
    planned: PlannedEnvironment,
    logs: Path,
    seconds: float = READY_SECONDS,
) -> tuple[Evidence, Hello | None]:
    """Measure a planned deployment; also what its app says of its process."""
    with own_folder() as own:
        app = DeployedApp(prepared, own, seconds)
        planned = _in_folder(planned, prepared.contained, own)
        evidence = await measure(planned, prepared.installed, logs, app=app)
    if prepared.contained is None:
        return evidence, app.hello
    versions = _versions(prepared.contained.release, app.hello)
    return _with_versions(evidence, prepared, versions), app.hello


def _in_folder(
    planned: PlannedEnvironment, contained: Contained | None, own: Path
) -> PlannedEnvironment:
    """The same; what starts containers has a folder of its own for that."""
    if contained is None:
        return planned
    (cell,) = planned.cells
    argv, env = placeholders(contained.in_folder(own))
    cell = msgspec.structs.replace(cell, argv=argv, env=env)
    return msgspec.structs.replace(planned, cells=(cell,))


def _versions(engine_release: str, hello: Hello | None) -> dict[str, str]:
    """The releases that are known of a container, some of them by its app only."""
    known = {"docker": engine_release}
    if hello is not None:
        known |= {"flask": hello.flask, "python": hello.python}
    return {name: release for name, release in known.items() if release}


def _with_versions(
    evidence: Evidence, prepared: Prepared, versions: dict[str, str]
) -> Evidence:
    """Evidence of what runs in a container, whose releases are known afterwards."""
    where = environment(prepared.command.words, versions)
    (cell,) = evidence.cells
    cell = msgspec.structs.replace(cell, id=str(where.cell(cell.configuration)))
    return msgspec.structs.replace(
        evidence, environment=where, installed=versions, cells=(cell,)
    )


class DeployedApp:
    """A user's own app, reached by the route that the start-up hook adds to it."""

    def __init__(
        self,
        prepared: Prepared,
        own: Path,
        seconds: float = READY_SECONDS,
    ) -> None:
        where, contained = prepared.where, prepared.contained
        self._own = own
        self._given = prepared.deployment.env
        self._command = prepared.command
        self._contained = contained
        self.listen = HOST if contained is None else containers.LISTEN
        self._where = where
        self._ready = prepared.deployment.ready
        self._seconds = seconds
        self.hello: Hello | None = None
        """What the process that answered first said of itself."""

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The caller's, the deployment's own, and the hook."""
        if self._contained is not None:
            if problem := self._engine_problem:
                raise CannotExecute(problem)
            return containers.variables({**self._where.variables, **own})
        variables = isolated({**self._where.variables, **own}, self._own)
        return with_hook({**variables, **self._given_folders(own)})

    @cached_property
    def _engine_problem(self) -> str:
        """Why nothing can be started in an engine, if so; removes old leftovers."""
        if self._contained is None or self._contained.problem:
            return self._contained.problem if self._contained else ""
        try:
            self._contained.engine.remove_what_was_left()
        except EngineFailed as problem:
            return f"the engine cannot remove what was left by a check: {problem}"
        return ""

    def _given_folders(self, own: Mapping[str, str]) -> dict[str, str]:
        """Variables that the deployment sets itself, where it would have its own."""
        return {name: own[name] for name in self._given if name in FOLDERS}

    def folder(self, scratch: Path) -> Path:
        """That of the configuration file."""
        return self._where.folder

    def remove(self, port: int) -> Sequence[str]:
        """What removes containers."""
        return self._contained.removing(port) if self._contained else ()

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """By the reserved route; and the path that must answer, does."""
        headers = ((HEADER, holds.token),)
        address = HOST, port
        waiting = wait_ready(
            server,
            address,
            holds.token,
            self._seconds,
            target=READY,
            headers=headers,
            instead=_instead,
        )
        client = await _unless_elsewhere(server, port, waiting, self._command)
        self.hello = msgspec.json.decode(client.body, type=Hello)
        if self._ready is not None:
            await self._answers(server, address, self._ready)
        quiet, inside = await self._look_inside(server, port)
        claims = claims_of(client)
        return Probe(server, holds, address, HOLD, quiet, headers, claims, inside)

    async def _look_inside(
        self, server: ProcessTree, port: int
    ) -> tuple[Quiet | None, str]:
        """How it is seen that containers are quiet, and their address from inside."""
        if self._contained is None:
            return None, ""
        label = self._contained.label.replace("{port}", str(port))
        try:
            found = await asyncio.to_thread(self._contained.engine.containers, label)
        except EngineFailed:
            found = []
        inside = engine.reached_from_inside(found, port) or ""
        if not engine.are_seen_here(found):
            return Quiet(server.processes, Settled.STEADY_COUNT), inside
        proxies = engine.proxies(port)
        return Quiet(lambda: engine.processes(found) + proxies), inside

    async def _answers(
        self, server: ProcessTree, address: tuple[str, int], path: str
    ) -> None:
        def instead(client: Client, token: str) -> str | None:
            if client.status is not None and client.status < 500:
                return None
            return f"{path}: {unanswered(client) or f'it answered {client.status}'}"

        await wait_ready(
            server, address, "", self._seconds, target=path, instead=instead
        )


def _instead(client: Client, token: str) -> str | None:
    """Nothing when the reserved route answered, else what came instead."""
    fault = from_app(client, token)
    if fault is not None and client.state is State.ANSWERED:
        return (
            f"it answered {client.status} where the probe's route should be, so no "
            "Flask app was reached: none may be mounted at the root, or its Python "
            "may ignore PYTHONPATH"
        )
    return fault


async def _unless_elsewhere(
    server: ProcessTree,
    port: int,
    waiting: Coroutine[Any, Any, Client],
    command: CommandLine,
) -> Client:
    """Wait, but not for a server that listens on some other port only."""
    answer = asyncio.ensure_future(waiting)
    elsewhere = asyncio.ensure_future(_elsewhere(server, port))
    try:
        await asyncio.wait((answer, elsewhere), return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise NotAnswering(_about_ports(command, elsewhere.result()))
    finally:
        answer.cancel()
        elsewhere.cancel()


def _about_ports(command: CommandLine, ports: set[int]) -> str:
    """What to do about a server that listens on some other ports."""
    listed = ", ".join(map(str, sorted(ports)))
    said = f"it listens on port {listed} and not on the one it was given; "
    for word in command.words:
        for port in map(str, ports):
            if re.search(rf"(?<!\d){port}$", word):
                return said + instead_of(word, port, "{port}")
    return f"{said}write {{port}} where the command, or a file that it reads, names one"


async def _elsewhere(server: ProcessTree, port: int) -> set[int]:
    """The ports of a server that settled on others than the one it was given."""
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
        if seconds >= ELSEWHERE_SECONDS or rested >= ELSEWHERE_QUIET_SECONDS:
            return ports
        before = now
