"""Gives a server the check's address, unless its command already takes it.

The address in a command is that of production. A check replaces it with its own, by the
server's options.
"""

import re
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.ports import check_port
from harness.deployment.command.ports import PORT
from harness.deployment.command.program import KNOWN
from harness.deployment.command.program import server_words
from harness.deployment.command.shell import expand
from harness.deployment.command.shell import read
from harness.deployment.command.shell import ShellCommand
from harness.deployment.command.shell import split
from harness.plan.server_options import given_options
from harness.plan.wrappers import SHELLS
from harness.records.files import begin_of
from harness.records.files import text_if_there

UWSGI_ADDRESSES = tuple(
    name.removeprefix("--") for name in KNOWN["uwsgi"].instead if name[:2] == "--"
)
"""Settings of uWSGI that say where it listens."""
UWSGI_FILES = (".ini", ".yaml", ".yml", ".xml", ".json")
_KEY = r"""(?:^[\s"<-]*|[{,]\s*"|>\s*<)"""
"""What may precede a key: the beginning of a line, or the marks of JSON and XML."""
_OWN_ADDRESS = re.compile(
    rf"""(?m){_KEY}(?:{"|".join(UWSGI_ADDRESSES)})["']?\s*[=:>]\s*"""
    r"""(?P<value>"[^"\n]*"|[^<\n]*(?:</[\w-]+>)?)"""
)


class Addressed(NamedTuple):
    """A command with the address that the check chose."""

    words: tuple[str, ...]
    dropped: tuple[str, ...]
    """Words with another address that were removed."""
    own: str = ""
    """The address in a file that the command still names, as it is written there."""


def addressed(words: Sequence[str], folder: Path) -> Addressed | None:
    """A command with the options that tell its server where to listen.

    ``None`` if it is not known how the server is told: another program starts it,
    or a file that it reads takes the port from the variable ``PORT``.
    """
    name, arguments = server_words(words)
    if name not in KNOWN and (first := _handed_on(words, folder)):
        name, arguments = server_words(words[first:])
    listening = KNOWN.get(name)
    start = len(words) - len(arguments)
    if listening is None or tuple(words[start:]) != arguments:
        return None
    if "uwsgi" in name and _is_emperor(words, folder):
        return None  # its vassals listen, as their own files say
    if name == "flask":
        if "run" not in arguments:
            return None
        start += arguments.index("run") + 1
    own = own_address(words, folder)
    if not own and takes_port(words, folder):
        return None
    others, dropped = _without(words[start:], listening.instead)
    dropped += filter(None, [own])
    words = (*words[:start], *listening.address, *others)
    return Addressed(words, tuple(dropped), own)


def read_line(
    key: str,
    text: str,
    variables: Mapping[str, str],
    shell: Sequence[str],
    folder: Path,
) -> ShellCommand:
    """Read the start line of a file as a command, with the address added.

    Raises ``DeploymentFault`` about ``key`` if the line names a fixed port.
    """
    command = read(key, text, variables, shell)
    if addressed(command.words, folder) is None:
        check_port(key, split(key, expand(text, variables)))
    return command


_EMPEROR = re.compile(r"--emperor(?:$|=)")
_EMPEROR_IN_A_FILE = re.compile(rf"""(?m){_KEY}emperor["']?\s*[=:>]""")


def _is_emperor(words: Sequence[str], folder: Path) -> bool:
    """Whether a uWSGI command, or a file that it names, starts an emperor."""
    texts = _texts(words, folder)
    return any(map(_EMPEROR.match, words)) or any(map(_EMPEROR_IN_A_FILE.search, texts))


_HANDS_ON = re.compile(r"""(?m)^[^#]*\$(?:\{@\}|@|\*)""")


def _handed_on(words: Sequence[str], folder: Path) -> int:
    """Index of the command in the arguments of a script that runs it; 0 without."""
    for index, word in enumerate(words[:-1]):
        if word in SHELLS or word.startswith("-"):
            continue
        return index + 1 if _HANDS_ON.search(text_if_there(folder / word)) else 0
    return 0


def is_addressed(words: Sequence[str], values: Sequence[str] = ()) -> bool:
    """Whether a command, or a variable, contains the placeholder of the port."""
    return any(PORT in word for word in (*words, *values))


def own_address(words: Sequence[str], folder: Path) -> str:
    """The address in a uWSGI file, if any; the command line can only add another."""
    for text in _texts(words, folder):
        for match in _OWN_ADDRESS.finditer(text):
            if "$(" not in match["value"]:
                return match[0].lstrip("{,>").strip()
    return ""


def takes_port(words: Sequence[str], folder: Path) -> bool:
    """Whether a uWSGI file that the command names takes the port from ``PORT``."""
    return any("$(PORT)" in text for text in _texts(words, folder))


def _texts(words: Sequence[str], folder: Path) -> list[str]:
    """The content of the uWSGI files that a command names."""
    name, arguments = server_words(words)
    if "uwsgi" not in name:
        return []
    named = (word.partition("=")[2] or word for word in arguments)
    return [begin_of(folder / each) for each in named if each.endswith(UWSGI_FILES)]


def _without(
    words: Sequence[str], options: Collection[str]
) -> tuple[list[str], list[str]]:
    """Split words into those to keep, and the given options with their values."""
    given = {at for place, _ in given_options(words, options) for at in place}
    others = [word for at, word in enumerate(words) if at not in given]
    return others, [words[at] for at in sorted(given)]
