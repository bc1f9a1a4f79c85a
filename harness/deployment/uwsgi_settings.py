"""Rewrites a uWSGI command as settings from all its files, without their addresses.

uWSGI adds an address of its command line to those of its files. Where a file names one,
uWSGI itself reads the command, and what it shows is given to it without the addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.address import SERVERS
from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.uwsgi import ADDRESSES
from harness.deployment.declared.uwsgi import everything_shown
from harness.deployment.environment import Where
from harness.deployment.shell import CommandLine

_READ_ALREADY = re.compile(
    r"(?:for|if-|end|inherit|include|(?:ini|ya?ml|json|xml|config)$|show-config$)"
)
"""Options that uWSGI has already carried out in what it shows: files and loops."""

_ALSO_ADDRESSES = frozenset({*ADDRESSES, "http11-socket", "uwsgi-socket", "s"})


def without_own_address(command: CommandLine, where: Where) -> CommandLine:
    """The command without a file that has an address, if uWSGI shows what it reads."""
    if not command.has_own_address:
        return command
    try:
        shown = [*everything_shown(command.words, where)]
    except CannotDerive:
        return command  # where it then listens is seen
    name, arguments = server_words(command.words)
    start = len(command.words) - len(arguments)
    told = SERVERS[name].told
    words = (*command.words[:start], *told, *as_words(shown, where.folder))
    return command._replace(words=words)


def as_words(shown: Iterable[tuple[str, str]], folder: Path) -> Iterator[str]:
    """Settings other than addresses, as words of a command line.

    ``--set`` takes a setting as a file does, so that flags need no list of them.
    """
    for name, value in shown:
        if name == "ini-paste":
            name, value = "paste", f"config:{folder / value}"
        if name not in _ALSO_ADDRESSES and not _READ_ALREADY.match(name):
            yield from ("--set", f"{name}={value}")
