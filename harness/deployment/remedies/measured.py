"""Finds what a user can do about a finding of a deployment.

A remedy is given only if it is known to work with the release in use. The live tests
apply each one and see the better number.
"""

from collections.abc import Sequence

import msgspec
from packaging.specifiers import SpecifierSet

from harness.deployment.declared.promise import Promise
from harness.deployment.hook import Hello
from harness.deployment.hook import SILENT
from harness.deployment.remedies.failures import about_failure
from harness.deployment.remedies.failures import Advice
from harness.deployment.remedies.failures import MORE_THREADS
from harness.deployment.remedies.failures import NO_TASKS
from harness.probe.ready import CauseKnown
from harness.probe.ready import Fault
from harness.probe.ready import NO_FAULT
from harness.records.report import CellReport
from harness.records.versions import is_version
from harness.records.versions import within
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict

SHORT = (Verdict.FEWER, Verdict.UNEVEN)

COMPUTES = " (a single process then does all the computing)"
"""The cost of one worker in place of several."""

AT_LEAST = (
    "write the number that you need as `at-least`: the check then passes unless it "
    "sees fewer"
)
"""The remedy if chance decides how many threads start."""

LANES = {"uvicorn": "threads", "hypercorn": "threads", "granian": "blocking-threads"}
"""The option for a worker's threads, in servers whose workers accept more than they can
run."""


def explain(
    cell: CellReport,
    promise: Promise | None,
    hello: Hello = SILENT,
    fault: Fault = NO_FAULT,
    exit_status: int | None = None,
    platforms: Sequence[str] = (),
) -> CellReport:
    """A cell whose reason ends with its cause and a remedy, if these are known.

    ``fault`` is why the app was not reached; the reason already has its problem and
    remedy. ``exit_status`` and ``platforms`` are as in ``about_failure``.
    """
    if cell.outcome is not Outcome.MEASURED:
        known = fault.cause_known
        advice = about_failure(cell, promise, known, exit_status, platforms)
    elif cell.verdict in SHORT:
        advice = _about_short(cell, promise, hello)
    elif cell.verdict is Verdict.MORE:
        advice = _about_more(cell, promise)
    else:
        return cell
    seen, because, remedy = advice
    why = because and f"because {because}"
    reason = "; ".join(filter(None, (cell.reason, seen, why, remedy)))
    if not any(advice) and fault.cause_known is not CauseKnown.NO:
        remedy = fault.remedy
    return msgspec.structs.replace(cell, reason=reason, because=because, remedy=remedy)


def _about_more(cell: CellReport, promise: Promise | None) -> Advice:
    """The remedy if more were in the app than the file declares."""
    if promise is not None or not cell.bounded:
        return Advice(
            remedy="if that is intended, set `declared` to the number it handles"
        )
    return Advice(
        "only its file says how many it declares",
        remedy=f"if that is what it should handle, write `declared = {cell.ceiling}`",
    )


def _about_short(cell: CellReport, promise: Promise | None, hello: Hello) -> Advice:
    if any(advice := about_patches(cell, hello)):
        return advice
    if NO_TASKS.search(cell.log_tail):
        because = "the system gave it no more threads or processes"
        return Advice(because=because, remedy=MORE_THREADS)
    if promise is None:
        return Advice()
    if promise.declared is not None and promise.declared != cell.declared:
        if cell.ceiling == promise.declared:
            declares = f"the command itself declares {promise.declared}"
            return Advice(f"{declares}: {promise.because}")
    if promise.settings.get("reuse_port") is not None:
        return _own_queues(promise)
    if promise.kind == "gthread":
        return _gthread(promise, cell.verdict)
    if cell.verdict is Verdict.UNEVEN:
        left_to_chance = promise.by_chance and cell.floor_by is Basis.SEEN
        return Advice(remedy=AT_LEAST) if left_to_chance else _one_worker(promise)
    if promise.server == "uwsgi" and "gevent" in promise.settings and not hello.patched:
        return Advice(
            because="the standard library is not patched, so a waiting request blocks "
            "its process",
            remedy="add `--gevent-monkey-patch`",
        )
    return Advice()


def about_patches(cell: CellReport, hello: Hello) -> Advice:
    """Why requests block a greenlet server, if its patches are missing."""
    if hello.stale:
        return _patched_late(hello.stale)
    is_unpatched = hello.green and not hello.patched
    if is_unpatched and cell.bounded and (cell.threads or 1) <= 1:
        return _unpatched(hello.green)
    return Advice()


