"""Knows how to turn one environment's plan into evidence; must not judge any of it.

For each configuration: start it, wait until it answers and is quiet, ask, stop it.
The evidence is written after every cell, so that a crash loses at most one.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from datetime import UTC
from pathlib import Path

import msgspec

import harness
from harness.approach import Approach
from harness.approach import HOST
from harness.approach import READY_SECONDS
from harness.approach import server_environment
from harness.approach import TargetApp
from harness.chain import front_of
from harness.chain import Link
from harness.chain import started
from harness.model import CellEvidence
from harness.model import ControlEvidence
from harness.model import Declaration
from harness.model import Evidence
from harness.model import Front
from harness.model import Host
from harness.model import Installed
from harness.model import Outcome
from harness.model import PlannedCell
from harness.model import PlannedEnvironment
from harness.probe import quiet
from harness.probe.holds import Holds
from harness.probe.holds import listening
from harness.probe.overlap import Schedule
from harness.probe.readiness import NotAnswering
from harness.probe.readiness import wait_listening
from harness.probe.rounds import measure_overlap
from harness.probe.rounds import Probe
from harness.server import CannotExecute
from harness.server import free_ports
from harness.server import NothingLeftViolated
from harness.server import Server
from harness.server import ServerEnded

TARGET = Path(__file__).parent / "target"

STARTS = 4
"""How often a server is started for one cell, when it stalls on the way."""

CONTROL_SHAPE = (2, 2)
"""Processes and threads of the control that is measured in every environment."""

FEW_OPEN_FILES = 64
"""Open files of the harness besides those for requests and holds."""

_CONTROL = Declaration(
    declared=CONTROL_SHAPE[0] * CONTROL_SHAPE[1],
    because="The control runs exactly so many threads, each of which takes one request",
    source="",
)


class Unmeasured(Exception):
    """A cell has no measurement; carries what happened instead, and why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def allow_open_files() -> int:
    """Raise this process's limit of open files as far as it goes; the limit.

    The probe needs two for a request, and the server, which inherits the limit, needs
    one more for each request than it would without a probe.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def processors() -> int:
    """Processors that this process is allowed to use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def side_by_side() -> int:
    """How many environments are measured at a time unless somebody says otherwise.

    One more than there are processors: a third of the time a cell waits, for quiet or
    for what may come late. The benchmark ``selection`` shows that numbers stay the
    same, as they do when every processor is kept busy several times over.
    """
    return processors() + 1


def host() -> Host:
    """This machine, as far as it matters to what is measured."""
    return Host(
        system=platform.system(),
        kernel=platform.release(),
        machine=platform.machine(),
        processors=processors(),
        quiet_by=quiet.method(),
        open_files=allow_open_files(),
    )


