"""The app of a deployment, which the probe reaches by a start-up hook.

The command is started unchanged, in the folder of its configuration file and with the
caller's variables. The hook is ``target/hook``.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.deployment.containers import contained as containers
from harness.deployment.containers.engine import EngineFailed
from harness.deployment.containers.inside import look_inside
from harness.deployment.containers.inside import wait_until_started
from harness.deployment.declaration import declared_by
from harness.deployment.declared import running
from harness.deployment.declared.program import is_direct
from harness.deployment.elsewhere import AnswerSearch
from harness.deployment.elsewhere import reach
from harness.deployment.elsewhere import Watched
from harness.deployment.environment import with_hook
from harness.deployment.hello import Hello
from harness.deployment.hook_notes import HookNotes
from harness.deployment.isolation import FOLDERS
from harness.deployment.isolation import isolated
from harness.deployment.isolation import layered
from harness.deployment.isolation import own_control_socket
from harness.deployment.isolation import working_tree
from harness.deployment.mount_paths import mount_paths
from harness.deployment.mounted import below
from harness.deployment.mounted import lacks_variables
from harness.deployment.mounted import not_reached
from harness.deployment.mounted import WITHOUT_VARIABLES
from harness.deployment.places import VARIABLE
from harness.deployment.places import variable
from harness.deployment.prepare import Prepared
from harness.deployment.ready_path import wait_until_path_answers
from harness.deployment.written_logs import WrittenLogs
from harness.measure.app import HOST
from harness.probe.clients import Client
from harness.probe.holds import Holds
from harness.probe.listeners import is_of_others
from harness.probe.probe import Probe
from harness.probe.ready import from_app
from harness.probe.ready import NotAnswering
from harness.probe.ready import read_body
from harness.probe.ready import take_note
from harness.probe.ready import wait_ready
from harness.probe.states import State
from harness.probe.transports import Endpoint
from harness.records.choices import START_SECONDS
from harness.records.plan import Declaration
from harness.system.process import CannotExecute
from harness.system.process import ProcessTree

READY = "/.flask-concurrency/ready"
HOLD = "/.flask-concurrency/hold?request={name}"
HEADER = "X-Flask-Concurrency"

LEAST_SECONDS = 2.0
"""The least time to answer, in seconds, if containers took all the time to start."""


class DeployedApp:
    """The app of a deployment, reached by the route that the hook adds to it."""

    def __init__(
        self,
        prepared: Prepared,
        own: Path,
        seconds: float = START_SECONDS,
    ) -> None:
        self._prepared = prepared
        self._own = own
        self._command, self._where = prepared.command, prepared.where
        self._contained = prepared.contained
        self.listen = containers.LISTEN if self._contained else HOST
        self._below = below(prepared)
        self._headers = tuple(prepared.deployment.headers.items())
        self.promise = prepared.promise
        """What the deployment declares, by its command or by its running server."""
        self.declaration: Declaration | None = None
        self.found_below = ""
        """The path that the app was found below, where no file names it."""
        self._logs = WrittenLogs(own / "tmp")
        self._notes = HookNotes(own)
        self.sockets: set[str] = set()
        """The Unix sockets on which it was reached."""
        self._seconds = seconds
        self.hello: Hello | None = None
        """What the first process that answered reports about itself."""
        self.is_seen = True
        """Whether its processes are visible here; those in containers may not be."""

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The variables of the caller and of the deployment, with the hook."""
        if self._contained is not None:
            if problem := self._engine_problem:
                raise CannotExecute(problem)
            places = {VARIABLE: "", **variable(self._prepared.places)}
            return containers.variables({**self._where.variables, **places, **own})
        given = {**self._where.variables, **variable(self._prepared.places), **own}
        variables = isolated(given, working_tree(self._where.folder), self._own)
        variables |= self._notes.variables()
        socket = own_control_socket(self.promise, variables, self._own)
        folders = {
            name: own[name] for name in self._prepared.deployment.env if name in FOLDERS
        }
        return with_hook({**variables, **folders, **socket})

    @cached_property
    def _engine_problem(self) -> str:
        """Why the engine cannot start containers; empty if it can.

        What an earlier check left there is removed.
        """
        if self._contained is None or self._contained.problem:
            return self._contained.problem if self._contained else ""
        try:
            self._contained.engine.remove_what_was_left()
        except EngineFailed as problem:
            return f"the engine cannot remove what was left by a check: {problem}"
        return ""

    def folder(self, scratch: Path) -> Path:
        """The folder of the configuration file."""
        return self._where.folder

    def run(self, command: list[str]) -> list[str]:
        """The command, with a layer over the working tree if the system allows it."""
        if self._contained is not None:
            return command
        where = self._where
        return layered(command, where.folder, self._own, where.variables)

    def remove(self, port: int) -> Sequence[str]:
        """The command that removes containers, if there are any."""
        return self._contained.removing(port) if self._contained else ()

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
        headers = ((HEADER, holds.token), *self._headers)
        target = self._below + READY
        watched = Watched(functools.partial(self._not_the_route, server, port))
        begun = time.monotonic()
        if self._contained is not None:
            await wait_until_started(self._contained, server, port, self._seconds)

        def wait(endpoint: Endpoint) -> Coroutine[Any, Any, Client]:
            return wait_ready(
                server,
                endpoint,
                holds.token,
                max(self._seconds - (time.monotonic() - begun), LEAST_SECONDS),
                target=target,
                headers=headers,
                instead=watched.instead,
            )

        given, where = Endpoint(HOST, port), self._where.folder
        known = target, headers, self._command, self.promise, where, READY, self._mounts
        is_client = self._contained is not None
        search = AnswerSearch(server, given, *known, is_client=is_client)
        try:
            client, endpoint, found_below = await reach(search, wait, watched)
        except NotAnswering as problem:
            if time.monotonic() - begun < self._seconds:
                raise
            what, *rest = str(problem).split("; ")
            allowed = f"within {self._seconds:g} seconds; `--start-seconds` allows more"
            raise NotAnswering("; ".join([f"{what} {allowed}", *rest])) from None
        self._below = found_below or self._below
        self.found_below = found_below or self.found_below
        self.hello = read_body(client, Hello)
        await self._ask_running(server)
        if endpoint.path.startswith("/proc/"):
            self.sockets.add("/" + endpoint.path.split("/root/", 1)[1])
        if path := self._prepared.deployment.ready:
            await wait_until_path_answers(
                server, endpoint, path, self._headers, self._seconds
            )
        quiet, inside = None, ""
        if self._contained is not None:
            quiet, inside, self.is_seen = await look_inside(
                self._contained, server, port
            )
        target = self._below + HOLD
        probe = Probe(server, holds, endpoint, target, quiet, headers, inside)
        take_note(probe, client)
        probe.route = self._below + (self._prepared.deployment.route or "")
        found = self.hello.places if self.hello else ()
        probe.places = {each.name: each.name in found for each in self._prepared.places}
        return probe

    async def _ask_running(self, server: ProcessTree) -> None:
        """Ask the running server what it declares, if the command did not say."""
        prepared, hello = self._prepared, self.hello
        if self._contained is not None or hello is None or self.declaration:
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
        self, server: ProcessTree, port: int, client: Client, token: str
    ) -> str | None:
        """The error for an answer not of the reserved route; ``None`` if it is one."""
        if self._contained is None:
            self._logs.look(server.processes(), instead_of=server.log)
        fault = from_app(client, token)
        if fault is None and read_body(client, Hello) is None:
            return "the probe's route answered something else than it does"
        if fault is not None and client.state is State.ANSWERED:
            if self._contained is None and is_of_others(port, server.processes()):
                return f"another program answers on port {port}, which it did not get"
            noted = self._notes.words()
            if "flask" not in noted and self._contained is None:
                if lacks_variables(port, server.processes()):
                    return WITHOUT_VARIABLES
            return not_reached(client, self._below, noted)
        return fault