def _unpatched(library: str) -> Advice:
    """The remedy for a greenlet server whose library is not patched in."""
    call = {"gevent": "from gevent import monkey; monkey.patch_all()"}
    first = call.get(library, f"import {library}; {library}.monkey_patch()")
    return Advice(
        because=f"{library} has not patched the standard library, so a waiting request "
        "blocks its process",
        remedy=f"write `{first}` as the first line of what is started",
    )


def _own_queues(promise: Promise) -> Advice:
    """The remedy for workers that each have a listening socket of their own."""
    setting = promise.settings["reuse_port"]
    if setting.file is not None:
        remedy = f"leave out `reuse_port` in {setting.source}, line {setting.line}"
    else:
        remedy = "leave out `--reuse-port`"
    return Advice(
        because="with `reuse_port` the kernel deals requests to workers at random, "
        "even to those that have no room",
        remedy=remedy,
    )


def _patched_late(stale: Sequence[str]) -> Advice:
    names = ", ".join(stale[:3]) + (" and others" if len(stale) > 3 else "")
    verbs = ("was", "blocks") if len(stale) == 1 else ("were", "block")
    because = (
        "{} {} imported before gevent patched the standard library, and so {} all "
        "requests of a process"
    ).format(names, *verbs)
    call = "call `monkey.patch_all()` before anything else is imported"
    return Advice(because=because, remedy=call)


def _gthread(promise: Promise, verdict: Verdict) -> Advice:
    """The remedy for gthread workers, which accept more than their threads can run."""
    workers, threads = promise.value("workers"), promise.value("threads")
    limited = promise.value("worker_connections") <= threads
    holds = limit_holds(promise.release)
    if limited and not holds:
        return Advice(
            because="gunicorn 21 to 23 leave requests waiting forever when "
            "`--worker-connections` is no more than the threads",
            remedy="install gunicorn 24 or newer",
        )
    if verdict is not Verdict.UNEVEN or limited or workers < 2:
        return Advice()
    because = "a gthread worker accepts requests that its busy threads cannot run"
    if not holds:
        one = f"`--workers 1 --threads {workers * threads}`"
        remedy = (
            f"install gunicorn 24 or newer and add `--worker-connections {threads}`, "
            f"or have one worker: {one}{COMPUTES}"
        )
        return Advice(because=because, remedy=remedy)
    if promise.is_in_code:
        written = f"give gunicorn `worker_connections = {threads}` where it is started"
    elif promise.settings["threads"].file is not None:
        file = promise.settings["threads"].source
        written = f"write `worker_connections = {threads}` in {file}"
    else:
        written = f"add `--worker-connections {threads}`"
    cost = _cost_of_connections(workers, threads)
    return Advice(because=because, remedy=f"{written}{cost}")


def _cost_of_connections(workers: int, threads: int) -> str:
    """The cost of limiting connections to the threads, and a cheaper way.

    A gthread worker keeps as many idle connections as it may have beyond its threads.
    With one connection more, a worker can accept a request that has to wait.
    """
    full, rest = divmod(workers * threads, threads + 1)
    always = full * threads + min(rest, threads)
    return (
        f" (each connection is then closed after its answer; with {threads + 1}, one "
        f"stays open in each worker, and {always} of {workers * threads} always get in)"
    )


def _one_worker(promise: Promise) -> Advice:
    """The remedy for servers without an option for this: one worker."""
    if promise.server not in LANES or promise.value("workers") < 2:
        return Advice()
    if is_limited(promise):
        return Advice()
    workers, lanes = promise.value("workers"), promise.value(LANES[promise.server])
    because = "a worker accepts requests that its busy threads cannot run"
    if promise.server == "granian":
        one = f"`--workers 1 --blocking-threads {workers * lanes}`"
        return Advice(because=because, remedy=f"have one worker: {one}{COMPUTES}")
    return Advice(
        because=f"{because}, against which {promise.server} has no option",
        remedy=f"`--workers 1` declares {lanes}, always",
    )


LIMITS = ("backpressure", "connection-limit", "limit-concurrency")
"""Options for the most connections or requests, in servers with a pool of threads."""


def is_limited(promise: Promise) -> bool:
    """Whether a server with a pool of threads is also given another limit."""
    limits = [promise.settings[name] for name in LIMITS if name in promise.settings]
    return any(limit.source for limit in limits)


STALL = SpecifierSet(">=21,<24")


def limit_holds(release: str) -> bool:
    """Whether ``--worker-connections`` limits a gunicorn without stalling it.

    Releases 21 to 23 stall (https://github.com/benoitc/gunicorn/issues/3407).
    """
    return is_version(release) and not within(release, STALL)
