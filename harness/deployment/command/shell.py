"""Reads shell lines: plain ones become words, all others go to a real shell.

Words are preferred where they suffice: the watched process is then the server itself,
and what it declares is known before it starts.
"""

import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.copied import Copied
from harness.deployment.config import DeploymentFault

SHELL = ("sh", "-c")

_VARIABLE = re.compile(
    r"\$(?:(?P<name>[A-Za-z_]\w*)"
    r"|\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^${}`]*))?\})"
)
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r'''\\.|'[^']*'|"(?:\\.|[^"\\])*"''', re.DOTALL)
_OPERATOR = re.compile(r"[;<>|&\n]|(?:^|\s)~")
"""Characters that join commands, redirect output, or stand for a home folder."""
_OF_A_SHELL = frozenset(
    {".", "source", "export", "set", "ulimit", "umask", "eval", "cd", "trap", "unset"}
)
"""First words of commands that exist only in a shell."""
_FILLED_IN = re.compile(r"\$[A-Za-z_{(]|`")
"""Parts that a shell fills in."""


class CommandLine(NamedTuple):
    """A command with placeholders, and the place it comes from."""

    words: tuple[str, ...]
    env: dict[str, str]
    """Variables for the server, with placeholders too."""
    path: Path | None
    """The file that contains the command; ``None`` for an option."""
    line: int
    note: str = ""
    """A note on how the server is told its address; usually empty."""
    key: str = "command"
    """The key of the deployment that it comes from."""
    as_list: str = ""
    """The Dockerfile instruction with the command as a list, without variables."""
    folder: Path | None = None
    """The folder that it starts in, if that is not the file's folder."""
    has_own_address: bool = False
    """Whether a uWSGI file that it names has an address, which no option can
    replace."""


class StartLine(NamedTuple):
    """A shell line from a file."""

    line: int
    what: str
    """What the line is in its file; may be empty."""
    text: str
    variables: Mapping[str, str] = {}
    """Variables that its file sets for the command."""
    times: int = 1
    """How many copies of it run."""
    copied: Copied = Copied()
    """What is copied into the image that it runs in."""


def logical_lines(
    lines: Iterator[tuple[int, str]], escape: str = "\\"
) -> Iterator[tuple[int, str]]:
    """Numbered lines without comments, those that go on as one; each with its number.

    No line is read beyond those that are yielded.
    """
    begun, whole = 0, ""
    for number, line in lines:
        if line.lstrip().startswith("#"):
            continue
        begun = begun if whole else number
        whole += line.rstrip().removesuffix(escape) + " "
        if not line.rstrip().endswith(escape):
            yield begun, whole
            whole = ""
    if whole:
        yield begun, whole


def line_at(text: str, position: int) -> int:
    """The line of a position in a text, counted from one."""
    return text.count("\n", 0, position) + 1


class ShellCommand(NamedTuple):
    """The words of a command that runs a shell line."""

    words: tuple[str, ...]
    env: dict[str, str]
    """Variables set in front of a plain command."""


def read(
    key: str,
    text: str,
    variables: Mapping[str, str] | None = None,
    shell: Sequence[str] = SHELL,
) -> ShellCommand:
    """The words of a command that does what a shell would do with the line.

    ``variables`` are those that can be filled in already, if any can. Raises
    ``DeploymentFault`` about ``key``.
    """
    text = text.replace("\\\n", " ")  # a line that goes on
    words = split(key, text)  # quotes that do not close are reported before any start
    quoted = "\\$" in text or "$" in "".join(_single_quoted(text))
    filled = text if variables is None or quoted else expand(text, variables)
    if _OPERATOR.search(_QUOTED.sub("", text.strip())):
        return ShellCommand((*shell, text), {})
    if _FILLED_IN.search(_QUOTED.sub(_double_only, filled)):
        return ShellCommand((*shell, text), {})
    words = split(key, filled)
    env: dict[str, str] = {}
    while words and (assignment := _ASSIGNMENT.fullmatch(words[0])):
        env[assignment["name"]] = assignment["value"]
        words = words[1:]
    if words and words[0] in _OF_A_SHELL:
        return ShellCommand((*shell, text), {})
    return ShellCommand(words[1:] if words[:1] == ("exec",) else words, env)


def _single_quoted(text: str) -> Iterator[str]:
    """The parts of a line in single quotes that are not inside double quotes."""
    yield from (each for each in _QUOTED.findall(text) if each.startswith("'"))


def _double_only(quoted: re.Match[str]) -> str:
    """The parts in double quotes that only a shell can read."""
    return quoted[0] if quoted[0].startswith('"') else ""


def split(key: str, text: str) -> tuple[str, ...]:
    """The words of a line. Raises ``DeploymentFault`` about ``key``."""
    try:
        return tuple(shlex.split(text, comments=False))
    except ValueError as problem:
        raise DeploymentFault(
            key, f"cannot be split into words: {problem}; check its quotes"
        ) from None


def words_in(text: str, *, comments: bool = False) -> tuple[str, ...]:
    """The words of a text; none if its quotes do not close."""
    try:
        return tuple(shlex.split(text, comments=comments))
    except ValueError:
        return ()


def split_loosely(text: str) -> list[str]:
    """The words of a text, even if its quotes do not match."""
    return re.findall(r"[^\s'\"=;,()<>|&]+", text)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``$NAME``, ``${NAME}`` and ``${NAME:-default}`` as a shell does."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match["braced"]
        return variables.get(name) or match["default"] or ""

    return _VARIABLE.sub(value, text)


class CommandContext(NamedTuple):
    """The folder and the variables that a command runs with."""

    folders: tuple[Path, ...]
    """Folders in which to look for files that the command names."""
    variables: Mapping[str, str]
    processors: int
    copied: Copied = Copied()
    """What is copied into the image that the command runs in."""

    def file(self, name: str) -> Path | None:
        """The file that a word names; ``None`` if it is not in the repository."""
        name = name.removeprefix("file:")
        sources = (self.copied.source_of(name, folder) for folder in self.folders)
        paths = (*sources, *(folder / name for folder in self.folders))
        return next((path for path in paths if path and path.is_file()), None)
