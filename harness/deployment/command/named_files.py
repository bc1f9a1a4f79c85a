"""Checks that the files named by a command can be read to their end."""

import itertools
import os
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from pathlib import PurePath

from harness.deployment.command.program import server_words
from harness.deployment.config import DeploymentFault
from harness.plan.wrappers import IS_PYTHON
from harness.plan.wrappers import SHELLS
from harness.records.files import unfit

ENDINGS = (
    *(".py", ".sh", ".ini", ".toml", ".yaml", ".yml", ".json", ".xml"),
    *(".conf", ".cfg"),
)
"""How the names of settings files and scripts end. Other words may name pipes and
devices that are written to, such as ``/dev/stdout``."""

GUNICORNS = "gunicorn.conf.py"
"""The file that gunicorn reads although no word names it."""


def check_files(key: str, words: Sequence[str], folder: Path) -> None:
    """Raise ``DeploymentFault`` about a file that is too large, or no regular file.

    A server, or what asks it for its settings, would read a link to ``/dev/zero``, or
    wait for a named pipe, without end.
    """
    for name in _named(words):
        if problem := unreadable(folder / name):
            raise DeploymentFault(key, problem)


def unreadable(path: Path) -> str:
    """Why a file cannot be read to its end, and the remedy; empty if it can be."""
    if os.path.isdir(path) or os.path.realpath(path) == os.devnull:
        return ""
    reason = unfit(path)
    return f"{path}: {reason}; put an ordinary file in its place" if reason else ""


def _named(words: Sequence[str]) -> Iterator[str]:
    """Names of files that a command reads, as far as its words show."""
    if server_words(words)[0] == "gunicorn":
        yield GUNICORNS
    for before, word in itertools.pairwise(("", *words)):
        name = word.rpartition("=")[2].removeprefix("file:").partition(":")[0]
        program = PurePath(before).name
        is_script = program in SHELLS or IS_PYTHON.match(program)
        if name.endswith(ENDINGS) or (is_script and not name.startswith("-")):
            yield name
