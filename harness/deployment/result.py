"""Decides whether a deployment keeps its promises, and words the error if not.

Only what was measured passes.
"""

from __future__ import annotations

from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.deployment.life import broken_promise
from harness.deployment.remedies import is_limited
from harness.deployment.remedies import limit_holds
from harness.judge.gate import DeploymentResult
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.report import CellReport
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict

CORRECT = "correct that (report.md has the end of what was printed) and check again"


def deployment_result(
    deployment: Deployment, cell: CellReport, promise: Promise | None, file: str = ""
) -> DeploymentResult:
    """Whether a deployment keeps the promises of its file."""
    more = _more(deployment.at_least, cell, promise)
    fault, reason = _fault(deployment, cell, more)
    remedy = ""
    if fault is CouldNotStart:
        remedy = "; ".join(filter(None, (cell.remedy, CORRECT)))
    elif fault is not None:
        remedy = "; ".join(filter(None, (cell.remedy, more)))
    return DeploymentResult(
        deployment.name, file, deployment.at_least, cell, fault, reason, remedy
    )


def _more(at_least: int | None, cell: CellReport, promise: Promise | None) -> str:
    """How to declare more, if the declared number is too low."""
    enough = cell.verdict in (Verdict.AS_DECLARED, Verdict.UNEVEN)
    low = at_least is not None and (cell.floor or 0) < at_least
    return raise_to(at_least or 0, promise) if enough and low else ""


def _fault(
    deployment: Deployment, cell: CellReport, more: str
) -> tuple[type[HarnessError] | None, str]:
    if cell.outcome in INSTRUMENT:
        return HarnessFailed, cell.reason
    if cell.outcome is not Outcome.MEASURED:
        return CouldNotStart, _not_measured(deployment, cell)
    at_least, floor = deployment.at_least, cell.floor or 0
    if cell.verdict is Verdict.UNKNOWN and at_least is not None and floor < at_least:
        return NothingMeasured, f"at-least: cannot be told: {cell.reason}"
    if at_least is not None and floor < at_least:
        return GateFailed, _below(at_least, floor, cell, more)
    if cell.verdict is Verdict.FEWER:
        return GateFailed, f"fewer than declared: {cell.reason}"
    if cell.verdict is Verdict.UNEVEN and at_least is None:
        return GateFailed, f"uneven: {cell.reason}"
    if cell.verdict is Verdict.UNKNOWN and at_least is None:
        return NothingMeasured, f"cannot be told: {cell.reason}"
    return broken_promise(deployment, cell) or (None, "")


def _not_measured(deployment: Deployment, cell: CellReport) -> str:
    """The result of a deployment that was not measured: outcome, key and next step."""
    installed = cell.outcome is not Outcome.NOT_INSTALLED
    key = deployment.source_key if installed else "requirements"
    return f"{key}: {cell.outcome}: {cell.reason}; {CORRECT}"


def _below(at_least: int, floor: int, cell: CellReport, more: str) -> str:
    times = "at times only " if cell.ceiling != floor else ""
    words = (
        f"at-least: {at_least} asked for, and {times}{floor} were in the app at once"
    )
    return "; ".join(filter(None, (words, cell.reason, more)))


def raise_to(at_least: int, promise: Promise | None) -> str:
    """A simple change to declare ``at_least`` requests; empty if there is none."""
    if promise is None or promise.declared is None or promise.declared >= at_least:
        return ""
    if promise.is_in_code:
        return ""  # which has no options
    if promise.server == "gunicorn":
        return _raise_gunicorn(at_least, promise)
    if promise.server == "waitress":
        return f"`--threads={at_least}` declares {at_least}"
    if promise.server == "granian" and not is_limited(promise):
        return f"`--workers 1 --blocking-threads {at_least}` declares {at_least}"
    if promise.server == "werkzeug":
        return "without `--without-threads` it declares no bound"
    if promise.server == "uwsgi":
        lane = "gevent" if "gevent" in promise.settings else "threads"
        processes = -(-at_least // promise.value(lane))
        declared = processes * promise.value(lane)
        return f"`processes = {processes}` declares {declared}"
    return ""


def _raise_gunicorn(at_least: int, promise: Promise) -> str:
    workers = promise.value("workers")
    each = -(-at_least // workers)
    if promise.kind == "sync":
        return f"`--workers {at_least}` declares {at_least}"
    if promise.kind in ("gevent", "eventlet"):
        return f"`--worker-connections {each}` declares {workers * each}"
    if promise.kind != "gthread":
        return ""
    holds = limit_holds(str(promise.settings["version"].value))
    if not holds or (workers == 1 and promise.value("worker_connections") >= at_least):
        return f"`--workers 1 --threads {at_least}` declares {at_least}"
    return f"`--threads {each} --worker-connections {each}` declares {workers * each}"
