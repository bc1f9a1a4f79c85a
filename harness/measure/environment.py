"""Knows how to turn one environment's plan into evidence; must not judge any of it.

For each configuration: start it, wait until it answers and is quiet, ask, stop it.
The evidence is written after every cell, so that a crash loses at most one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

import harness
from harness.measure.app import server_environment
from harness.measure.cell import Bench
from harness.measure.cell import TARGET
from harness.records.errors import HarnessFailed
from harness.records.evidence import ControlEvidence
from harness.records.evidence import Evidence
from harness.records.nothing import unmeasured
from harness.records.plan import Declaration
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome
from harness.system.command import output
from harness.system.machine import host
from harness.system.machine import now

CONTROL_SHAPE = (2, 2)
"""Processes and threads of the control that is measured in every environment."""


_CONTROL = Declaration(
    declared=CONTROL_SHAPE[0] * CONTROL_SHAPE[1],
    because="The control runs exactly so many threads, each of which takes one request",
    source="",
)


async def control(bench: Bench, app: str = "app") -> ControlEvidence:
    """Measure the server of exactly known capacity in this environment.

    ``app`` is a module of the target: ``plain_app`` needs no Flask.
    """
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
    command += ["--app", app]
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
    done = output(
        [str(python), str(TARGET / "about.py")],
        env=server_environment(os.environ, python.parent, {}),
        seconds=60,
    )
    if done.problem:
        raise HarnessFailed(f"{python}: cannot list what is installed: {done.problem}")
    return msgspec.json.decode(done.text, type=dict[str, str])


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
