"""Commands that stand in a ``Procfile``."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment.address import addressed
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.ports import check_port
from harness.deployment.shell import expand
from harness.deployment.shell import split

KEY = "procfile"


class ProcessLine(NamedTuple):
    """A line of a ``Procfile``: a kind of process, and what starts it."""

    number: int
    name: str
    text: str


def lines(text: str) -> Iterator[ProcessLine]:
    """The lines of a ``Procfile`` that name a process."""
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            yield ProcessLine(number, name.strip(), command.strip())


def command_in(
    path: Path, name: str, variables: Mapping[str, str]
) -> tuple[tuple[str, ...], int]:
    """The words of a named line, and the number of that line.

    Raises ``DeploymentFault``.
    """
    names = []
    for line in lines(read_named(KEY, path)):
        if line.name == name:
            words = split(KEY, expand(line.text, variables))
            if addressed(words, path.parent) is None:
                check_port(KEY, words)
            return words, line.number
        names.append(line.name)
    known = ", ".join(names)
    raise DeploymentFault(KEY, f"{path} has no line {name}; it has: {known}")
