"""Measures all cells of one planned environment.

Evidence is handed over after every cell, so that a crash loses at most one.
"""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from harness.measure.app import App
from harness.measure.app import TargetApp
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.measure.control import measure_control
from harness.measure.target import server_environment
from harness.measure.target import TARGET
from harness.measure.unmeasured import evidence_of
from harness.measure.unmeasured import unmeasured
from harness.records.errors import HarnessFailed
from harness.records.evidence import Evidence
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome
from harness.system.command import output

ABOUT_SECONDS = 60.0
"""Deadline for listing the distributions that an interpreter finds."""


def installed_versions(installed: Installed) -> dict[str, str]:
    """Every distribution that an interpreter finds, and its version."""
    if installed.versions is not None:
        return installed.versions
    python = Path(installed.python)
    done = output(
        [str(python), str(TARGET / "about.py")],
        env=server_environment(os.environ, python.parent, installed.variables),
        seconds=ABOUT_SECONDS,
    )
    if done.problem:
        raise HarnessFailed(f"{python}: cannot list what is installed: {done.problem}")
    return msgspec.json.decode(done.text, type=dict[str, str])


async def measure(
    planned: PlannedEnvironment,
    installed: Installed,
    logs: Path,
    store: Callable[[Evidence], None] = lambda _: None,
    begin: Callable[[PlannedCell], None] = lambda _: None,
    app: App | None = None,
) -> Evidence:
    """Measure a control and every cell of one environment.

    ``begin`` is called before each cell, ``store`` after it with all the evidence so
    far. ``app`` is what the cells serve, if not the app in ``target/``.
    """
    python = Path(installed.python)
    target = TargetApp(python, installed.variables)
    bench = Bench(python, planned.limit, logs, app or target)
    versions = installed_versions(installed)
    # The control shows that the probe counts correctly with the app that the cells
    # serve. If that app is a user's own, the control does without Flask, which takes
    # long to import.
    module = "app" if app is None and "flask" in versions else "plain_app"
    plain = Bench(python, planned.limit, logs, target)
    control = await measure_control(plain, module)
    evidence = evidence_of(planned, (), installed=versions, control=control)
    for cell in planned.cells:
        begin(cell)
        missing = installed.missing(cell)
        done = (
            unmeasured(cell, Outcome.NOT_INSTALLED, missing.reason, missing.log_tail)
            if missing and cell.not_supported is None
            else await measure_cell(bench, cell, planned.ask)
        )
        evidence = msgspec.structs.replace(evidence, cells=(*evidence.cells, done))
        store(evidence)
    return evidence
