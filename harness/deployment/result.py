"""Decides whether a deployment keeps its promises, and words the error if not.

Only a measured deployment passes. Promises about its life are ``never-below`` and
``on-term``.
"""

from collections.abc import Iterator
from itertools import chain

from harness.deployment.config import Deployment
from harness.deployment.declared.promise import Promise
from harness.deployment.remedies.measured import is_limited
from harness.deployment.remedies.measured import limit_holds
from harness.judge.gate import DeploymentResult
from harness.records.choices import Act
from harness.records.errors import CouldNotStart
from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import HarnessFailed
from harness.records.errors import NothingMeasured
from harness.records.life import Tape
from harness.records.report import CellReport
from harness.records.words import INSTRUMENT
from harness.records.words import Outcome
from harness.records.words import Verdict

USUAL_ACTS = (Act.RECYCLE, Act.RELOAD, Act.KILL)
"""Acts that every server undergoes sooner or later."""


BrokenPromise = tuple[type[HarnessError], str]
"""A promise that is broken, or may be: the error, and the reason with the key first."""


def acts_of(deployment: Deployment) -> tuple[Act, ...]:
    """The acts that show whether a deployment keeps its promises."""
    acts = [*deployment.life, *_usual(deployment)]
    if deployment.on_term is not None and Act.END not in acts:
        acts.append(Act.END)
    return tuple(acts)


def _usual(deployment: Deployment) -> tuple[Act, ...]:
    """The acts for ``never-below``, also if ``life`` names only the end.

    The end leaves no slots, so it says nothing about this promise.
    """
    named = set(deployment.life) - {Act.END}
    return USUAL_ACTS if deployment.never_below is not None and not named else ()


def broken_promise(deployment: Deployment, cell: CellReport) -> BrokenPromise | None:
    """The first promise about its life that a deployment does not keep."""
    lasting = [tape for tape in cell.tapes if tape.act is not Act.END]
    end = [tape for tape in cell.tapes if tape.act is Act.END]
    broken = chain(_below(deployment, cell, lasting), _lost_in_the_end(deployment, end))
    return next(broken, None)


def _below(
    deployment: Deployment, cell: CellReport, tapes: list[Tape]
) -> Iterator[BrokenPromise]:
    """Why there are, or may be, fewer slots than ``never-below``."""
    if (never_below := deployment.never_below) is None:
        return
    words = f"never-below: {never_below} required, but"
    # Which worker gets the requests while a tape is recorded is chance, so a tape may
    # show more slots than there always are.
    if cell.floor is not None and cell.floor < never_below:
        at_times = f"{words} sometimes there are {cell.floor}"
        yield GateFailed, f"{at_times}, even when nothing is done to it"
    known = [tape for tape in tapes if tape.known]
    lowest = min(known, key=lambda tape: tape.lowest, default=None)
    if lowest is not None and lowest.lowest < never_below:
        least = f"{words} at one point there were only {lowest.lowest}."
        yield GateFailed, f"{least} {lowest.sentence}"
    acts = set(deployment.life) - {Act.END}
    wanted = acts | set(_usual(deployment))
    yield from _unknown("never-below", tapes, wanted, acts)


def _lost_in_the_end(
    deployment: Deployment, tapes: list[Tape]
) -> Iterator[BrokenPromise]:
    """Why requests are, or may be, lost when it ends, against ``on-term``."""
    if deployment.on_term is not None:
        for tape in tapes:
            if tape.known and (tape.lost_in_app or tape.killed):
                yield GateFailed, f"on-term: {tape.sentence}"
        yield from _unknown("on-term", tapes, {Act.END}, {Act.END})


def _unknown(
    key: str, tapes: list[Tape], wanted: set[Act], asked: set[Act]
) -> Iterator[BrokenPromise]:
    """Why a promise cannot be judged, if a wanted act has no tape.

    An act that the server does not support, such as a signal, counts as missing only if
    it was ``asked`` for by name.
    """
    for tape in tapes:
        excused = tape.outcome is Outcome.NOT_SUPPORTED and tape.act not in asked
        if not tape.known and not excused:
            yield NothingMeasured, f"{key}: {tape.sentence}"
    if missing := sorted(wanted - {tape.act for tape in tapes}):
        words = f"{key}: unknown: {', '.join(missing)} could not be tried"
        yield NothingMeasured, words


CORRECT = "fix that (report.md has the end of the log) and check again"


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
        return NothingMeasured, f"at-least: unknown: {cell.reason}"
    if at_least is not None and floor < at_least:
        return GateFailed, _too_few(at_least, floor, cell, more)
    if cell.verdict is Verdict.FEWER:
        return GateFailed, f"fewer than declared: {cell.reason}"
    if cell.verdict is Verdict.UNEVEN and at_least is None:
        return GateFailed, f"uneven: {cell.reason}"
    if cell.verdict is Verdict.UNKNOWN and at_least is None:
        return NothingMeasured, f"unknown: {cell.reason}"
    return broken_promise(deployment, cell) or (None, "")


def _not_measured(deployment: Deployment, cell: CellReport) -> str:
    """The result of a deployment that was not measured: outcome, key and next step."""
    installed = cell.outcome is not Outcome.NOT_INSTALLED
    key = deployment.source_key if installed else "requirements"
    return f"{key}: {cell.outcome}: {cell.reason}; {CORRECT}"


def _too_few(at_least: int, floor: int, cell: CellReport, more: str) -> str:
    be = "was" if floor == 1 else "were"
    times = "sometimes only " if cell.ceiling != floor else ""
    words = f"at-least: {at_least} required, but {times}{floor} {be} in the app at once"
    return "; ".join(filter(None, (words, cell.reason, more)))


def raise_to(at_least: int, promise: Promise | None) -> str:
    """A simple change to declare ``at_least`` requests; empty if there is none."""
    if promise is None or promise.declared is None or promise.declared >= at_least:
        return ""
    if promise.is_in_code:
        return ""  # code has no options to name
    if promise.server == "gunicorn":
        return _raise_gunicorn(at_least, promise)
    if promise.server == "waitress" and not is_limited(promise):
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
    holds = limit_holds(promise.release)
    if not holds or (workers == 1 and promise.value("worker_connections") >= at_least):
        return f"`--workers 1 --threads {at_least}` declares {at_least}"
    return f"`--threads {each} --worker-connections {each}` declares {workers * each}"
