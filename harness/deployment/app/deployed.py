"""The app of a deployment, which the probe reaches by a start-up hook.

The command is started unchanged, in the folder of its configuration file and with the
caller's variables. The hook is ``target/hook``.
"""

import asyncio
import functools
import time
from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.deployment import hook
from harness.deployment.app import unreached
from harness.deployment.app.attempts import AnswerSearch
from harness.deployment.app.attempts import Reached
from harness.deployment.app.attempts import Watched
from harness.deployment.app.behind_proxy import out_of_time
from harness.deployment.app.hold_places import variable
from harness.deployment.app.mount_paths import mount_paths
from harness.deployment.app.search import reach
from harness.deployment.app.written_logs import WrittenLogs
from harness.deployment.command.program import is_direct
from harness.deployment.declared import running
from harness.deployment.declared.promise import declared_by
from harness.deployment.isolation.folders import FOLDERS
from harness.deployment.isolation.folders import Isolation
from harness.deployment.isolation.folders import own_control_socket
from harness.deployment.isolation.left_sockets import remove_left
from harness.deployment.plan import in_environment
from harness.deployment.plan import running_environment
from harness.deployment.prepare import Prepared
from harness.deployment.remedies.fixed_ports import remedy_for_port
from harness.measure.app import App
from harness.measure.app import HOST
from harness.probe.clients import Client
from harness.probe.destination import Destination
from harness.probe.holds import Holds
from harness.probe.listeners import shared
from harness.probe.messages import ClientRequest
from harness.probe.probe import Probe
from harness.probe.quiet import Quiet
from harness.probe.ready import Fault
from harness.probe.ready import NO_FAULT
from harness.probe.ready import not_from_app
from harness.probe.ready import NotAnswering
from harness.probe.ready import OutOfTime
from harness.probe.ready import read_body
from harness.probe.ready import take_note
from harness.probe.ready import wait_ready
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.records.evidence import Evidence
from harness.records.plan import Declaration
from harness.records.plan import PlannedEnvironment
from harness.system.process import ProcessTree

LEAST_SECONDS = 2.0
"""Least seconds to answer, even if starting containers took all the time."""


