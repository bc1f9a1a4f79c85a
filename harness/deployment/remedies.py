"""What a user can do about a finding of a deployment.

A remedy is given only where it is known to be true, for the release in use. The live
tests apply each one and see the better number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from packaging.version import InvalidVersion
from packaging.version import Version

from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import Promise
from harness.deployment.no_containers import NOWHERE
from harness.deployment.no_containers import REFUSED
from harness.deployment.no_containers import REMEDY
from harness.deployment.no_controls import LEAVES_ALONE
from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict

SHORT = (Verdict.FEWER, Verdict.UNEVEN)

COMPUTES = " (one process then does all of the computing)"
"""What it costs to have one worker in place of several."""

LANES = {"uvicorn": "threads", "hypercorn": "threads", "granian": "blocking-threads"}
"""The option for the threads of a worker, in servers whose workers accept more."""

PROBES = "/.flask-concurrency/"
"""Stands in lines of the log that are about requests of the probe."""

NOT_PERMITTED = "Operation not permitted"

IF_SIGNAL = "if that was a signal to a process that it did not start: "

CAUSES = (
    re.compile(rf".*(?:{re.escape(REFUSED)}|{NOWHERE})"),
    re.compile(rf".*\b{NOT_PERMITTED}$"),
    re.compile(r"\(?(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b"),
    re.compile(r"Listen queue size is greater than the system max"),
    re.compile(r".*\battribute\b.*['\"]", re.IGNORECASE),
    re.compile(
        r".*\b(?:unable to|failed to|could not|cannot|not found"
        r"|no python application found)\b",
        re.IGNORECASE,
    ),
)
"""How a line begins that names the cause of a server's end: what a check refused, what
the kernel refused, an exception, an app that is not in its module (in words by
gunicorn, uvicorn and waitress), anything else."""


class Advice(NamedTuple):
    """What is known about a finding; either may be empty."""

    cause: str = ""
    remedy: str = ""


NO_CAUSE = re.compile(
    r".*\b(?:INFO|DEBUG)\b|\[uWSGI\]|(?!\.?/)[^\w\[(]"
    r"|(?:spawned|mapped|your|uwsgi|thunder|detected|machine)\b"
    r"|\[.*\[ERROR\] (?:Worker \(pid|Shutting down|Reason: (?:Worker|App) failed)"
    r"|.*\bno longer\b|.*\bGracefully\b|SIGINT|goodbye",
    re.IGNORECASE,
)
"""How lines begin that servers print whenever they start or stop."""


def explain(
    cell: CellReport,
    promise: Promise | None,
    stale: Sequence[str],
    *,
    patched: bool,
    green: str = "",
) -> CellReport:
    """A cell with its cause and a remedy at the end of its reason, where these are
    known.
    """
    if cell.outcome is not Outcome.MEASURED:
        advice = _about_failure(cell, promise)
    elif cell.verdict in SHORT:
        advice = _about_short(cell, promise, stale, patched=patched, green=green)
    elif cell.verdict is Verdict.MORE:
        advice = _about_more(cell, promise)
    else:
        return cell
    reason = "; ".join(filter(None, (cell.reason, *advice)))
    remedy = advice.remedy
    if not any(advice) and _KNOWN.search(cell.reason):
        remedy = cell.reason.partition("; ")[2]
    return msgspec.structs.replace(cell, reason=reason, remedy=remedy)


def _about_more(cell: CellReport, promise: Promise | None) -> Advice:
    """What to do about more than a file declares."""
    if promise is not None or not cell.bounded:
        return Advice("", "if that is meant, write what it handles as `declared`")
    return Advice(
        "nothing but its file says how many it declares",
        f"if that is what it should handle, write `declared = {cell.ceiling}`",
    )


_CALLED_AS_ASGI = re.compile(
    r"__call__\(\) (?:missing 1 required .*'start_response'|takes 3 positional .* 4 )"
)
"""What Flask says when a server of ASGI calls it."""


def _as_wsgi(words: Sequence[str]) -> str:
    """What makes a server of ASGI serve a Flask app, or an adapter do it."""
    if server_words(words)[0] in ("uvicorn", "granian"):
        return "add `--interface wsgi`"
    return "give it `a2wsgi.WSGIMiddleware(app)`, or serve `app` with a server of WSGI"


_FACTORY = re.compile(r"TypeError: (\w+)\(\) takes .* positional .* 2 were given")
"""What a factory says that a server calls as if it were the app."""


def _calls_a_factory(cell: CellReport) -> Advice:
    """What to write where a function is served that makes the app."""
    found = _FACTORY.search(cell.log_tail)
    place = re.compile(rf"\w[\w.]*:{found[1]}") if found else None
    word = next(filter(place.fullmatch, cell.command), "") if place else ""
    if not found or not word:
        return Advice()
    because = f"it calls `{found[1]}` as if that were the app, and it makes the app"
    if server_words(cell.command)[0].startswith("waitress"):
        return Advice(because, "add `--call`")
    return Advice(because, f"write `'{word}()'` in place of `{word}`")


def _about_failure(cell: CellReport, promise: Promise | None) -> Advice:
    """What a server said, and what keeps it where a check can watch it."""
    if any(advice := _calls_a_factory(cell)):
        return advice
    if _CALLED_AS_ASGI.search(cell.log_tail):
        because = "it calls the app as one of ASGI, and a Flask app is one of WSGI"
        return Advice(because, _as_wsgi(cell.command))
    cause = _cause(cell.log_tail, cell.reason)
    if NOWHERE in cause:
        return Advice(cause, REMEDY)
    if cause.endswith(NOT_PERMITTED):
        sent = "" if re.search(r"\bkill", cause) else IF_SIGNAL
        return Advice(cause, f"{sent}{LEAVES_ALONE}")
    if _NO_IMAGE.search(cause):
        return Advice(cause, "pull or build its images before the check")
    is_error = cause.startswith("it said: ")  # hypercorn ends with 0 all the same
    if is_error or "exited with status 0 before" not in cell.reason:
        return Advice(cause)
    stay = "a server has to stay in the foreground"
    leave = _in_foreground(promise, cell.command)
    return Advice("; ".join(filter(None, (cause, stay))), leave)


_NO_IMAGE = re.compile(
    r"pull access denied|\bregistry\b|manifest.* unknown|Unable to find image"
)
"""What the engine says where an image is not there and cannot be had."""


def _in_foreground(promise: Promise | None, words: Sequence[str]) -> str:
    """What keeps a server in the foreground, where a check can watch it."""
    daemon = promise.settings.get("daemon") if promise else None
    if daemon is not None and daemon.file is not None:
        return f"leave out `daemon = True` in {daemon.source}, line {daemon.line}"
    if daemon is not None and daemon.source.startswith("the variable"):
        return f"leave out `--daemon` in {daemon.source}"
    text = " ".join(words)
    if re.search(r"\bsupervisord\b", text):
        return "add `-n` to `supervisord`"
    for found in (_TO_BACKGROUND.search(text), re.search(r"(?<!&)&\s*$", text)):
        if found:
            return f"leave out `{found[0].strip()}`"
    return (
        "if it went to the background, start it without an option such as `--daemon` "
        "and without `&`"
    )


_TO_BACKGROUND = re.compile(r"(?<=\s)(?:-D|--daemon(?:ize2?)?)(?=[\s=]|$)")


def _cause(log: str, reason: str) -> str:
    """The last of the lines that most likely name the cause."""
    lines = [line.strip() for line in log.splitlines() if PROBES not in line]
    lines = [line for line in lines if line and not NO_CAUSE.match(line)]
    for cause in CAUSES:
        if errors := [line for line in lines if cause.match(line)]:
            return f"it said: {errors[-1]}"
    if not lines or _KNOWN.search(reason):
        return ""
    return f"the last that it said: {lines[-1]}"


_KNOWN = re.compile(
    r"it listens on|in place of the probe's route|it speaks|only Flask apps"
)
"""What reasons say that name the cause themselves."""


def _about_short(
    cell: CellReport,
    promise: Promise | None,
    stale: Sequence[str],
    *,
    patched: bool,
    green: str,
) -> Advice:
    if any(advice := about_patches(cell, stale, patched=patched, green=green)):
        return advice
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
        return _one_worker(promise)
    if promise.server == "uwsgi" and "gevent" in promise.settings and not patched:
        return Advice(
            "because the standard library is not patched, so that a request that waits "
            "blocks its process",
            "add `--gevent-monkey-patch`",
        )
    return Advice()


def about_patches(
    cell: CellReport, stale: Sequence[str], *, patched: bool, green: str
) -> Advice:
    """Why requests block a server of greenlets one after the other, if they do."""
    if stale:
        return _patched_late(stale)
    if green and not patched and cell.bounded and (cell.threads or 1) <= 1:
        return _unpatched(green)
    return Advice()


def _unpatched(library: str) -> Advice:
    """The remedy for a server of a library whose patches are missing."""
    call = {"gevent": "from gevent import monkey; monkey.patch_all()"}
    first = call.get(library, f"import {library}; {library}.monkey_patch()")
    return Advice(
        f"because {library} has not patched the standard library, so that a request "
        "that waits blocks its process",
        f"write `{first}` as the first line of what is started",
    )


def _own_queues(promise: Promise) -> Advice:
    """The remedy for workers that each have a listening socket of their own."""
    setting = promise.settings["reuse_port"]
    if setting.file is not None:
        remedy = f"leave out `reuse_port` in {setting.source}, line {setting.line}"
    else:
        remedy = "leave out `--reuse-port`"
    return Advice(
        "because with `reuse_port` the kernel deals requests to workers by chance, "
        "also to those that have no room",
        remedy,
    )


def _patched_late(stale: Sequence[str]) -> Advice:
    names = ", ".join(stale[:3]) + (" and others" if len(stale) > 3 else "")
    verbs = ("was", "blocks") if len(stale) == 1 else ("were", "block")
    cause = (
        "because {} {} imported before gevent patched the standard library, and so {} "
        "all requests of a process"
    ).format(names, *verbs)
    return Advice(cause, "call `monkey.patch_all()` before anything else is imported")


def _gthread(promise: Promise, verdict: Verdict) -> Advice:
    """The remedy for workers that each accept more than their threads can run."""
    workers, threads = promise.value("workers"), promise.value("threads")
    limited = promise.value("worker_connections") <= threads
    holds = limit_holds(str(promise.settings["version"].value))
    if limited and not holds:
        return Advice(
            "because gunicorn 21 to 23 leave requests waiting for ever when "
            "`--worker-connections` is no more than the threads",
            "install gunicorn 24 or newer",
        )
    if verdict is not Verdict.UNEVEN or limited or workers < 2:
        return Advice()
    because = "because a gthread worker accepts what its busy threads cannot run"
    if not holds:
        return Advice(
            because,
            f"install gunicorn 24 or newer and add `--worker-connections {threads}`, "
            f"or have one worker: `--workers 1 --threads {workers * threads}`"
            f"{COMPUTES}",
        )
    if promise.is_in_code:
        written = f"give gunicorn `worker_connections = {threads}` where it is started"
    elif promise.settings["threads"].file is not None:
        file = promise.settings["threads"].source
        written = f"write `worker_connections = {threads}` in {file}"
    else:
        written = f"add `--worker-connections {threads}`"
    return Advice(because, f"{written}{_cost_of_connections(workers, threads)}")


def _cost_of_connections(workers: int, threads: int) -> str:
    """What limiting connections to the threads costs, and what costs less.

    A gthread worker keeps no more idle connections than it may have beyond its threads.
    With one more, a worker can take a request that has to wait.
    """
    full, rest = divmod(workers * threads, threads + 1)
    always = full * threads + min(rest, threads)
    return (
        f" (it then closes each connection after its answer; {threads + 1} keeps one "
        f"open for each worker, and {always} of {workers * threads} always get in)"
    )


def _one_worker(promise: Promise) -> Advice:
    """The remedy for servers that have no option against that: one worker."""
    if promise.server not in LANES or promise.value("workers") < 2:
        return Advice()
    if is_limited(promise):
        return Advice()
    workers, lanes = promise.value("workers"), promise.value(LANES[promise.server])
    because = "because a worker accepts what its busy threads cannot run"
    if promise.server == "granian":
        one = f"`--workers 1 --blocking-threads {workers * lanes}`"
        return Advice(because, f"have one worker: {one}{COMPUTES}")
    return Advice(
        f"{because}, against which {promise.server} has no option",
        f"`--workers 1` declares {lanes}, always",
    )


def is_limited(promise: Promise) -> bool:
    """Whether granian is given the number of connections that a worker may have."""
    limit = promise.settings.get("backpressure")
    return limit is not None and limit.source != ""


def limit_holds(release: str) -> bool:
    """Whether ``--worker-connections`` limits a gunicorn without stalling it.

    Releases 21 to 23 stall (https://github.com/benoitc/gunicorn/issues/3407).
    """
    try:
        major = Version(release).major
    except InvalidVersion:
        return False
    return major >= 24 or major < 21
