"""Knows how a user's own deployment is measured; must not judge it.

The command is started as it is, in the folder of its configuration file and with the
caller's variables; the probe comes in through the start-up hook (``target/hook``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.deployment.command import CommandLine
from harness.deployment.command import instead_of
from harness.deployment.config import Deployment
from harness.deployment.containers import contained as containers
from harness.deployment.containers import engine
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.environment import with_hook
from harness.deployment.isolation import FOLDERS
from harness.deployment.isolation import isolated
from harness.deployment.isolation import own_folder
from harness.deployment.prepare import environment
from harness.deployment.prepare import Prepared
from harness.deployment.prepare import title
from harness.deployment.prepare import UNKNOWN
from harness.measure.app import HOST
from harness.measure.app import TargetApp
from harness.measure.cell import Bench
from harness.measure.environment import control
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
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.nothing import unmeasured
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import PlannedCell
from harness.records.questions import Question
from harness.records.words import DEFAULT_LIMIT
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.system.machine import host
from harness.system.machine import now
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


def planned(prepared: Prepared, own: Path | None = None) -> PlannedCell:
    """The cell of a deployment, which has a folder of its own once it is started."""
    name, command = prepared.deployment.name, prepared.command
    if prepared.contained is not None and own is not None:
        command = prepared.contained.in_folder(own)
    return PlannedCell(
        id=str(environment(prepared).cell(name)),
        configuration=name,
        argv=tuple(map(_places_only, command.words)),
        env={key: _places_only(v) for key, v in command.env.items()},
        declaration=prepared.declaration,
    )


def _places_only(text: str) -> str:
    """The same with all braces taken literally but those of our placeholders."""
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"\{(\{(?:host|port)\})\}", r"\1", text)


async def measure(
    prepared: Prepared,
    limit: int,
    logs: Path,
    seconds: float = READY_SECONDS,
    ask: Collection[Question] = (),
) -> tuple[Evidence, Hello | None]:
    """Measure a deployment, and a control in the same Python."""
    where, contained = prepared.where, prepared.contained
    path = {k: v for k, v in where.variables.items() if k == "PYTHONPATH"}
    plain = Bench(where.python, limit, logs, TargetApp(where.python, path))
    # What is in a container says nothing of the Python that the control runs on.
    seen = await control(plain, "plain_app" if contained else "app")
    with own_folder() as own:
        approach = DeployedApp(prepared, own, seconds)
        bench = Bench(where.python, limit, logs, approach)
        plan = planned(prepared, own)
        problem = _engine_problem(contained) if contained else ""
        cell = (
            unmeasured(plan, Outcome.NOT_STARTED, problem)
            if problem
            else await bench.cell(plan, ask)
        )
    if contained is not None:
        versions = _inside(contained.release, approach.hello)
        prepared = prepared._replace(versions=versions)
        cell = msgspec.structs.replace(cell, id=planned(prepared).id)
    evidence = Evidence(
        environment=environment(prepared),
        title=title(prepared),
        measured_at=now(),
        host=host(),
        installed=prepared.versions,
        control=seen,
        limit=limit,
        cells=(cell,),
    )
    return evidence, approach.hello


def _engine_problem(contained: Contained) -> str:
    """Why nothing can be started in an engine; what is left there is removed first."""
    if contained.problem:
        return contained.problem
    try:
        contained.engine.remove_what_was_left()
    except EngineFailed as problem:
        return f"the engine cannot remove what was left by a check: {problem}"
    return ""


def nothing(prepared: Prepared, limit: int, outcome: Outcome, reason: str) -> Evidence:
    """Evidence that a deployment was not measured."""
    cells = (unmeasured(planned(prepared), outcome, reason),)
    return Evidence(
        environment=environment(prepared),
        title=title(prepared),
        measured_at=now(),
        host=host(),
        limit=limit,
        cells=cells,
    )


def _inside(engine_release: str, hello: Hello | None) -> dict[str, str]:
    """The releases that are known of a container, some of them by its app only."""
    found = {"docker": engine_release}
    if hello is not None:
        found |= {"flask": hello.flask, "python": hello.python}
    return {name: release for name, release in found.items() if release}


def not_installed(deployment: Deployment, problem: str) -> Evidence:
    """Evidence that the requirements of a deployment would not go in."""
    where = Environment(
        flask=UNKNOWN, server=UNKNOWN, server_version="0", python=UNKNOWN
    )
    cell = CellEvidence(
        id=str(where.cell(deployment.name)),
        configuration=deployment.name,
        outcome=Outcome.NOT_INSTALLED,
        reason=f"requirements: {deployment.requirements} could not be installed",
        log_tail=problem,
        declaration=Declaration(declared=None, because="It was not asked.", source=""),
    )
    return Evidence(
        environment=where,
        measured_at=now(),
        host=host(),
        limit=DEFAULT_LIMIT,
        cells=(cell,),
    )


def limit_for(deployment: Deployment, asked: int | None) -> int:
    """How far a deployment that declares no bound is tried."""
    return max(asked or DEFAULT_LIMIT, deployment.at_least or 1)


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
            return containers.variables({**self._where.variables, **own})
        variables = isolated({**self._where.variables, **own}, self._own)
        return with_hook({**variables, **self._given_folders(own)})

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
