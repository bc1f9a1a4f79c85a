"""Finds the servers that a file starts, and counts what each declares.

Nothing is installed or run, so less is known than by asking a server. Whatever is
unknown is reported.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import DEVELOPMENT
from harness.deployment.command.program import package_of
from harness.deployment.command.program import server_words
from harness.deployment.command.program import SERVERS
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.settings import settings_of
from harness.deployment.command.shell import CommandContext
from harness.deployment.command.shell import StartLine
from harness.deployment.repository.files import DEPLOYMENTS
from harness.deployment.repository.not_started import CALLED
from harness.deployment.repository.script import commands
from harness.deployment.repository.script import SimpleCommand
from harness.plan.server_options import known_server
from harness.records.declares import Place

_APP = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(.*\))?")


class Counted(NamedTuple):
    """A command and the number that it declares, if that is known."""

    command: SimpleCommand
    declared: int | None
    """Requests at once; ``None`` for no bound, or if the number is unknown."""
    because: str
    reads: Path | None = None
    """The file of settings that the command reads."""
    overrides: bool = False
    """Whether the command overrides a setting of that file."""
    known: bool = True


def count(command: SimpleCommand, context: CommandContext) -> Counted:
    """Count what a command declares. Raises ``CannotDerive``."""
    name, arguments = server_words(command.words)
    server = known_server(name)
    if server is None:
        raise CannotDerive(f"{name} is not a server whose options are known")
    settings = settings_of(server, arguments, context)
    found = settings.known_capacity(context.processors)
    reads, overrides = settings.file.path, settings.overrides
    return Counted(command, found.declared, found.words, reads, overrides)


def counted(
    started: StartLine, folders: tuple[Path, ...], processors: int
) -> list[Counted]:
    """The servers that a text starts."""
    several = []
    for command in commands(started.text, started.variables, processors):
        if starts(command.words):
            # The folder that the text has changed to comes first.
            places = (*(folder / command.folder for folder in folders), *folders)
            context = CommandContext(
                places, command.variables, processors, started.copied
            )
            several.append(_count(command, context, started.times))
    return several


def starts(words: Sequence[str]) -> bool:
    """Whether a command starts a server whose options are known.

    Lists of packages name servers too. uWSGI serves nothing without options or a file,
    and neither does a command of Flask other than ``run``, such as ``flask db``.
    """
    program, arguments = server_words(words)
    if not _ONLY_SAYS.isdisjoint(arguments):
        return False
    if program in DEVELOPMENT:
        return "run" in arguments
    if package_of(program) == "uwsgi":
        return any(map(_OF_UWSGI.search, arguments))
    return program in SERVERS or program in CALLED.values()


_ONLY_SAYS = frozenset({"--check-config", "--print-config", "--version", "--help"})
"""Options with which a server says something and ends."""

_OF_UWSGI = re.compile(r"^-|[.:/]")
"""The beginning of an option, or a character of a file's name or an address."""


def _count(command: SimpleCommand, context: CommandContext, times: int) -> Counted:
    try:
        number = count(command, context)
    except CannotDerive as problem:
        return Counted(command, None, str(problem), known=False)
    if times == 1:
        return number
    declared = number.declared and number.declared * times
    return number._replace(declared=declared, because=f"{times} of {number.because}")


class ReadPlace(NamedTuple):
    """A place that starts a server, with the keys by which it is compared."""

    place: Place
    path: Path
    project: Path
    folders: tuple[Path, ...]
    started: StartLine
    position: int
    """The index of this server among those that its text starts."""
    counted: Counted
    of_platform: bool
    """Whether a platform's file starts the server."""

    @property
    def where(self) -> str:
        """The file and the line."""
        return f"{self.place.file}:{self.place.line}"

    @property
    def app(self) -> str:
        """The app that the server serves; empty if a file leaves it to a command."""
        words = self.counted.command.words[1:]
        return next((word for word in words if _APP.fullmatch(word)), "")

    @property
    def is_checked(self) -> bool:
        """Whether it is in a file of deployments, which itself starts nothing."""
        return self.path.name in DEPLOYMENTS

    def elsewhere(self, variables: dict[str, str], processors: int) -> Counted | None:
        """The number of this place with other variables and processors."""
        own = {**self.started.variables, **variables}
        there = counted(self.started._replace(variables=own), self.folders, processors)
        return there[self.position] if self.position < len(there) else None
