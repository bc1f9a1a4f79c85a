"""What a command declares, by its words, its variables and the files that it names.

Nothing is installed and nothing is run, so this knows less than a server that is asked:
what it does not know, it says.
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.declared.command_only import flask
from harness.deployment.declared.command_only import uvicorn
from harness.deployment.declared.command_only import waitress
from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import number
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import Setting
from harness.deployment.declared.uwsgi import NAMES
from harness.deployment.declares.evaluate import evaluate
from harness.deployment.declares.evaluate import Known
from harness.deployment.declares.evaluate import NotLiteral
from harness.deployment.environment import Where
from harness.deployment.python_source import assigned
from harness.deployment.python_source import parsed
from harness.records.text import plural

HYPERCORN_MOST_THREADS = 32

GREENLETS = frozenset({"gevent", "eventlet"})


class Count(NamedTuple):
    """What a command declares."""

    declared: int | None
    """Requests at once; ``None`` for no bound."""
    because: str
    reads: Path | None = None
    """The file of settings that it reads."""
    overrides: bool = False
    """Whether it gives another value for a setting of that file."""


class CommandContext(NamedTuple):
    """Where a command runs, and with which variables."""

    folders: tuple[Path, ...]
    """Where the files that it names may be."""
    variables: Mapping[str, str]
    processors: int

    def file(self, name: str) -> Path | None:
        """The file that a word means; ``None`` if it is not in the repository."""
        paths = (each / name.removeprefix("file:") for each in self.folders)
        return next((path for path in paths if path.is_file()), None)


def count(words: Sequence[str], context: CommandContext) -> Count:
    """Count what a command declares. Raises ``CannotDerive``."""
    name, arguments = server_words(words)
    if name in READERS:
        return READERS[name](arguments, context)
    where = Where(context.folders[0], Path(), dict(context.variables))
    if name in ASKED_NOTHING:
        promise = ASKED_NOTHING[name](arguments, where)
        return Count(promise.declared, promise.because)
    raise CannotDerive(f"{name} is no server whose options are known")


# -------------------------------------------------------------------------- gunicorn


class GunicornTold(NamedTuple):
    """What gunicorn is told by its words, its variables and its file."""

    words: tuple[str, ...]
    own: Mapping[str, Setting]
    """Of its file."""
    config: Path | None
    workers: int
    threads: int
    connections: int
    kind: str
    """The class of its workers."""
    shown_kind: str
    """The same as it was written."""
    overrides: bool
    """Whether the words give another value for a setting of the file."""

    def given(self, name: str, *options: str) -> Setting | None:
        """A setting by its words, else by its file."""
        return option(self.words, *options, env={}) or self.own.get(name)


def gunicorn_settings(
    arguments: Sequence[str], context: CommandContext
) -> GunicornTold:
    """What gunicorn is told. Raises ``CannotDerive``."""
    variables = context.variables
    words = [*shlex.split(variables.get("GUNICORN_CMD_ARGS", "")), *arguments]
    config = _config_of_gunicorn(words, context)
    own = _python_settings(config, context)
    overrides = []

    def setting(name: str, default: int, *options: str) -> int:
        given = option(words, *options, env={})
        if given and name in own and str(given.value) != str(own[name].value):
            overrides.append(name)
        return int(_positive(given or own.get(name), default, name).value)

    default = number(_variable(variables, "WEB_CONCURRENCY"), 1, "WEB_CONCURRENCY")
    workers = setting("workers", int(default.value), "-w", "--workers")
    threads = setting("threads", 1, "--threads")
    connections = setting("worker_connections", 1000, "--worker-connections")
    given = option(words, "-k", "--worker-class", env={}) or own.get("worker_class")
    kind = str(given.value) if given else "sync"
    name = kind.rpartition(".")[2].removesuffix("Worker").lower()
    if name == "thread" or (name == "sync" and threads > 1):
        name = "gthread"
    return GunicornTold(
        tuple(words),
        own,
        config,
        workers,
        threads,
        connections,
        name,
        kind,
        bool(overrides),
    )


def _gunicorn(arguments: Sequence[str], context: CommandContext) -> Count:
    found = gunicorn_settings(arguments, context)
    connections = found.connections
    each = {"sync": 1, "tornado": 1, "gthread": min(found.threads, connections)}
    each |= dict.fromkeys(GREENLETS, connections)
    if found.kind not in each:
        raise CannotDerive(
            f"what the worker class {found.shown_kind} declares is not known"
        )
    lanes = {"gthread": plural(each[found.kind], "thread")}
    lanes |= dict.fromkeys(GREENLETS, plural(connections, "connection"))
    parts = (plural(found.workers, "worker"), lanes.get(found.kind, ""))
    return Count(
        found.workers * each[found.kind],
        " × ".join(filter(None, parts)),
        found.config,
        found.overrides,
    )


def _config_of_gunicorn(words: Sequence[str], context: CommandContext) -> Path | None:
    """The configuration file, including one that gunicorn finds by its name."""
    named = option(words, "-c", "--config", env={})
    if named is None:
        return context.file("gunicorn.conf.py")
    path = context.file(str(named.value))
    if path is None:
        raise CannotDerive(f"its file {named.value} is not here")
    return path


def _python_settings(path: Path | None, context: CommandContext) -> dict[str, Setting]:
    """The settings that a file of Python assigns. Raises ``CannotDerive``."""
    if path is None:
        return {}
    tree = parsed(path)
    if tree is None:
        raise CannotDerive(f"{path.name} cannot be read as Python")
    names = assigned(tree)
    known = Known(names, context.variables, context.processors)
    return {
        name: Setting(_evaluated(names[name], known, name, path), path.name)
        for name in ("workers", "threads", "worker_connections", "worker_class")
        if name in names
    } | dict(_times(names, known, path))


def _times(
    names: Mapping[str, ast.expr], known: Known, path: Path
) -> Iterator[tuple[str, Setting]]:
    """Times that a file of Python assigns; what is not known stays as it is written."""
    for name in ("timeout", "keepalive"):
        if name in names:
            try:
                value = _evaluated(names[name], known, name, path)
            except CannotDerive:
                value = ast.unparse(names[name])
            yield name, Setting(value, path.name)


def _evaluated(value: ast.expr, known: Known, name: str, path: Path) -> int | str:
    try:
        result = evaluate(value, known)
    except NotLiteral as problem:
        raise CannotDerive(f"{name} in {path.name}: {problem}") from None
    return result if isinstance(result, str) else int(result or 0)


def _variable(variables: Mapping[str, str], name: str) -> Setting | None:
    return Setting(variables[name], name) if variables.get(name) else None


def _positive(setting: Setting | None, default: int, name: str) -> Setting:
    """A positive number. Raises ``CannotDerive`` where it depends on a variable."""
    if setting is not None and str(setting.value).startswith("$"):
        raise CannotDerive(f"{name} depends on {setting.value}")
    return number(setting, default, name)


# ----------------------------------------------------------------------------- uWSGI


def _uwsgi(arguments: Sequence[str], context: CommandContext) -> Count:
    settings: dict[str, Setting] = {}
    config = None
    for word in arguments:
        name = word.removeprefix("--ini=")
        if name.endswith(".ini"):
            settings |= _ini_settings(name, context)
            config = context.file(name)
    own = dict(settings)
    for name, names in NAMES.items():
        spelled = [f"--{each}" if len(each) > 1 else f"-{each}" for each in names]
        if given := option(arguments, *spelled, env={}):
            settings[name] = given
    overrides = any(own[name].value != settings[name].value for name in own)
    if modes := {"async", "asyncio", "loop", "emperor"} & settings.keys():
        raise CannotDerive(f"what it runs at once with {sorted(modes)[0]} is not known")
    processes = int(_positive(settings.get("processes"), 1, "processes").value)
    lane = "gevent" if "gevent" in settings else "threads"
    lanes = int(_positive(settings.get(lane), 1, lane).value)
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
    for line in path.read_text(errors="replace").splitlines():
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
    if option(arguments, "-c", "--config", env={}):
        raise CannotDerive("its configuration file is not read")
    kind = option(arguments, "-k", "--worker-class", env={})
    if kind is not None and kind.value not in ("asyncio", "uvloop"):
        raise CannotDerive(f"what the worker class {kind.value} declares is not known")
    workers = option(arguments, "-w", "--workers", env={})
    processes = int(_positive(workers, 1, "workers").value)
    threads = min(HYPERCORN_MOST_THREADS, context.processors + 4)
    words = f"{plural(processes, 'worker')} × {plural(threads, 'thread')}"
    return Count(processes * threads, words)


def _granian(arguments: Sequence[str], context: CommandContext) -> Count:
    env = context.variables

    def given(name: str) -> Setting | None:
        variable = f"GRANIAN_{name.upper().replace('-', '_')}"
        return option(arguments, f"--{name}", env=env, variable=variable)

    interface = given("interface")
    if interface is None or interface.value != "wsgi":
        raise CannotDerive("it serves a Flask app only with --interface wsgi")
    if given("blocking-threads") is None:
        raise CannotDerive("its default of --blocking-threads differs by release")
    workers = int(_positive(given("workers"), 1, "workers").value)
    threads = int(_positive(given("blocking-threads"), 1, "blocking-threads").value)
    most = int(_positive(given("backpressure"), threads, "backpressure").value)
    each = min(threads, most)
    words = f"{plural(workers, 'worker')} × {plural(each, 'thread')}"
    return Count(workers * each, words)


READERS = {
    "gunicorn": _gunicorn,
    "uwsgi": _uwsgi,
    "pyuwsgi": _uwsgi,
    "hypercorn": _hypercorn,
    "granian": _granian,
}
"""Readers of arguments, by program."""

ASKED_NOTHING = {
    "waitress-serve": waitress,
    "waitress": waitress,
    "uvicorn": uvicorn,
    "flask": flask,
}
"""Servers without files, whose arguments are read alike for a check."""
