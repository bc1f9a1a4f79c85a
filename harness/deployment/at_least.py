"""Finds changes with which a deployment would declare at least a given number."""

from __future__ import annotations

from harness.deployment.declared.promise import Promise
from harness.deployment.remedies import is_limited
from harness.deployment.remedies import limit_holds


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