def now() -> str:
    """The time of day, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


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

    async def cell(self, planned: PlannedCell) -> CellEvidence:
        """Measure one cell; whatever happens becomes its outcome."""
        if planned.not_supported is not None:
            return unmeasured(planned, Outcome.NOT_SUPPORTED, planned.not_supported)
        attempt = Attempt(self, planned)
        outcome, reason = Outcome.MEASURED, ""
        try:
            await attempt.run()
        except Unmeasured as problem:
            outcome, reason = problem.outcome, problem.reason
        return CellEvidence(
            id=planned.id,
            configuration=planned.configuration,
            outcome=outcome,
            reason=reason,
            log_tail=attempt.tail if attempt.tail_matters(outcome) else "",
            command=tuple(attempt.command),
            front=attempt.front,
            declaration=planned.declaration,
            rounds=tuple(attempt.schedule.rounds),
            restarts=attempt.schedule.begun_anew,
            start_seconds=attempt.start_seconds,
            measure_seconds=attempt.measure_seconds,
            stop_seconds=attempt.stop_seconds,
        )


class Attempt:
    """One server, started as often as its rounds need, and what was seen of it."""

    def __init__(self, bench: Bench, planned: PlannedCell) -> None:
        self._bench = bench
        self._planned = planned
        declared = planned.declaration.declared
        self.schedule = Schedule(declared, bench.limit, planned.also_offered)
        self.command: list[str] = []
        self.front: Front | None = None
        self.tail = ""
        self.start_seconds = 0.0
        self.measure_seconds = 0.0
        self.stop_seconds = 0.0

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

    async def run(self) -> None:
        """Start, ask, stop; anew when it has stalled. Raises ``Unmeasured``."""
        log = self._bench.logs / (self._planned.id.replace("/", "+") + ".log")
        with tempfile.TemporaryDirectory(prefix="flask-concurrency-") as scratch:
            for _ in range(STARTS):
                async with listening(self._bench.approach.listen) as holds:
                    if await self._start_and_stop(holds, Path(scratch), log):
                        return

    async def _start_and_stop(self, holds: Holds, scratch: Path, log: Path) -> bool:
        begun = stopping = time.monotonic()
        ports = free_ports(HOST, 2 if self._planned.front else 1)
        folder = self._bench.approach.folder(scratch)
        remove = self._bench.approach.remove(ports[0])
        own = Link(*self._prepare(holds, ports[0], folder), folder, log, remove)
        front = self._in_front(ports, folder, log)
        title = self.front.title if self.front else ""
        try:
            async with started(own, front, title) as server:
                try:
                    probe = await self._ready(server, holds, ports)
                    self.start_seconds += time.monotonic() - begun
                    return await self._ask(probe)
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

    def _in_front(self, ports: list[int], folder: Path, log: Path) -> Link | None:
        """What is to stand in front of the server, its configuration written."""
        planned = self._planned.front
        if planned is None:
            return None
        place = folder / "front"
        place.mkdir(exist_ok=True)
        env = self._bench.approach.environment({})
        self.front = front_of(planned, env, place, HOST, ports)
        (place / planned.file).write_text(self.front.file)
        return Link(list(self.front.command), env, place, log.with_suffix(".front.log"))

    async def _ready(self, server: Server, holds: Holds, ports: list[int]) -> Probe:
        """Wait until the server answers and is quiet; the instrument pointed at it."""
        try:
            for behind in ports[:-1]:
                await wait_listening(server, (HOST, behind), READY_SECONDS)
            probe = await self._bench.approach.reach(server, holds, ports[-1])
            await probe.settle_after_start()
        except ServerEnded as problem:
            reason = f"{problem} before it answered"
            raise Unmeasured(Outcome.NOT_STARTED, reason) from None
        except NotAnswering as problem:
            raise Unmeasured(Outcome.NOT_ANSWERING, str(problem)) from None
        return probe

    async def _ask(self, probe: Probe) -> bool:
        begun = time.monotonic()
        try:
            return await measure_overlap(probe, self.schedule)
        except ServerEnded as problem:
            rounds = len(self.schedule.rounds)
            reason = f"{problem} after {rounds} rounds"
            raise Unmeasured(Outcome.DIED, reason) from None
        except TimeoutError:
            reason = "a wait in a round reached its deadline"
            raise Unmeasured(Outcome.HARNESS_FAILED, reason) from None
        finally:
            self.measure_seconds += time.monotonic() - begun


def unmeasured(
    planned: PlannedCell, outcome: Outcome, reason: str, log_tail: str = ""
) -> CellEvidence:
    """Evidence that a planned cell was not measured, and why."""
    return CellEvidence(
        id=planned.id,
        configuration=planned.configuration,
        outcome=outcome,
        reason=reason,
        log_tail=log_tail,
        command=planned.argv,
        front=Front(title=planned.front.title) if planned.front else None,
        declaration=planned.declaration,
    )


async def control(bench: Bench) -> ControlEvidence:
    """Measure the server of exactly known capacity in this environment."""
    processes, threads = CONTROL_SHAPE
    command = [
        "{python}",
        "{target}/control.py",
        "--host",
        "{host}",
        "--port",
        "{port}",
    ]
    command += ["--processes", str(processes), "--threads", str(threads)]
    seen = await bench.cell(
        PlannedCell(
            id="control",
            configuration="control",
            argv=tuple(command),
            declaration=_CONTROL,
        )
    )
    return ControlEvidence(
        processes=processes,
        threads=threads,
        outcome=seen.outcome,
        reason=" ".join(filter(None, (seen.reason, seen.log_tail))),
        rounds=seen.rounds,
    )


def installed_versions(python: Path) -> dict[str, str]:
    """Every distribution beside ``python`` and its version."""
    done = subprocess.run(
        [str(python), str(TARGET / "about.py")],
        env=server_environment(os.environ, python.parent, {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=dict[str, str])


async def measure(
    planned: PlannedEnvironment,
    installed: Installed,
    logs: Path,
    seen: Callable[[Evidence], None],
    begin: Callable[[PlannedCell], None] = lambda _: None,
) -> Evidence:
    """Measure every cell of one environment.

    ``seen`` is called with all the evidence so far after each cell, ``begin`` before.
    """
    python = Path(installed.python)
    bench = Bench(python, planned.limit, logs)
    evidence = Evidence(
        tool=harness.__version__,
        environment=planned.environment,
        measured_at=now(),
        host=host(),
        installed=installed_versions(python),
        sources=planned.sources,
        control=await control(bench),
        limit=planned.limit,
        cells=(),
    )
    for cell in planned.cells:
        begin(cell)
        missing = installed.missing(cell)
        done = (
            unmeasured(cell, Outcome.NOT_INSTALLED, missing.reason, missing.log_tail)
            if missing and cell.not_supported is None
            else await bench.cell(cell)
        )
        evidence = msgspec.structs.replace(evidence, cells=(*evidence.cells, done))
        seen(evidence)
    return evidence


def nothing_measured(
    planned: PlannedEnvironment, outcome: Outcome, reason: str, log_tail: str = ""
) -> Evidence:
    """Evidence of an environment in which nothing could be measured."""
    return Evidence(
        tool=harness.__version__,
        environment=planned.environment,
        measured_at=now(),
        host=host(),
        sources=planned.sources,
        limit=planned.limit,
        cells=tuple(
            unmeasured(cell, Outcome.NOT_SUPPORTED, cell.not_supported)
            if cell.not_supported is not None
            else unmeasured(cell, outcome, reason, log_tail)
            for cell in planned.cells
        ),
    )
