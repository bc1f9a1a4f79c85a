"""Reads commands from a ``Procfile``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.address import read_line
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.shell import CommandLine
from harness.deployment.shell import SHELL
from harness.deployment.shell import StartLine

KEY = "procfile"


def lines(text: str) -> Iterator[StartLine]:
    """The lines of a ``Procfile`` that name a process, and what starts it."""
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            yield StartLine(number, name.strip(), command.strip())


def command_in(path: Path, name: str, variables: Mapping[str, str]) -> CommandLine:
    """The command of a named line.

    What takes a shell is given to Bash, as on the platforms that Procfiles are for.
    Raises ``DeploymentFault``.
    """
    names = []
    for line in lines(read_named(KEY, path)):
        if line.what == name:
            bash = shutil.which("bash", path=variables.get("PATH"))
            shell = ("bash", "-c") if bash else SHELL
            command = read_line(KEY, line.text, variables, shell, path.parent)
            return CommandLine(*command, path, line.line, key=KEY)
        names.append(line.what)
    known = ", ".join(names)
    raise DeploymentFault(KEY, f"{path} has no line {name}; it has: {known}")
