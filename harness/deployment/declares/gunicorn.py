"""The settings of gunicorn by its words, its variables and its file."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import number
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import positive
from harness.deployment.declared.promise import Setting
from harness.deployment.declares.evaluate import evaluate
from harness.deployment.declares.evaluate import Known
from harness.deployment.declares.evaluate import NotLiteral
from harness.deployment.python_source import assigned
from harness.deployment.python_source import parsed
from harness.deployment.shell import CommandContext

CONCURRENCY = "WEB_CONCURRENCY"


class GunicornTold(NamedTuple):
    """The settings of gunicorn by its words, its variables and its file."""

    words: tuple[str, ...]
    own: Mapping[str, Setting]
    """Settings from the configuration file."""
    config: Path | None
    workers: int
    threads: int
    connections: int
    kind: str
    """The worker class."""
    shown_kind: str
    """The worker class, as it was written."""
    overrides: bool
    """Whether the command line overrides a setting of the file."""

    def given(self, name: str, *options: str) -> Setting | None:
        """A setting from the command's words, or else from its file."""
        return option(self.words, *options, env={}) or self.own.get(name)


def gunicorn_settings(
    arguments: Sequence[str], context: CommandContext
) -> GunicornTold:
    """The settings of a gunicorn command. Raises ``CannotDerive``."""
    variables = context.variables
    words = [*shlex.split(variables.get("GUNICORN_CMD_ARGS", "")), *arguments]
    config = _config_of_gunicorn(words, context)
    own = _python_settings(config, context)
    overrides = []

    def setting(name: str, default: int, *options: str) -> int:
        given = option(words, *options, env={})
        if given and name in own and str(given.value) != str(own[name].value):
            overrides.append(name)
        return int(positive(given or own.get(name), default, name).value)

    default = number(option((), env=variables, variable=CONCURRENCY), 1, CONCURRENCY)
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


def _config_of_gunicorn(words: Sequence[str], context: CommandContext) -> Path | None:
    """The configuration file, also one that gunicorn finds by its usual name."""
    named = option(words, "-c", "--config", env={})
    if named is None:
        return context.file("gunicorn.conf.py")
    path = context.file(str(named.value))
    if path is None:
        raise CannotDerive(f"its file {named.value} is not here")
    return path


def _python_settings(path: Path | None, context: CommandContext) -> dict[str, Setting]:
    """The settings that a Python file assigns. Raises ``CannotDerive``."""
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
    """Timeouts that a Python file assigns; unknown ones stay as written."""
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
