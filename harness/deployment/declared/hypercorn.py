"""Knows what hypercorn's settings promise; must not read them: hypercorn itself is
asked what its command line and its configuration file say.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.deployment.declared.ask_server import asked
from harness.deployment.declared.ask_server import line_of
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where

PAGE = (
    "https://docs.python.org/3/library/concurrent.futures.html"
    "#concurrent.futures.ThreadPoolExecutor"
)


class Said(msgspec.Struct, frozen=True):
    """What hypercorn makes of a command line (``target/ask_hypercorn.py``)."""

    workers: int
    worker_class: str
    threads: int
    """How many asyncio's default pool has in the deployment's Python."""


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in asyncio's pool in each worker. Raises ``CannotDerive``."""
    said = asked("hypercorn", arguments, where, Said)
    if said.worker_class not in ("asyncio", "uvloop"):
        kind = said.worker_class
        raise CannotDerive(f"what the worker class {kind} declares is not known")
    # Without workers the app runs in the first process.
    workers = _workers(arguments, where)._replace(value=max(said.workers, 1))
    return Promise(
        "hypercorn",
        int(workers.value) * said.threads,
        f"{workers.value} workers × {said.threads} threads, asyncio's default for the "
        f"processors of this machine ({listed({'workers': workers})})",
        PAGE,
        {"workers": workers, "threads": Setting(said.threads, "")},
    )


def _workers(arguments: Sequence[str], where: Where) -> Setting:
    """Where their number comes from."""
    found = option(arguments, "-w", "--workers", env={})
    if found is not None:
        return found
    config = option(arguments, "-c", "--config", env={})
    if config is not None:
        path = where.folder / str(config.value).removeprefix("file:")
        if line := line_of(path, "workers"):
            return Setting(0, path.name, path, line)
    return Setting(0, "")
