"""Counts what a command declares, by its words, variables and files.

Nothing is installed or run, so less is known than by asking a server; what is not known
is said. What options come to is worked out by ``plan.capacity``.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import server_words
from harness.deployment.command.shell import CommandContext
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import positive
from harness.deployment.declared.promise import Setting
from harness.deployment.repository.server_files import read_file
from harness.deployment.repository.server_files import ServerFile
from harness.plan.capacity import Capacity
from harness.plan.capacity import capacity
from harness.plan.capacity import deciding
from harness.plan.capacity import Value
from harness.plan.server_options import CommandOf
from harness.plan.server_options import known_server


class Count(NamedTuple):
    """What a command declares."""

    declared: int | None
    """Requests at once; ``None`` for no bound."""
    because: str
    reads: Path | None = None
    """The file of settings that the command reads."""
    overrides: bool = False
    """Whether the command overrides a setting of that file."""


class GivenSettings(NamedTuple):
    """The settings that a command gives its server."""

    server: CommandOf
    words: tuple[str, ...]
    """Its arguments, with those that a variable adds."""
    from_command: Mapping[str, str]
    from_variables: Mapping[str, str]
    file: ServerFile

    @property
    def given(self) -> dict[str, Value]:
        """All settings as written: words go before the file, that before variables."""
        return {**self.from_variables, **self.file.settings, **self.from_command}

    @property
    def overrides(self) -> bool:
        """Whether the command line overrides a number of the file."""
        in_file = self.file.settings
        return any(
            str(in_file[name]) != value
            for name, value in self.from_command.items()
            if name in in_file and self.server.options[name].is_number
        )

    def capacity(self, processors: int, but: Collection[str] = ()) -> Capacity:
        """What they come to, without those to leave out. Raises ``CannotDerive``."""
        options = self.server.options.items()
        given = {
            name: str(value) if option.word else _number(value, name)
            for name, option in options
            if name not in but and (value := self.given.get(name)) is not None
        }
        return capacity(self.server, given, processors)


def count(words: Sequence[str], context: CommandContext) -> Count:
    """Count what a command declares. Raises ``CannotDerive``."""
    name, arguments = server_words(words)
    server = known_server(name)
    if server is None:
        raise CannotDerive(f"{name} is not a server whose options are known")
    settings = settings_of(server, arguments, context)
    found = settings.capacity(context.processors)
    if found.unknown:
        raise CannotDerive(found.unknown[0].lower() + found.unknown[1:].rstrip("."))
    for each in sorted(deciding(server, found.rule) - settings.given.keys()):
        if server.options[each].by_release:
            option = server.options[each].names[0]
            raise CannotDerive(f"its default of {option} differs by release")
    reads, overrides = settings.file.path, settings.overrides
    return Count(found.declared, found.words, reads, overrides)


def settings_of(
    server: CommandOf, arguments: Sequence[str], context: CommandContext
) -> GivenSettings:
    """The settings that a command gives its server. Raises ``CannotDerive``."""
    more = shlex.split(context.variables.get(server.words_from, ""))
    words = (*more, *arguments)
    options = server.options.items()
    by_words = {name: each.given_in(words) for name, each in options}
    by_variables = {name: each.set_in(context.variables) for name, each in options}
    return GivenSettings(
        server,
        words,
        {name: value for name, value in by_words.items() if value is not None},
        {name: value for name, value in by_variables.items() if value is not None},
        read_file(server, words, context),
    )


def _number(value: Value, name: str) -> int:
    """A positive number. Raises ``CannotDerive``."""
    return int(positive(Setting(value, ""), 1, name).value)
