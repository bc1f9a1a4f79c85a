"""Measures a deployment: a planned environment with one cell, like any other."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.app import DeployedApp
from harness.deployment.containers.contained import Contained
from harness.deployment.declared.promise import Promise
from harness.deployment.hello import Hello
from harness.deployment.isolation import own_folder
from harness.deployment.isolation import stays_in_layer
from harness.deployment.plan import environment
from harness.deployment.plan import placeholders
from harness.deployment.plan import running_environment
from harness.deployment.prepare import Prepared
from harness.deployment.refusing_engine import refusing_engine
from harness.measure.environment import measure
from harness.plan.catalog import titles
from harness.records.choices import START_SECONDS
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.plan import PlannedEnvironment
from harness.records.words import Settled


class MeasuredDeployment(NamedTuple):
    """The result of measuring a deployment."""

    evidence: Evidence
    hello: Hello | None
    """What the app's process reports about itself."""
    promise: Promise | None
    """What it declares, if its command or the running server told."""
    found_below: str = ""
    """The path that it was found below, where that was not told."""


async def measure_deployment(
    prepared: Prepared,
    planned: PlannedEnvironment,
    logs: Path,
    seconds: float = START_SECONDS,
) -> MeasuredDeployment:
    """Measure a planned deployment."""
    with own_folder() as own, refusing_engine(own):
        app = DeployedApp(prepared, own, seconds)
        planned = _in_folder(planned, prepared.contained, own)
        begun = time.time()
        try:
            evidence = await measure(planned, prepared.installed, logs, app=app)
        finally:
            folder = prepared.where.folder
            left = [p for p in map(Path, app.sockets) if not stays_in_layer(p, folder)]
            _remove_sockets(left, begun)
    if prepared.contained is None:
        where = running_environment(prepared, app.promise, app.hello)
        evidence = _in_environment(evidence, where)
        return MeasuredDeployment(evidence, app.hello, app.promise, app.found_below)
    if not app.is_seen:
        steady = msgspec.structs.replace(evidence.host, quiet_by=Settled.STEADY_COUNT)
        evidence = msgspec.structs.replace(evidence, host=steady)
    versions = _versions(prepared.contained.release, app.hello)
    evidence = _with_versions(evidence, prepared, versions)
    return MeasuredDeployment(evidence, app.hello, app.promise, app.found_below)


def _remove_sockets(paths: Iterable[Path], begun: float) -> None:
    """Remove the Unix sockets that a killed server left behind.

    ``begun`` is when it was started, by the clock of the file system: older ones are
    not its own.
    """
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            if path.is_socket() and path.stat().st_ctime >= begun - 1:
                path.unlink()


def _in_folder(
    planned: PlannedEnvironment, contained: Contained | None, own: Path
) -> PlannedEnvironment:
    """The plan, with the files that its containers need in a folder of the check."""
    if contained is None:
        return planned
    (cell,) = planned.cells
    argv, env = placeholders(contained.in_folder(own))
    cell = msgspec.structs.replace(cell, argv=argv, env=env)
    return msgspec.structs.replace(planned, cells=(cell,))


def _versions(engine_release: str, hello: Hello | None) -> dict[str, str]:
    """The release of the engine, and those that the app in a container reports."""
    known = {"docker": engine_release}
    if hello is not None:
        known |= {"flask": hello.flask, "python": hello.python}
    return {name: release for name, release in known.items() if release}


def _with_versions(
    evidence: Evidence, prepared: Prepared, versions: dict[str, str]
) -> Evidence:
    """The evidence with releases that a container reported once it answered."""
    where = environment(prepared.command.words, versions)
    evidence = msgspec.structs.replace(evidence, installed=versions)
    return _in_environment(evidence, where)


def _in_environment(evidence: Evidence, where: Environment) -> Evidence:
    """The evidence with the server that was recognized while it ran."""
    (cell,) = evidence.cells
    cell = msgspec.structs.replace(cell, id=str(where.cell(cell.configuration)))
    title = titles().get(where.server, "")
    return msgspec.structs.replace(
        evidence, environment=where, title=title, cells=(cell,)
    )
