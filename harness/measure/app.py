"""Knows how the app of a started server is reached; must not know what is asked of it.

The catalog's cells all serve the app in ``target/app.py``, with little of the caller's
environment. A user's deployment serves an app of its own: ``check`` has another way.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from harness.probe.holds import Holds
from harness.probe.listeners import shared
from harness.probe.probe import Probe
from harness.probe.ready import claims_of
from harness.probe.ready import NotAnswering
from harness.probe.ready import wait_ready
from harness.system.process import ProcessTree

HOST = "127.0.0.1"

READY_SECONDS = 20.0
"""How long a server may take until its app answers."""

PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "TZ"),
    *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT"),
)
"""All that a server sees of the caller's environment. A list of what may pass rather
than of what may not: FLASK_*, WEB_CONCURRENCY, GUNICORN_CMD_ARGS, PORT and whatever a
server will look for next year would change its defaults."""


class Approach(Protocol):
    """How a server is started and its app reached."""

    listen: str
    """The address at which the probe listens for what is held in the app."""

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of the server, with its ``own`` variables."""

    def folder(self, scratch: Path) -> Path:
        """The folder to start the server in; ``scratch`` is empty."""

    def remove(self, port: int) -> Sequence[str]:
        """The command that removes what is not gone with the server's processes."""

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """Wait until the app answers; the instrument pointed at it.

        Raises ``NotAnswering`` and ``Ended``.
        """


def server_environment(
    caller: Mapping[str, str], scripts: Path, own: Mapping[str, str]
) -> dict[str, str]:
    """The whole environment of a server: little of the caller's, and its own."""
    kept = {name: caller[name] for name in PASSED_ON if name in caller}
    path = os.pathsep.join((str(scripts), kept.get("PATH", os.defpath)))
    return {**kept, "PATH": path, **own}


class TargetApp:
    """The app in ``target/app.py``, served with one interpreter."""

    listen = HOST

    def __init__(self, python: Path, more: Mapping[str, str] | None = None) -> None:
        self._scripts = python.parent
        self._more = more or {}

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """Little of the caller's environment, and the server's own."""
        return server_environment(os.environ, self._scripts, {**self._more, **own})

    def folder(self, scratch: Path) -> Path:
        """An empty one."""
        return scratch

    def remove(self, port: int) -> Sequence[str]:
        """All of it are processes."""
        return ()

    async def reach(self, server: ProcessTree, holds: Holds, port: int) -> Probe:
        """By the routes of that app; nobody else shares its port."""
        address = HOST, port
        answered = await wait_ready(server, address, holds.token, READY_SECONDS)
        if shared(port, server.processes()):
            raise NotAnswering("another program listens on its port as well")
        claims = claims_of(answered)
        return Probe(server, holds, address, "/hold?request={name}", claims=claims)
