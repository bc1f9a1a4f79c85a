"""Counts what a command declares, by its words, variables and files.

Nothing is installed or run, so less is known than by asking a server. Whatever is
unknown is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.program import server_words
from harness.deployment.command.settings import settings_of
from harness.deployment.command.shell import CommandContext
from harness.deployment.declared.promise import CannotDerive
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


def count(words: Sequence[str], context: CommandContext) -> Count:
    """Count what a command declares. Raises ``CannotDerive``."""
    name, arguments = server_words(words)
    server = known_server(name)
    if server is None:
        raise CannotDerive(f"{name} is not a server whose options are known")
    settings = settings_of(server, arguments, context)
    found = settings.known_capacity(context.processors)
    reads, overrides = settings.file.path, settings.overrides
    return Count(found.declared, found.words, reads, overrides)
