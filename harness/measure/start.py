"""Starts and stops the servers of a cell, with a proxy or without.

Each process has its own warden, so that it leaves nothing behind, whatever happens to
the harness. The proxy is stopped first.
"""

import contextlib
import time
from collections.abc import AsyncIterator
from collections.abc import Awaitable
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from harness.measure.app import HOST
from harness.measure.app import READY_SECONDS
from harness.measure.bench import Bench
from harness.measure.front import front_of
from harness.probe.booting import wait_until_booted
from harness.probe.holds import Holds
from harness.probe.holds import listening
from harness.probe.listeners import belongs_to_others
from harness.probe.probe import Probe
from harness.probe.questions import NotMeasured
from harness.probe.ready import NotAnswering
from harness.probe.ready import wait_listening
from harness.records.choices import Question
from harness.records.evidence import Claims
from harness.records.evidence import Front
from harness.records.plan import PlannedCell
from harness.records.words import Outcome
from harness.system.ports import free_ports
from harness.system.process import CannotExecute
from harness.system.process import Ended
from harness.system.process import ProcessTree
from harness.system.process import running
from harness.system.process import SomethingLeft
from harness.system.spawn import Command

BOOT_SECONDS = 1.0
"""Seconds for which importing the catalog's app is delayed while a server's life is
watched. Without the delay, missing slots would be back in an instant."""

PORTS_TRIED = 3
"""How often to start a server whose port another program takes."""

T = TypeVar("T")


@contextlib.asynccontextmanager
async def started(
    server: Command, front: Command | None = None, title: str = ""
) -> AsyncIterator[ProcessTree]:
    """Start a server and, if there is one, the proxy ``title`` in front of it.

    Yields the process tree that clients reach, which reports for both. Raises
    ``CannotExecute``.
    """
    name = f"the server behind {title}" if front else "the server"
    async with contextlib.AsyncExitStack() as stack:
        last = await stack.enter_async_context(running(server, name=name))
        if front is not None:
            last = await stack.enter_async_context(
                running(front, name=title, behind=last)
            )
        yield last


class FreshServers:
    """Servers of one cell, each started for one use and then stopped."""

    def __init__(
        self,
        bench: Bench,
        planned: PlannedCell,
        scratch: Path,
        question: Question = Question.OVERLAP,
    ) -> None:
        self._bench = bench
        self._planned = planned
        self._scratch = scratch
        self._question = question
        name = planned.id.replace("/", "+")
        # Each start empties the log, so each question has its own.
        suffix = "" if question is Question.OVERLAP else f".{question}"
        self._log = bench.logs / f"{name}{suffix}.log"
        self.command: list[str] = []
        self.front: Front | None = None
        self.claims: Claims | None = None
        self.tail = ""
        """The end of the last server's output."""
        self._is_asked = False
        """Whether the last server was reached."""
        self.start_seconds = 0.0
        self.stop_seconds = 0.0

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Start a server, ask something of it, and stop it. See ``Servers``.

        Another program may take the port before the server does. The server is then
        started again on another port, up to ``PORTS_TRIED`` times in all.
        """
        for left in reversed(range(PORTS_TRIED)):
            ports = free_ports(HOST, 2 if self._planned.front else 1)
            self._is_asked = False
            try:
                async with listening(self._bench.app.listen) as holds:
                    return await self._use(holds, ports, ask)
            except NotMeasured:
                # Nothing reserves a port between its choice and its use. The server has
                # ended, so whatever listens there is another program.
                taken = any(belongs_to_others(port, ()) for port in ports)
                if self._is_asked or not taken or not left:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _use(
        self, holds: Holds, ports: list[int], ask: Callable[[Probe], Awaitable[T]]
    ) -> T:
        begun = stopping = time.monotonic()
        try:
            async with self._started(holds, ports) as server:
                try:
                    probe = await self._ready(server, holds, ports)
                    self.start_seconds += time.monotonic() - begun
                    self._is_asked = True
                    return await ask(probe)
                finally:
                    stopping = time.monotonic()
                    self.tail = server.tail() + self._bench.app.log_text()
        except CannotExecute as problem:
            raise NotMeasured(Outcome.NOT_STARTED, str(problem)) from None
        except SomethingLeft as problem:
            raise NotMeasured(Outcome.HARNESS_FAILED, str(problem)) from None
        finally:
            self.stop_seconds += time.monotonic() - stopping

    @property
    def _takes_port(self) -> bool:
        """Whether the server gets a port; behind a proxy it may have a Unix socket."""
        return any("{port}" in word for word in self._planned.argv)

    def _started(
        self, holds: Holds, ports: list[int]
    ) -> contextlib.AbstractAsyncContextManager[ProcessTree]:
        app = self._bench.app
        folder, remove = app.folder(self._scratch), app.remove(ports[0])
        command, env = self._prepare(holds, ports[0], folder)
        own = Command(app.run(command), env, folder, self._log, remove)
        front = self._in_front(ports, folder)
        return started(own, front, self.front.title if self.front else "")

    def _prepare(
        self, holds: Holds, port: int, folder: Path
    ) -> tuple[list[str], dict[str, str]]:
        """Fill in the command; return it with the environment to run it in."""
        values = self._bench.placeholders(port, folder)
        self.command = [word.format_map(values) for word in self._planned.argv]
        own = {key: v.format_map(values) for key, v in self._planned.env.items()}
        own["FLASK_CONCURRENCY_PROBE"] = holds.address
        own["FLASK_CONCURRENCY_TOKEN"] = holds.token
        if self._question is Question.LIFE:
            own["FLASK_CONCURRENCY_BOOT_SECONDS"] = f"{BOOT_SECONDS:g}"
        return self.command, self._bench.app.environment(own)

    def _in_front(self, ports: list[int], folder: Path) -> Command | None:
        """Write the configuration of the proxy; return its command, if there is one."""
        planned = self._planned.front
        if planned is None:
            return None
        own = folder / "front"
        own.mkdir(exist_ok=True)
        env = self._bench.app.environment({})
        self.front = front_of(planned, env, own, HOST, ports)
        (own / planned.file).write_text(self.front.file)
        log = self._log.with_suffix(".front.log")
        return Command(list(self.front.command), env, own, log)

    async def _ready(
        self, server: ProcessTree, holds: Holds, ports: list[int]
    ) -> Probe:
        """Wait until the server answers and is quiet; return a probe of it."""
        try:
            for behind in ports[:-1] if self._takes_port else ():
                await wait_listening(server, (HOST, behind), READY_SECONDS)
            probe = await self._bench.app.reach(server, holds, ports[-1])
            self.claims = probe.learned.claims
            await wait_until_booted(probe)
        except Ended as problem:
            reason = f"{problem} before it answered"
            raise NotMeasured(Outcome.NOT_STARTED, reason) from None
        except NotAnswering as problem:
            raise NotMeasured(Outcome.NOT_ANSWERING, str(problem)) from None
        return probe
