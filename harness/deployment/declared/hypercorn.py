"""What hypercorn's settings declare; hypercorn itself reads its command and file."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from harness.deployment.declared.ask_server import ask_server
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


class HypercornSettings(msgspec.Struct, frozen=True):
    """The settings that hypercorn reads (``target/ask_hypercorn.py``)."""

    workers: int
    worker_class: str
    threads: int
    """Threads of the default pool of asyncio in the deployment's Python."""


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """WSGI apps run in asyncio's pool in each worker. Raises ``CannotDerive``."""
    parsed = ask_server("hypercorn", arguments, where, HypercornSettings)
    if parsed.worker_class not in ("asyncio", "uvloop"):
        kind = parsed.worker_class
        raise CannotDerive(f"what the worker class {kind} declares is not known")
    # Without workers the app runs in the first process.
    workers = _workers(arguments, where)._replace(value=max(parsed.workers, 1))
    return Promise(
        "hypercorn",
        int(workers.value) * parsed.threads,
        f"{workers.value} workers × {parsed.threads} threads, asyncio's default for "
        f"the processors of this machine ({listed({'workers': workers})})",
        PAGE,
        {"workers": workers, "threads": Setting(parsed.threads, "")},
    )


def _workers(arguments: Sequence[str], where: Where) -> Setting:
    """The number of workers with its source; zero where hypercorn decides."""
    setting = option(arguments, "-w", "--workers", env={})
    if setting is not None:
        return setting
    config = option(arguments, "-c", "--config", env={})
    if config is not None:
        path = where.folder / str(config.value).removeprefix("file:")
        if line := line_of(path, "workers"):
            return Setting(0, path.name, path, line)
    return Setting(0, "")
