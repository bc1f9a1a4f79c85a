"""The settings of gunicorn by its words, its variables and its file."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.shell import CommandContext
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import number
from harness.deployment.declared.promise import option
from harness.deployment.declared.promise import positive
from harness.deployment.declared.promise import Setting
from harness.deployment.repository.evaluate import evaluate
from harness.deployment.repository.evaluate import Known
from harness.deployment.repository.evaluate import NotLiteral
from harness.deployment.repository.python_source import assigned
from harness.deployment.repository.python_source import parsed

CONCURRENCY = "WEB_CONCURRENCY"

OPTIONS = {
    "workers": ("-w", "--workers"),
    "threads": ("--threads",),
    "worker_connections": ("--worker-connections",),
    "worker_class": ("-k", "--worker-class"),
    "timeout": ("-t", "--timeout"),
    "keepalive": ("--keep-alive",),
}
"""Settings that are read, each with its options on the command line."""

TIMES = ("timeout", "keepalive")
"""Settings that decide no number of requests: unknown ones stay as written."""


class GunicornConfig(NamedTuple):
    """The settings of gunicorn by its words, its variables and its file.

    Its properties raise ``CannotDerive`` for what is not a number.
    """

    from_command: Mapping[str, Setting]
    """Settings from the command line, and from its variable."""
    from_file: Mapping[str, Setting]
    """Settings from the configuration file."""
    config: Path | None
    concurrency: int
    """The default of ``workers``."""

    def given(self, name: str) -> Setting | None:
        """A setting from the command's words, or else from its file."""
        return self.from_command.get(name) or self.from_file.get(name)

    def _number(self, name: str, default: int) -> int:
        return int(positive(self.given(name), default, name).value)

    @property
    def workers(self) -> int:
        return self._number("workers", self.concurrency)

    @property
    def threads(self) -> int:
        return self._number("threads", 1)

    @property
    def connections(self) -> int:
        return self._number("worker_connections", 1000)

    @property
    def shown_kind(self) -> str:
        """The worker class, as it was written."""
        given = self.given("worker_class")
        return str(given.value) if given else "sync"

    @property
    def kind(self) -> str:
        """The worker class that runs."""
        name = self.shown_kind.rpartition(".")[2].removesuffix("Worker").lower()
        threads = name == "thread" or (name == "sync" and self.threads > 1)
        return "gthread" if threads else name

    @property
    def overrides(self) -> bool:
        """Whether the command line overrides a number of the file."""
        both = self.from_command.keys() & self.from_file.keys() - {
            "worker_class",
            *TIMES,
        }
        return any(
            str(self.from_command[n].value) != str(self.from_file[n].value)
            for n in both
        )


def gunicorn_settings(
    arguments: Sequence[str], context: CommandContext
) -> GunicornConfig:
    """The settings of a gunicorn command. Raises ``CannotDerive``."""
    variables = context.variables
    words = [*shlex.split(variables.get("GUNICORN_CMD_ARGS", "")), *arguments]
    config = _config_of_gunicorn(words, context)
    given = {name: option(words, *names) for name, names in OPTIONS.items()}
    default = number(option((), env=variables, variable=CONCURRENCY), 1, CONCURRENCY)
    return GunicornConfig(
        {name: setting for name, setting in given.items() if setting},
        dict(_python_settings(config, context)) if config else {},
        config,
        int(default.value),
    )


def _config_of_gunicorn(words: Sequence[str], context: CommandContext) -> Path | None:
    """The configuration file, also one that gunicorn finds by its usual name."""
    named = option(words, "-c", "--config")
    if named is None:
        return context.file("gunicorn.conf.py")
    path = context.file(str(named.value))
    if path is None:
        raise CannotDerive(f"its file {named.value} is not here")
    return path


def _python_settings(
    path: Path, context: CommandContext
) -> Iterator[tuple[str, Setting]]:
    """The settings that a Python file assigns. Raises ``CannotDerive``."""
    tree = parsed(path)
    if tree is None:
        raise CannotDerive(f"{path.name} cannot be read as Python")
    names = assigned(tree)
    known = Known(names, context.variables, context.processors)
    for name in OPTIONS.keys() & names.keys():
        try:
            value = evaluate(names[name], known)
        except NotLiteral as problem:
            if name not in TIMES:
                raise CannotDerive(f"{name} in {path.name}: {problem}") from None
            value = ast.unparse(names[name])
        shown = value if isinstance(value, str) else int(value or 0)
        yield name, Setting(shown, path.name)
