"""Knows how the servers of one cell are started for what is asked, and stopped; must
not know what any question is about, nor judge any answer.

For the overlap a server is started, and anew when it has stalled. Questions that leave
a server as it was are asked of that one afterwards; each of the others gets servers of
its own, and nothing that goes wrong there touches what was seen of the overlap.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from harness.measure.app import Approach
from harness.measure.app import HOST
from harness.measure.app import READY_SECONDS
from harness.measure.app import TargetApp
from harness.measure.start import front_of
from harness.measure.start import Link
from harness.measure.start import started
from harness.probe.holds import Holds
from harness.probe.holds import listening
from harness.probe.probe import Probe
from harness.probe.questions import ask
from harness.probe.questions import on_own_server
from harness.probe.questions import on_same_server
from harness.probe.questions import SameServer
from harness.probe.questions import Unmeasured
from harness.probe.questions.context import Context
from harness.probe.ready import NotAnswering
from harness.probe.ready import wait_listening
from harness.probe.round import measure_overlap
from harness.probe.schedule import Schedule
from harness.records.evidence import CellEvidence
from harness.records.evidence import Claims
from harness.records.evidence import Front
from harness.records.nothing import unmeasured
from harness.records.plan import PlannedCell
from harness.records.questions import AnySeen
from harness.records.questions import Question
from harness.records.words import Outcome
from harness.system.ports import free_ports
from harness.system.process import CannotExecute
from harness.system.process import Ended
from harness.system.process import NothingLeftViolated
from harness.system.process import ProcessTree

TARGET = Path(__file__).parents[1] / "target"

STARTS = 4
"""How often a server is started for one cell, when it stalls on the way."""

T = TypeVar("T")


class Bench:
    """Where the cells of one environment are measured, one after the other."""

    def __init__(
        self, python: Path, limit: int, logs: Path, approach: Approach | None = None
    ) -> None:
        self.python = python
        self.limit = limit
        self.logs = logs
        self.approach = approach or TargetApp(python)

    def places(self, port: int, folder: Path) -> dict[str, str]:
        """What the placeholders of a planned command stand for."""
        return {
            "python": str(self.python),
            "scripts": str(self.python.parent),
            "target": str(TARGET),
            "folder": str(folder),
            "host": HOST,
            "port": str(port),
        }

    async def cell(
        self, planned: PlannedCell, ask: Collection[Question] = ()
    ) -> CellEvidence:
        """Measure one cell; whatever happens becomes its outcome.

        Its overlap is measured always, and the other questions of ``ask`` are put to
        what could be measured.
        """
        if planned.not_supported is not None:
            return unmeasured(planned, Outcome.NOT_SUPPORTED, planned.not_supported)
        with tempfile.TemporaryDirectory(prefix="flask-concurrency-") as scratch:
            attempt = Attempt(self, planned, Path(scratch), ask)
            outcome, reason = Outcome.MEASURED, ""
            try:
                await attempt.run()
            except Unmeasured as problem:
                outcome, reason = problem.outcome, problem.reason
        servers = attempt.servers
        return CellEvidence(
            id=planned.id,
            configuration=planned.configuration,
            outcome=outcome,
            reason=reason,
            log_tail=servers.tail if attempt.tail_matters(outcome) else "",
            command=tuple(servers.command),
            front=servers.front,
            declaration=planned.declaration,
            claims=servers.claims,
            rounds=tuple(attempt.schedule.rounds),
            asked=tuple(attempt.asked),
            restarts=attempt.schedule.begun_anew,
            start_seconds=servers.start_seconds,
            measure_seconds=attempt.measure_seconds,
            stop_seconds=servers.stop_seconds,
        )


class Attempt:
    """What is asked of one cell, one question after the other, and what was seen."""

    def __init__(
        self,
        bench: Bench,
        planned: PlannedCell,
        scratch: Path,
        ask: Collection[Question],
    ) -> None:
        self._bench = bench
        self._planned = planned
        self._scratch = scratch
        self._ask = ask
        declared = planned.declaration.declared
        self.schedule = Schedule(declared, bench.limit, planned.also_offered)
        self.servers = StartedAnew(bench, planned, scratch)
        """Those that the overlap was measured on."""
        self.asked: list[AnySeen] = []
        self.measure_seconds = 0.0

    def tail_matters(self, outcome: Outcome) -> bool:
        """Whether the server's output explains something that went wrong."""
        faults = any(
            round_.stalled
            or round_.broken
            or round_.account.failed
            or round_.offered > round_.admitted + round_.waiting
            for round_ in self.schedule.rounds
        )
        return outcome is not Outcome.MEASURED or faults

    @property
    def context(self) -> Context:
        """What is known of the cell now."""
        declared = self._planned.declaration.declared
        return Context(declared, self._bench.limit, tuple(self.schedule.rounds))

    async def run(self) -> None:
        """Ask everything. Raises ``Unmeasured`` when the overlap cannot be measured."""
        for _ in range(STARTS):
            if await self.servers.use(self._overlap):
                break
        done = {asked.question for asked in self.asked}
        for question in (*on_same_server(self._ask), *on_own_server(self._ask)):
            if question not in done:
                own = StartedAnew(self._bench, self._planned, self._scratch, question)
                self.asked.append(await ask(question, own, self.context))

    async def _overlap(self, probe: Probe) -> bool:
        begun = time.monotonic()
        try:
            done = await measure_overlap(probe, self.schedule)
        except Ended as problem:
            rounds = len(self.schedule.rounds)
            reason = f"{problem} after {rounds} rounds"
            raise Unmeasured(Outcome.DIED, reason) from None
        except TimeoutError:
            reason = "a wait in a round reached its deadline"
            raise Unmeasured(Outcome.HARNESS_FAILED, reason) from None
        finally:
            self.measure_seconds += time.monotonic() - begun
        if done and not self._stalled():
            for question in on_same_server(self._ask):
                self.asked.append(await ask(question, SameServer(probe), self.context))
        return done

    def _stalled(self) -> bool:
        """Whether requests wait for ever in the server that is at hand."""
        return any(done.stalled for done in self.schedule.rounds[-1:])


