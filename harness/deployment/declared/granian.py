"""Knows what granian's settings promise; must not read them: granian itself is asked
what its command line and its variables say, since its defaults differ by release.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.deployment.declared.ask_server import asked
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where

PAGE = "https://github.com/emmett-framework/granian#workers-and-threads"


class Said(msgspec.Struct, frozen=True):
    """What granian makes of a command line (``target/ask_granian.py``)."""

    interface: str
    workers: int
    threads: int
    backpressure: int


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in a pool of threads in each worker. Raises ``CannotDerive``."""
    said = asked("granian", arguments, where, Said)
    if said.interface != "wsgi":
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
    lane = "threads" if said.threads <= said.backpressure else "backpressure"
    settings = {
        "workers": _setting(arguments, where, "workers", said.workers),
        "blocking-threads": _setting(
            arguments, where, "blocking-threads", said.threads
        ),
        "backpressure": _setting(arguments, where, "backpressure", said.backpressure),
    }
    lanes = settings["blocking-threads" if lane == "threads" else lane]
    used = {"workers": settings["workers"], "blocking-threads": lanes}
    if lane == "backpressure":
        used = {"workers": settings["workers"], lane: lanes}
    return Promise(
        "granian",
        said.workers * int(lanes.value),
        f"granian itself reads the command as {said.workers} workers × {lanes.value} "
        f"{'threads' if lane == 'threads' else 'requests each'} ({listed(used)})",
        PAGE,
        settings,
    )


def _setting(arguments: Sequence[str], where: Where, name: str, value: int) -> Setting:
    """A value, and where it comes from."""
    variable = f"GRANIAN_{name.upper().replace('-', '_')}"
    found = option(arguments, f"--{name}", env=where.variables, variable=variable)
    return Setting(value, found.source if found else "")
