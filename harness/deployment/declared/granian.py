"""What granian's settings declare; granian itself reads its command line and variables.

Its defaults differ by release.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.deployment.declared.ask_server import ask_server
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where
from harness.plan import catalog
from harness.plan.lookup import by_chance
from harness.plan.lookup import find_server

PAGE = "https://github.com/emmett-framework/granian#workers-and-threads"


class GranianSettings(msgspec.Struct, frozen=True):
    """The settings that granian reads (``target/ask_granian.py``)."""

    interface: str
    workers: int
    threads: int
    backpressure: int
    version: str


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in a pool of threads in each worker. Raises ``CannotDerive``."""
    parsed = ask_server("granian", arguments, where, GranianSettings)
    if parsed.interface != "wsgi":
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
    values = {
        "workers": parsed.workers,
        "blocking-threads": parsed.threads,
        "backpressure": parsed.backpressure,
    }
    settings = {k: _setting(arguments, where, k, v) for k, v in values.items()}
    few = parsed.backpressure < parsed.threads
    lane = "backpressure" if few else "blocking-threads"
    used = {name: settings[name] for name in ("workers", lane)}
    lanes = min(parsed.threads, parsed.backpressure)
    return Promise(
        "granian",
        parsed.workers * lanes,
        f"granian itself reads the command as {parsed.workers} workers × {lanes} "
        f"{'requests each' if few else 'threads'} ({listed(used)})",
        PAGE,
        settings,
        by_chance=_by_chance(parsed),
    )


def _by_chance(parsed: GranianSettings) -> str:
    """Why chance decides how many threads granian starts, if more than one."""
    if parsed.threads == 1:
        return ""
    return by_chance(find_server(catalog.load(), "granian"), parsed.version)


def _setting(arguments: Sequence[str], where: Where, name: str, value: int) -> Setting:
    """A value and its source."""
    variable = f"GRANIAN_{name.upper().replace('-', '_')}"
    setting = option(arguments, f"--{name}", env=where.variables, variable=variable)
    return Setting(value, setting.source if setting else "")
