"""Knows what a person can do about a finding of their own deployment; must not measure.

Rule: a remedy is only given where it is known to be true, for the release at hand. The
live tests apply each one and see the better number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.version import InvalidVersion
from packaging.version import Version

from harness.declared import Promise
from harness.model import CellReport
from harness.model import Outcome
from harness.model import Verdict

SHORT = (Verdict.FEWER, Verdict.UNEVEN)

_ERROR = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit)\b.*$")


def explained(
    cell: CellReport, promise: Promise | None, stale: Sequence[str], *, patched: bool
) -> str:
    """The reason of a cell, with its cause and what to do, where these are known."""
    parts = [cell.reason]
    if cell.outcome is not Outcome.MEASURED:
        parts.append(_cause(cell.log_tail))
    elif cell.verdict in SHORT:
        parts.append(_about_short(cell, promise, stale, patched=patched))
    elif cell.verdict is Verdict.MORE:
        parts.append("if that is meant, write what it handles as `declared`")
    return "; ".join(filter(None, parts))


def _cause(log: str) -> str:
    """The last error that a server printed."""
    errors = [line.strip() for line in log.splitlines() if _ERROR.match(line.strip())]
    return f"it said: {errors[-1]}" if errors else ""


def _about_short(
    cell: CellReport, promise: Promise | None, stale: Sequence[str], *, patched: bool
) -> str:
    if stale:
        return _patched_late(stale)
    if promise is None:
        return ""
    if promise.declared is not None and promise.declared != cell.declared:
        if cell.ceiling == promise.declared:
            return f"the command itself declares {promise.declared}: {promise.because}"
    if promise.server == "gunicorn" and promise.kind == "gthread":
        return _gthread(promise) if cell.verdict is Verdict.UNEVEN else ""
    if promise.server == "uwsgi" and "gevent" in promise.settings and not patched:
        return (
            "because the standard library is not patched, so that a request that waits "
            "blocks its process; add `--gevent-monkey-patch`"
        )
    return ""


def _patched_late(stale: Sequence[str]) -> str:
    names = ", ".join(stale[:3]) + (" and others" if len(stale) > 3 else "")
    return (
        f"because {names} was imported before gevent patched the standard library, and "
        "so blocks all requests of its process; call `monkey.patch_all()` before "
        "anything else is imported"
    )


def _gthread(promise: Promise) -> str:
    """Several workers of which each accepts more than its threads can run."""
    threads = promise.value("threads")
    connections = promise.settings["worker_connections"]
    if promise.value("workers") < 2 or int(connections.value) <= threads:
        return ""
    because = "because a gthread worker accepts what its busy threads cannot run"
    if not _accepts_no_more(str(promise.settings["version"].value)):
        return (
            f"{because}; install gunicorn 24 or newer and add "
            f"`--worker-connections {threads}`"
        )
    if promise.settings["threads"].file is not None:
        file = promise.settings["threads"].source
        return f"{because}; write `worker_connections = {threads}` in {file}"
    return f"{because}; add `--worker-connections {threads}`"


def _accepts_no_more(release: str) -> bool:
    """Whether ``--worker-connections`` holds: not in 21 to 23, which stall with it
    (https://github.com/benoitc/gunicorn/issues/3407).
    """
    try:
        major = Version(release).major
    except InvalidVersion:
        return False
    return major >= 24 or major < 21


def raise_to(at_least: int, promise: Promise | None) -> str:
    """What to change so that at least so many are declared, where that is simple."""
    if promise is None or promise.declared is None:
        return ""
    if promise.server == "gunicorn" and promise.kind == "sync":
        return f"`--workers {at_least}` declares {at_least}"
    if promise.server == "waitress":
        return f"`--threads={at_least}` declares {at_least}"
    if promise.server == "uwsgi" and "threads" in promise.settings:
        processes = -(-at_least // promise.value("threads"))
        declared = processes * promise.value("threads")
        return f"`processes = {processes}` declares {declared}"
    return ""
