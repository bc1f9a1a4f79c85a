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
from collections.abc import Callable
from datetime import datetime
from datetime import UTC
from pathlib import Path

import msgspec

import harness
from harness.measure.app import server_environment
from harness.measure.cell import Bench
from harness.measure.cell import TARGET
from harness.measure.cell import unmeasured
from harness.probe import quiet
from harness.probe.processor_time import processors
from harness.records.evidence import ControlEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Host
from harness.records.plan import Declaration
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome

CONTROL_SHAPE = (2, 2)
"""Processes and threads of the control that is measured in every environment."""

FEW_OPEN_FILES = 64
"""Open files of the harness besides those for requests and holds."""

_CONTROL = Declaration(
    declared=CONTROL_SHAPE[0] * CONTROL_SHAPE[1],
    because="The control runs exactly so many threads, each of which takes one request",
    source="",
)


def allow_open_files() -> int:
    """Raise this process's limit of open files as far as it goes; the limit.

    The probe needs two for a request, and the server, which inherits the limit, needs
    one more for each request than it would without a probe.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def side_by_side() -> int:
    """How many environments are measured at a time unless somebody says otherwise.

    Two more than there are processors: a third of the time a cell waits, for quiet or
    for what may come late. The benchmark ``selection`` shows that numbers stay the
    same, as they do when every processor is kept busy several times over.
    """
    return processors() + 2


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
        title=planned.title,
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
            else await bench.cell(cell, planned.ask)
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
        title=planned.title,
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
