"""Measures a deployment: a planned environment with one cell, like any other."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.deployment.app import DeployedApp
from harness.deployment.app import Hello
from harness.deployment.app import READY_SECONDS
from harness.deployment.containers.contained import Contained
from harness.deployment.isolation import own_folder
from harness.deployment.plan import environment
from harness.deployment.plan import placeholders
from harness.deployment.prepare import Prepared
from harness.measure.environment import measure
from harness.records.evidence import Evidence
from harness.records.plan import PlannedEnvironment
from harness.records.words import Settled


async def measure_deployment(
    prepared: Prepared,
    planned: PlannedEnvironment,
    logs: Path,
    seconds: float = READY_SECONDS,
) -> tuple[Evidence, Hello | None]:
    """Measure a planned deployment; also what its app reports of itself."""
    with own_folder() as own:
        app = DeployedApp(prepared, own, seconds)
        planned = _in_folder(planned, prepared.contained, own)
        evidence = await measure(planned, prepared.installed, logs, app=app)
    if prepared.contained is None:
        return evidence, app.hello
    if not app.is_seen:
        steady = msgspec.structs.replace(evidence.host, quiet_by=Settled.STEADY_COUNT)
        evidence = msgspec.structs.replace(evidence, host=steady)
    versions = _versions(prepared.contained.release, app.hello)
    return _with_versions(evidence, prepared, versions), app.hello


def _in_folder(
    planned: PlannedEnvironment, contained: Contained | None, own: Path
) -> PlannedEnvironment:
    """The plan with the command that starts containers from a folder of the check."""
    if contained is None:
        return planned
    (cell,) = planned.cells
    argv, env = placeholders(contained.in_folder(own))
    cell = msgspec.structs.replace(cell, argv=argv, env=env)
    return msgspec.structs.replace(planned, cells=(cell,))


def _versions(engine_release: str, hello: Hello | None) -> dict[str, str]:
    """The releases of the engine, and those that the app in a container reports."""
    known = {"docker": engine_release}
    if hello is not None:
        known |= {"flask": hello.flask, "python": hello.python}
    return {name: release for name, release in known.items() if release}


def _with_versions(
    evidence: Evidence, prepared: Prepared, versions: dict[str, str]
) -> Evidence:
    """Evidence with releases that are only known once a container has answered."""
    where = environment(prepared.command.words, versions)
    (cell,) = evidence.cells
    cell = msgspec.structs.replace(cell, id=str(where.cell(cell.configuration)))
    return msgspec.structs.replace(
        evidence, environment=where, installed=versions, cells=(cell,)
    )
