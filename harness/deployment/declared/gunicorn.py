"""Knows what gunicorn's settings promise; must not read them: gunicorn itself is asked
what its command line, GUNICORN_CMD_ARGS, WEB_CONCURRENCY and configuration file say.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import msgspec

from harness.deployment.declared.ask_server import asked
from harness.deployment.declared.ask_server import line_of
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import listed
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import Setting
from harness.deployment.environment import Where

PAGE = "https://gunicorn.org/reference/settings/"

GREENLETS = frozenset({"gevent", "eventlet", "gevent_wsgi", "gevent_pywsgi"})


class Said(msgspec.Struct, frozen=True):
    """What gunicorn makes of a command line (``target/ask_gunicorn.py``)."""

    version: str
    workers: int
    threads: int
    worker_connections: int
    worker_class: str
    config: str
    given_by: dict[str, str]
    preload: bool


def promise(arguments: Sequence[str], where: Where) -> Promise:
    """What a gunicorn command line declares. Raises ``CannotDerive``."""
    said = asked("gunicorn", arguments, where, Said)
    used = _used(said)
    settings = {name: _setting(said, name, where) for name in used}
    words = " × ".join(_count(getattr(said, name), name) for name in used[:-1])
    declared = prod(getattr(said, name) for name in used[:-1])
    everything = {
        name: _setting(said, name, where)
        for name in ("workers", "threads", "worker_connections", "worker_class")
    }
    return Promise(
        "gunicorn",
        declared,
        f"gunicorn itself reads the command as {words}, worker class "
        f"{said.worker_class} ({listed(settings)})",
        PAGE,
        everything | {"version": Setting(said.version, "")},
    )


def _used(said: Said) -> tuple[str, ...]:
    """The settings whose product is the number, then the one that says so."""
    kind = said.worker_class.rpartition(".")[2] or said.worker_class
    if kind in ("sync", "SyncWorker", "tornado"):
        return ("workers", "worker_class")
    if kind in ("gthread", "ThreadWorker"):
        few = said.worker_connections < said.threads
        return ("workers", "worker_connections" if few else "threads", "worker_class")
    if kind in GREENLETS or kind == "GeventWorker":
        return ("workers", "worker_connections", "worker_class")
    raise CannotDerive(f"what the worker class {kind} declares is not known")


def _count(value: int, name: str) -> str:
    noun = name.replace("worker_", "")
    return f"{value} {noun.removesuffix('s') if value == 1 else noun}"


def _setting(said: Said, name: str, where: Where) -> Setting:
    value = getattr(said, name)
    given = said.given_by.get(name)
    if given == "command":
        return Setting(value, "the command line")
    if given == "GUNICORN_CMD_ARGS":
        return Setting(value, "the variable GUNICORN_CMD_ARGS")
    if given == "file":
        path = where.folder / said.config.removeprefix("file:")
        return Setting(value, path.name, path, line_of(path, name) or 1)
    if name == "workers" and where.variables.get("WEB_CONCURRENCY"):
        return Setting(value, "the variable WEB_CONCURRENCY")
    return Setting(value, "")
