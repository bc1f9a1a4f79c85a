"""Knows what gunicorn's settings promise; must not read them: gunicorn itself is asked.

Its command line, GUNICORN_CMD_ARGS, WEB_CONCURRENCY and a configuration file written in
Python come together in ways that only its own code gets right in every release.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from math import prod
from pathlib import Path

import msgspec

from harness.declared.promise import CannotDerive
from harness.declared.promise import listed
from harness.declared.promise import Promise
from harness.declared.promise import Refused
from harness.declared.promise import Setting
from harness.surroundings import ask
from harness.surroundings import Surroundings

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


def promise(arguments: Sequence[str], where: Surroundings) -> Promise:
    """What a gunicorn command line declares. Raises ``CannotDerive``."""
    said = _ask(arguments, where)
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


def _ask(arguments: Sequence[str], where: Surroundings) -> Said:
    try:
        done = ask("ask_gunicorn.py", tuple(arguments), where)
        if done.returncode == 0:
            return msgspec.json.decode(done.stdout.splitlines()[-1], type=Said)
    except (OSError, subprocess.TimeoutExpired, msgspec.MsgspecError, IndexError) as p:
        raise CannotDerive(f"gunicorn did not say: {p}") from None
    lines = (done.stderr or done.stdout).strip().splitlines()
    raise Refused(f"gunicorn refuses it: {lines[-1] if lines else 'no reason'}")


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


def _setting(said: Said, name: str, where: Surroundings) -> Setting:
    value = getattr(said, name)
    given = said.given_by.get(name)
    if given == "command":
        return Setting(value, "the command line")
    if given == "GUNICORN_CMD_ARGS":
        return Setting(value, "the variable GUNICORN_CMD_ARGS")
    if given == "file":
        path = where.folder / said.config.removeprefix("file:")
        return Setting(value, path.name, path, _line(path, name))
    if name == "workers" and where.variables.get("WEB_CONCURRENCY"):
        return Setting(value, "the variable WEB_CONCURRENCY")
    return Setting(value, "")


def _line(path: Path, name: str) -> int:
    """The last line of a configuration file that assigns a setting, else the first."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return 0
    found = [n for n, line in enumerate(lines, 1) if re.match(rf"{name}\s*[:=]", line)]
    return found[-1] if found else 1