class DeployedApp(App):
    """The app of a deployment, reached by the route that the hook adds to it."""

    is_client = False
    """Whether the processes are a client that starts containers, which serve."""

    def __init__(self, prepared: Prepared, own: Path, seconds: float) -> None:
        self._prepared = prepared
        self._own = own
        self._command, self._where = prepared.command, prepared.where
        self._below = unreached.below(prepared)
        self._headers = tuple(prepared.deployment.headers.items())
        self.promise = prepared.promise
        """What the deployment declares, by its command or by its running server."""
        self.declaration: Declaration | None = None
        self.found_below = ""
        """The path that the app was found below, where no file names it."""
        self._isolation: Isolation
        """Made anew before each start: an engine to hide may have started meanwhile."""
        self._logs = WrittenLogs(own / "tmp")
        self._sockets: set[Path] = set()
        """The Unix sockets on which it was reached."""
        self._seconds = seconds
        self._begun = time.time()
        self.hello: hook.Hello | None = None
        """What the first process that answered reports about itself."""
        self.fault = NO_FAULT
        """Why the last server was not reached; empty if each was."""
        self.server: ProcessTree | None = None
        """The server that the check last tried to reach."""

    def planned(self, planned: PlannedEnvironment) -> PlannedEnvironment:
        """The plan as it is measured."""
        return planned

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The variables of the caller and of the deployment, with the hook."""
        variables = self._where.variables
        self._isolation = Isolation(self._where.folder, self._own, variables)
        given = {**variables, **variable(self._prepared.places), **own}
        variables = self._isolation.variables(given)
        socket = own_control_socket(self.promise, variables, self._own)
        folders = {
            name: own[name] for name in self._prepared.deployment.env if name in FOLDERS
        }
        return hook.with_hook({**variables, **folders, **socket}, self._own)

    def folder(self, scratch: Path) -> Path:
        """The folder of the configuration file."""
        return self._where.folder

    def run(self, command: list[str]) -> list[str]:
        """The command, with a layer over the working tree if the system allows it."""
        return self._isolation.command(command)

    def log_text(self) -> str:
        """The ends of the log files that the app wrote."""
        return self._logs.text()

    def _mounts(self) -> Sequence[str]:
        """Paths that the app may be mounted below; none if its file names the path."""
        given = self._prepared.deployment
        if self._below or given.below is not None:
            return ()
        return mount_paths(self._where.folder, self._command.words, given.env)

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """Wait for the reserved route, and for the path that must answer."""
        self.server = server
        try:
            return await self._reach(server, holds, port)
        except NotAnswering as problem:
            self.fault = problem.fault
            raise

    async def _reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        headers = ((hook.HEADER, holds.token), *self._headers)
        client, endpoint, found_below = await self._find(server, holds, port, headers)
        if not endpoint.path and shared(endpoint.port, server.processes()):
            raise NotAnswering(unreached.also_listens(endpoint.port))
        self._below = found_below or self._below
        self.found_below = found_below or self.found_below
        self.hello = read_body(client, hook.Hello)
        await self._ask_running(server)
        if endpoint.path.startswith("/proc/"):
            self._sockets.add(Path("/", endpoint.path.split("/root/", 1)[1]))
        if path := self._prepared.deployment.ready:
            await unreached.wait_until_answered(
                server, endpoint, path, self._headers, self._seconds
            )
        quiet, inside = await self._look_inside(server, port)
        found = self.hello.places if self.hello else ()
        destination = Destination(
            endpoint,
            self._below + hook.VIEWS,
            headers,
            inside,
            route=self._below + (self._prepared.deployment.route or ""),
            places={each.name: each.name in found for each in self._prepared.places},
        )
        probe = Probe(server, holds, destination, quiet)
        take_note(probe, client)
        return probe

    async def _find(
        self, server: ProcessTree, holds: Holds, port: int, headers: Headers
    ) -> Reached:
        """Wait until the reserved route answers, wherever it is.

        Raises ``NotAnswering``.
        """
        request = ClientRequest(self._below + hook.READY, headers)
        not_ours = functools.partial(self._not_the_route, server, port, holds.token)
        watched = Watched(not_ours)
        begun = time.monotonic()
        await self._wait_until_started(server, port)

        def wait(endpoint: Endpoint) -> Coroutine[Any, Any, Client]:
            left = max(self._seconds - (time.monotonic() - begun), LEAST_SECONDS)
            return wait_ready(server, endpoint, left, watched.fault_of, request=request)

        remedy = functools.partial(
            remedy_for_port, self._command, self.promise, folder=self._where.folder
        )
        known = Endpoint(HOST, port), request, remedy, self._mounts
        search = AnswerSearch(server, *known, self.is_client)
        try:
            return await reach(search, wait, watched)
        except OutOfTime as problem:
            last = search, watched.status, self.log_text()
            fault = watched.fault if watched.fault.not_http else problem.fault
            raise OutOfTime(out_of_time(fault, self._seconds, *last)) from None

    async def _wait_until_started(self, server: ProcessTree, port: int) -> None:
        """Wait for everything that the first request needs."""

    async def _look_inside(
        self, server: ProcessTree, port: int
    ) -> tuple[Quiet | None, str]:
        """How to tell that the server is quiet, and its own address.

        Both are empty if they are the usual ones.
        """
        return None, ""

    async def _ask_running(self, server: ProcessTree) -> None:
        """Ask the running server what it declares, if the command did not say."""
        prepared, hello = self._prepared, self.hello
        if hello is None or self.declaration:
            return
        if self.promise is not None and is_direct(self._command.words):
            return
        self.promise, problem = await asyncio.to_thread(
            running.ask, hello, server.processes(), self._where, self.promise
        )
        self.declaration = declared_by(
            prepared.deployment, prepared.source, self.promise, problem
        )

    def _not_the_route(
        self, server: ProcessTree, port: int, token: str, client: Client
    ) -> Fault | None:
        """What is wrong with an answer; ``None`` if the reserved route gave it."""
        self._look_at_logs(server)
        fault = not_from_app(token, client)
        if fault is None and read_body(client, hook.Hello) is None:
            return Fault("the probe's route gave an answer that is not its own")
        if fault is not None and client.state is State.ANSWERED:
            seen = hook.noted(self._own)
            wrong = unreached.wrong_program(port, server.processes(), seen)
            return wrong or unreached.not_reached(client, self._below, seen)
        return fault

    def _look_at_logs(self, server: ProcessTree) -> None:
        """Read what its processes have written to log files."""
        self._logs.look(server.processes(), instead_of=server.log)

    def remove_sockets(self) -> None:
        """Remove the Unix sockets that a killed server left behind."""
        remove_left(self._sockets, self._where.folder, self._begun)

    def recognized(self, evidence: Evidence) -> Evidence:
        """The evidence with the server that was recognized while it ran."""
        where = running_environment(self._prepared, self.promise, self.hello)
        return in_environment(evidence, where)
