"""The app that is served: how its server is started, and how the probe reaches it.

The cells of the catalog serve the app in ``target/app.py``, with little of the caller's
environment. A deployment serves an app of its own.
"""

import os
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from harness.measure.target import server_environment
from harness.probe.clients import Client
from harness.probe.destination import Destination
from harness.probe.holds import Holds
from harness.probe.listeners import shared
from harness.probe.probe import Probe
from harness.probe.ready import Fault
from harness.probe.ready import not_from_app
from harness.probe.ready import NotAnswering
from harness.probe.ready import OutOfTime
from harness.probe.ready import take_note
from harness.probe.ready import wait_ready
from harness.probe.transports import Endpoint
from harness.records.plan import Declaration
from harness.system.process import ProcessTree
from harness.system.schedstat import longest_delay

HOST = "127.0.0.1"

READY_SECONDS = 20.0
"""How long a server may take until its app answers."""

DELAY_SECONDS = 40.0
"""Most seconds that are added if the server had to wait for a processor. The time that
it waited is added, since that wait is not the server's fault."""

LEAST_DELAY_SECONDS = 0.1
"""A shorter wait for a processor adds nothing."""


class App(Protocol):
    """An app that is served: how its server is started, and how the probe reaches it.

    By default the command is run as it is, and nothing outlives its processes.
    """

    listen: str = HOST
    """The address at which the probe listens for held requests."""
    declaration: Declaration | None = None
    """What the running server declares, if that replaces the planned declaration; set
    once the app was reached."""

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of the server, with its ``own`` variables.

        Raises ``CannotExecute`` if it is already known that the server cannot be
        started.
        """

    def folder(self, scratch: Path) -> Path:
        """The folder to start the server in; ``scratch`` is empty."""
        return scratch

    def run(self, command: list[str]) -> list[str]:
        """The command as it is run."""
        return command

    def remove(self, port: int) -> Sequence[str]:
        """The command that removes what outlives the server's processes, if any."""
        return ()

    def log_text(self) -> str:
        """What the last server wrote to log files instead of standard output."""
        return ""

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """Wait until the app answers; return a probe of it.

        Raises ``NotAnswering`` and ``Ended``.
        """


class TargetApp(App):
    """The app in ``target/app.py``, served by one interpreter."""

    def __init__(
        self, python: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        self._scripts = python.parent
        self._variables = variables or {}

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """A few of the caller's variables, the interpreter's and the server's."""
        return server_environment(os.environ, self._scripts, {**self._variables, **own})

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """Wait until that app answers, on a port that no other program shares."""
        endpoint = Endpoint(HOST, port)
        answered = await _wait_ready(server, endpoint, holds.token)
        if shared(port, server.processes()):
            raise NotAnswering(Fault("another program listens on its port as well"))
        probe = Probe(server, holds, Destination(endpoint))
        take_note(probe, answered)
        return probe


async def _wait_ready(server: ProcessTree, endpoint: Endpoint, token: str) -> Client:
    """Wait until the app answers, for longer if the machine is busy.

    Raises ``NotAnswering`` and ``Ended``.
    """
    fault_of = partial(not_from_app, token)
    added, seconds = 0.0, READY_SECONDS
    while True:
        try:
            return await wait_ready(server, endpoint, seconds, fault_of)
        except OutOfTime:
            delay = min(longest_delay(server.processes()), DELAY_SECONDS)
            added, seconds = delay, delay - added
            if seconds < LEAST_DELAY_SECONDS:
                raise
