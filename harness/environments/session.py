"""Nox sessions, one for each planned environment: fill it, then measure in it.

Installing is tried offline first: every release is pinned, so the cache may already
have all of them. Online, the installer would ask the index for every package again, and
rebuild old source releases.
"""

import os
import platform
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import nox
from nox.command import CommandFailed

from harness.environments.folder import RESULTS
from harness.environments.measuring import Measuring
from harness.environments.measuring import MeasuringEnded
from harness.environments.needs import on_this_machine
from harness.measure import events
from harness.measure.unmeasured import nothing_measured
from harness.records.evidence import Evidence
from harness.records.plan import Installed
from harness.records.plan import NotInstalled
from harness.records.plan import PlannedEnvironment
from harness.records.results import PLAN
from harness.records.results import read_plan
from harness.records.results import write_evidence
from harness.records.words import Outcome
from harness.system.install import CannotInstall
from harness.system.install import end_of
from harness.system.install import OFFLINE
from harness.system.install import offline_first

ABSENT = re.compile(
    r"there\s+is\s+no\s+version\s+of\s+(\S+)|No matching distribution found for (\S+)"
)
"""Messages of uv and pip about a release that the index does not have."""


def _install(
    session: nox.Session, arguments: Sequence[str], env: dict[str, str]
) -> str | None:
    """Install; return the end of the installer's output if that failed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            session.install(
                *arguments,
                env=env,
                silent=False,
                stdout=output,
                log=not OFFLINE.keys() <= env.keys(),
            )
        except CommandFailed:
            output.seek(0)
            return end_of(output.read())
    return None


def _install_pinned(
    session: nox.Session, planned: PlannedEnvironment, extra: Sequence[str]
) -> str | None:
    """Install the requirements of an environment and ``extra`` ones, offline first.

    If that failed, returns the end of the installer's output.
    """
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join((*planned.constraints, "")), encoding="utf-8")
        arguments = ["-c", str(constraints), *planned.requirements, *extra]
        return offline_first(
            lambda env: _install(session, arguments, env), planned.build_env
        )


def fill(session: nox.Session, planned: PlannedEnvironment) -> Installed:
    """Install everything that the planned cells need into the session's environment.

    The result says what could not be installed, if only some configurations need it.
    Raises ``CannotInstall`` when Flask or the server could not be installed.
    """
    wanted = {cell.requires for cell in planned.cells if cell.not_supported is None}
    everything = sorted({name for requires in wanted for name in requires})
    python = os.path.join(session.bin, "python")
    if _install_pinned(session, planned, everything) is None:
        return Installed(python=python)
    if tail := _install_pinned(session, planned, ()):
        raise CannotInstall(tail)
    missing = []
    for requires in sorted(wanted - {()}):
        if tail := _install_pinned(session, planned, requires):
            reason = f"{', '.join(requires)} could not be installed"
            missing.append(
                NotInstalled(requires=requires, reason=reason, log_tail=tail)
            )
    return Installed(python=python, not_installed=tuple(missing))


def with_files(planned: PlannedEnvironment, results: Path) -> PlannedEnvironment:
    """A plan with the wheels that were built for this run as requirements."""
    wheels = [(built.package, results / built.wheel) for built in planned.built]
    files = [f"{package} @ {wheel.as_uri()}" for package, wheel in wheels]
    return msgspec.structs.replace(
        planned, requirements=(*files, *planned.requirements)
    )


def why_not(planned: PlannedEnvironment, tail: str) -> str:
    """Why Flask or the server could not be installed, from the installer's output."""
    built = [f"{each.package} {each.version}" for each in planned.built]
    wanted = [*built, *planned.requirements]
    reason = f"{' and '.join(wanted)} could not be installed"
    absent = {"".join(each).rstrip(".,").lower() for each in ABSENT.findall(tail)}
    for requirement in planned.requirements:
        if requirement.lower() in absent:
            return f"the index has no {requirement}"
    return reason


def measure_in(
    session: nox.Session,
    planned: PlannedEnvironment,
    results: Path,
    measuring: Measuring,
) -> None:
    """Fill the session's environment, and measure the planned cells in it."""
    planned = on_this_machine(planned)
    if all(cell.not_supported is not None for cell in planned.cells):
        _write(results, nothing_measured(planned, Outcome.NOT_SUPPORTED, ""))
        return
    try:
        installed = fill(session, with_files(planned, results))
    except CannotInstall as problem:
        session.warn("not installed; this becomes the outcome of its cells")
        why = why_not(planned, str(problem)), str(problem)
        _write(results, nothing_measured(planned, Outcome.NOT_INSTALLED, *why))
        return
    try:
        measuring.measure((planned, installed))
    except MeasuringEnded as problem:
        session.error(str(problem))


def _write(results: Path, evidence: Evidence) -> None:
    """Write evidence that cells were not measured, and report each of them."""
    write_evidence(results, evidence)
    for cell in evidence.cells:
        events.emit(events.cell_done(cell))


def register(planned: PlannedEnvironment, results: Path, measuring: Measuring) -> None:
    """Make one environment a nox session, named after it."""
    environment = planned.environment

    def measure(session: nox.Session) -> None:
        measure_in(session, planned, results, measuring)

    # For its own release nox takes its own interpreter; others it looks for on PATH.
    current = ".".join(platform.python_version_tuple()[:2])
    nox.session(
        name=environment.slug,
        python=None if environment.python == current else environment.python,
    )(measure)


def register_planned() -> None:
    """Make each environment of a run's plan a nox session."""
    nox.needs_version = ">=2026.7"
    nox.options.default_venv_backend = "uv"
    nox.options.reuse_venv = "yes"
    results = Path(os.environ[RESULTS]).resolve()
    measuring = Measuring(results)
    for planned in read_plan(results / PLAN).environments:
        register(planned, results, measuring)
