"""Collects the settings that a command's words, variables and files give its server.

Nothing is run. ``plan.capacity`` works out how many requests the settings declare.
"""

import shlex
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from harness.deployment.command.server_files import read_file
from harness.deployment.command.server_files import ServerFile
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import COMMAND_LINE
from harness.deployment.command.setting import positive
from harness.deployment.command.setting import Setting
from harness.deployment.command.shell import CommandContext
from harness.plan.capacity import Capacity
from harness.plan.capacity import capacity
from harness.plan.capacity import deciding
from harness.plan.server_options import CommandOf


class GivenSettings(NamedTuple):
    """The settings that a command gives its server."""

    server: CommandOf
    words: tuple[str, ...]
    """Its arguments, with those that a variable adds."""
    from_command: Mapping[str, Setting]
    from_variables: Mapping[str, Setting]
    file: ServerFile

    @property
    def given(self) -> dict[str, Setting]:
        """All settings as written.

        Words override the file, which overrides variables.
        """
        path = self.file.path
        from_file = {
            name: Setting(value, path.name if path else "", path)
            for name, value in self.file.settings.items()
        }
        return {**self.from_variables, **from_file, **self.from_command}

    @property
    def overrides(self) -> bool:
        """Whether the command line overrides a number of the file."""
        in_file = self.file.settings
        return any(
            str(in_file[name]) != setting.value
            for name, setting in self.from_command.items()
            if name in in_file and self.server.options[name].is_number
        )

    def capacity(
        self, processors: int | None = None, but: Collection[str] = ()
    ) -> Capacity:
        """The requests at once that they declare. Raises ``CannotDerive``."""
        given = self.given
        values = {
            name: setting.value if option.word else positive(setting, name)
            for name, option in self.server.options.items()
            if name not in but and (setting := given.get(name))
        }
        return capacity(self.server, values, processors)

    def known_capacity(self, processors: int | None = None) -> Capacity:
        """The same; raises ``CannotDerive`` also if the number is unknown."""
        found = self.capacity(processors)
        if found.unknown:
            raise CannotDerive(found.unknown[0].lower() + found.unknown[1:].rstrip("."))
        for name in sorted(deciding(self.server, found.rule) - self.given.keys()):
            option = self.server.options[name]
            if option.by_release:
                raise CannotDerive(
                    f"its default of {option.names[0]} differs by release"
                )
        return found


def settings_of(
    server: CommandOf, arguments: Sequence[str], context: CommandContext
) -> GivenSettings:
    """The settings that a command gives its server. Raises ``CannotDerive``."""
    more = shlex.split(context.variables.get(server.words_from, ""))
    words = (*more, *arguments)
    from_command, from_variables = {}, {}
    for name, option in server.options.items():
        if (value := option.given_in(words)) is not None:
            from_command[name] = Setting(value, COMMAND_LINE)
        if variable := option.set_by(context.variables):
            given = context.variables[variable]
            from_variables[name] = Setting(given, f"the variable {variable}")
    file = read_file(server, words, context)
    return GivenSettings(server, words, from_command, from_variables, file)
