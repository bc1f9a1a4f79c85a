"""Measures a deployment: a planned environment with one cell, like any other."""

from pathlib import Path
from typing import NamedTuple

from harness.deployment.app.deployed import DeployedApp
from harness.deployment.config import Deployment
from harness.deployment.containers.app import ContainedApp
from harness.deployment.declared.promise import Promise
from harness.deployment.hook import Hello
from harness.deployment.isolation.layers import own_folder
from harness.deployment.isolation.no_engine import refusing_engine
from harness.deployment.prepare import NotPrepared
from harness.deployment.prepare import Prepared
from harness.measure.environment import measure
from harness.measure.unmeasured import nothing_measured
from harness.probe.ready import Fault
from harness.probe.ready import NO_FAULT
from harness.records.evidence import Evidence
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome

ENDED = (Outcome.NOT_STARTED, Outcome.DIED)
"""The outcomes of a command that ended by itself."""

MISSING = "missing: the check ended before this deployment was measured"


class Checked(NamedTuple):
    """A deployment, and its measurement so far."""

    prepared: Prepared | NotPrepared
    evidence: Evidence
    hello: Hello | None = None
    running: Promise | None = None
    """What the deployment declares, if its command or running server shows it."""
    found_below: str = ""
    """The path that its app was found below, if no file names it."""
    fault: Fault = NO_FAULT
    """Why its app was not reached; empty if it was."""
    exit_status: int | None = None
    """The exit status of its command, if that ended by itself; negative for a
    signal."""

    @property
    def deployment(self) -> Deployment:
        """The deployment as the user described it."""
        return self.prepared.deployment

    @property
    def promise(self) -> Promise | None:
        """What its command promises, if that could be derived."""
        if self.running is not None:
            return self.running
        return self.prepared.promise if isinstance(self.prepared, Prepared) else None

    @property
    def is_underived(self) -> bool:
        """Whether the number of requests that it declares is unknown."""
        return self.deployment.declared is None and self.promise is None


def not_measured(
    prepared: Prepared | NotPrepared, planned: PlannedEnvironment
) -> Checked:
    """Evidence for a deployment that is not measured yet, or cannot be started."""
    if isinstance(prepared, Prepared):
        why = Outcome.HARNESS_FAILED, MISSING, ""
    else:
        why = Outcome.NOT_INSTALLED, prepared.reason, prepared.log_tail
    return Checked(prepared, nothing_measured(planned, *why))


async def measure_deployment(
    prepared: Prepared, planned: PlannedEnvironment, logs: Path, seconds: float
) -> Checked:
    """Measure a planned deployment, which has ``seconds`` to start."""
    with own_folder() as own, refusing_engine(own):
        if (contained := prepared.contained) is not None:
            app: DeployedApp = ContainedApp(prepared, contained, own, seconds)
        else:
            app = DeployedApp(prepared, own, seconds)
        try:
            plan = app.planned(planned)
            evidence = await measure(plan, prepared.installed, logs, app=app)
        finally:
            app.remove_sockets()
    evidence = app.recognized(evidence)
    has_ended = any(cell.outcome in ENDED for cell in evidence.cells)
    return Checked(
        prepared,
        evidence,
        app.hello,
        app.promise,
        app.found_below,
        fault=app.fault,
        exit_status=app.server.status if app.server and has_ended else None,
    )