class StartedAnew:
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
        name = planned.id.replace("/", "+")
        # Each question has a log of its own: starting a server begins it anew.
        suffix = "" if question is Question.OVERLAP else f".{question}"
        self._log = bench.logs / f"{name}{suffix}.log"
        self.command: list[str] = []
        self.front: Front | None = None
        self.claims: Claims | None = None
        self.tail = ""
        """The end of what the last one printed."""
        self.start_seconds = 0.0
        self.stop_seconds = 0.0

    async def use(self, ask: Callable[[Probe], Awaitable[T]]) -> T:
        """Start one, ask something of it, stop it. See ``Servers``."""
        async with listening(self._bench.approach.listen) as holds:
            return await self._use(holds, ask)

    async def _use(self, holds: Holds, ask: Callable[[Probe], Awaitable[T]]) -> T:
        begun = stopping = time.monotonic()
        ports = free_ports(HOST, 2 if self._planned.front else 1)
        folder = self._bench.approach.folder(self._scratch)
        remove = self._bench.approach.remove(ports[0])
        own = Link(*self._prepare(holds, ports[0], folder), folder, self._log, remove)
        front = self._in_front(ports, folder)
        title = self.front.title if self.front else ""
        try:
            async with started(own, front, title) as server:
                try:
                    probe = await self._ready(server, holds, ports)
                    self.start_seconds += time.monotonic() - begun
                    return await ask(probe)
                finally:
                    stopping = time.monotonic()
                    self.tail = server.tail()
        except CannotExecute as problem:
            raise Unmeasured(Outcome.NOT_STARTED, str(problem)) from None
        except NothingLeftViolated as problem:
            raise Unmeasured(Outcome.HARNESS_FAILED, str(problem)) from None
        finally:
            self.stop_seconds += time.monotonic() - stopping

    def _prepare(
        self, holds: Holds, port: int, folder: Path
    ) -> tuple[list[str], dict[str, str]]:
        """Fill in the command; it, and the environment to run it with."""
        places = self._bench.places(port, folder)
        self.command = [word.format_map(places) for word in self._planned.argv]
        own = {key: v.format_map(places) for key, v in self._planned.env.items()}
        own["FLASK_CONCURRENCY_PROBE"] = holds.address
        own["FLASK_CONCURRENCY_TOKEN"] = holds.token
        return self.command, self._bench.approach.environment(own)

    def _in_front(self, ports: list[int], folder: Path) -> Link | None:
        """What is to stand in front of the server, its configuration written."""
        planned = self._planned.front
        if planned is None:
            return None
        place = folder / "front"
        place.mkdir(exist_ok=True)
        env = self._bench.approach.environment({})
        self.front = front_of(planned, env, place, HOST, ports)
        (place / planned.file).write_text(self.front.file)
        log = self._log.with_suffix(".front.log")
        return Link(list(self.front.command), env, place, log)

    async def _ready(
        self, server: ProcessTree, holds: Holds, ports: list[int]
    ) -> Probe:
        """Wait until the server answers and is quiet; the instrument pointed at it."""
        try:
            for behind in ports[:-1]:
                await wait_listening(server, (HOST, behind), READY_SECONDS)
            probe = await self._bench.approach.reach(server, holds, ports[-1])
            self.claims = probe.claims
            await probe.settle_after_start()
        except Ended as problem:
            reason = f"{problem} before it answered"
            raise Unmeasured(Outcome.NOT_STARTED, reason) from None
        except NotAnswering as problem:
            raise Unmeasured(Outcome.NOT_ANSWERING, str(problem)) from None
        return probe
