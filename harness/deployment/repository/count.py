"""Counts what a command declares, by its words, variables and files.

Nothing is installed or run, so less is known than by asking a server; what is not known
is said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import server_name
from harness.deployment.command.program import server_words
from harness.deployment.command.shell import CommandContext
from harness.deployment.declared.derive import flask
from harness.deployment.declared.derive import granian_option
from harness.deployment.declared.derive import NOT_WSGI
from harness.deployment.declared.derive import uvicorn
from harness.deployment.declared.derive import waitress
from harness.deployment.declared.gunicorn import lane_of
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import positive
from harness.deployment.declared.promise import Setting
from harness.deployment.declared.uwsgi import NAMES
from harness.deployment.declared.uwsgi import spelled
from harness.deployment.environment import Where
from harness.deployment.repository.gunicorn import gunicorn_settings
from harness.deployment.repository.walk import begin_of
from harness.plan.formulas import thread_pool
from harness.records.text import plural


class Count(NamedTuple):
    """What a command declares."""

    declared: int | None
    """Requests at once; ``None`` for no bound."""
    because: str
    reads: Path | None = None
    """The file of settings that the command reads."""
    overrides: bool = False
    """Whether the command overrides a setting of that file."""


def count(words: Sequence[str], context: CommandContext) -> Count:
    """Count what a command declares. Raises ``CannotDerive``."""
    name, arguments = server_words(words)
    server = server_name(words)
    if server in READERS:
        return READERS[server](arguments, context)
    where = Where(context.folders[0], Path(), dict(context.variables))
    if server in ASKED_NOTHING:
        promise = ASKED_NOTHING[server](arguments, where)
        return Count(promise.declared, promise.because)
    raise CannotDerive(f"{name} is not a server whose options are known")


# -------------------------------------------------------------------------- gunicorn


def _gunicorn(arguments: Sequence[str], context: CommandContext) -> Count:
    settings = gunicorn_settings(arguments, context)
    lane = lane_of(settings.kind, settings.threads, settings.connections)
    if lane is None:
        raise CannotDerive(
            f"what the worker class {settings.shown_kind} declares is not known"
        )
    each = {"": 1, "threads": settings.threads}.get(lane, settings.connections)
    noun = "thread" if settings.kind == "gthread" else "connection"
    parts = (plural(settings.workers, "worker"), plural(each, noun) if lane else "")
    return Count(
        settings.workers * each,
        " × ".join(filter(None, parts)),
        settings.config,
        settings.overrides,
    )


# ----------------------------------------------------------------------------- uWSGI


def _uwsgi(arguments: Sequence[str], context: CommandContext) -> Count:
    settings: dict[str, Setting] = {}
    config = None
    for word in arguments:
        name = word.removeprefix("--ini=")
        if name.endswith((".yaml", ".yml", ".xml", ".json")):
            raise CannotDerive(f"its file {name.rpartition('=')[2]} is not read")
        if name.endswith(".ini"):
            settings |= _ini_settings(name, context)
            config = context.file(name)
    own = dict(settings)
    for name in NAMES:
        if given := option(arguments, *spelled(name)):
            settings[name] = given
    overrides = any(own[name].value != settings[name].value for name in own)
    if modes := {"async", "asyncio", "loop", "emperor"} & settings.keys():
        raise CannotDerive(f"what it runs at once with {sorted(modes)[0]} is not known")
    processes = int(positive(settings.get("processes"), 1, "processes").value)
    lane = "gevent" if "gevent" in settings else "threads"
    lanes = int(positive(settings.get(lane), 1, lane).value)
    noun = "greenlet" if lane == "gevent" else "thread"
    words = f"{processes} process{'' if processes == 1 else 'es'}"
    words = f"{words} × {plural(lanes, noun)}"
    return Count(processes * lanes, words, config, overrides)


def _ini_settings(name: str, context: CommandContext) -> dict[str, Setting]:
    """The settings of a plain ini file. Raises ``CannotDerive``."""
    path = context.file(name)
    if path is None:
        raise CannotDerive(f"its file {name} is not here")
    settings = {}
    inside = False
    for line in begin_of(path).splitlines():
        key, _, value = (each.strip() for each in line.partition("="))
        if key.startswith("["):
            inside = key == "[uwsgi]"
        if inside and key.startswith(("for", "if-", "ini", "include")):
            raise CannotDerive(f"{path.name} is more than a list of settings")
        for setting, names in NAMES.items():
            if inside and key in names:
                shown = value.replace("%k", str(context.processors))
                settings[setting] = Setting(shown, path.name)
    return settings


# ---------------------------------------------------------------------------- others


def _hypercorn(arguments: Sequence[str], context: CommandContext) -> Count:
    config = option(arguments, "-c", "--config")
    settings = _toml_settings(str(config.value), context) if config else {}
    kind = option(arguments, "-k", "--worker-class")
    kind = kind or settings.get("worker_class")
    if kind is not None and kind.value not in ("asyncio", "uvloop"):
        raise CannotDerive(f"what the worker class {kind.value} declares is not known")
    workers = option(arguments, "-w", "--workers")
    workers = workers or settings.get("workers")
    processes = int(positive(workers, 1, "workers").value)
    threads = thread_pool(context.processors)
    words = f"{plural(processes, 'worker')} × {plural(threads, 'thread')}"
    return Count(processes * threads, words)


def _toml_settings(name: str, context: CommandContext) -> dict[str, Setting]:
    """The settings of a file of TOML. Raises ``CannotDerive``."""
    path = context.file(name) if name.endswith(".toml") else None
    if path is None:
        raise CannotDerive(f"its configuration file {name} is not read")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise CannotDerive(f"{path.name} is not TOML: {problem}") from None
    names = ("workers", "worker_class")
    return {k: Setting(values[k], path.name, path) for k in names if k in values}


def _granian(arguments: Sequence[str], context: CommandContext) -> Count:
    def given(name: str) -> Setting | None:
        return granian_option(arguments, context.variables, name)

    interface = given("interface")
    if interface is None or interface.value != "wsgi":
        raise CannotDerive(NOT_WSGI)
    if given("blocking-threads") is None:
        raise CannotDerive("its default of --blocking-threads differs by release")
    workers = int(positive(given("workers"), 1, "workers").value)
    threads = int(positive(given("blocking-threads"), 1, "blocking-threads").value)
    most = int(positive(given("backpressure"), threads, "backpressure").value)
    each = min(threads, most)
    words = f"{plural(workers, 'worker')} × {plural(each, 'thread')}"
    return Count(workers * each, words)


READERS = {
    "gunicorn": _gunicorn,
    "uwsgi": _uwsgi,
    "hypercorn": _hypercorn,
    "granian": _granian,
}
"""Readers of arguments, by the server."""

ASKED_NOTHING = {
    "waitress": waitress,
    "uvicorn": uvicorn,
    "werkzeug": flask,
}
"""Servers without configuration files; ``check`` reads their arguments likewise."""
