"""Commands that stand in a ``Procfile``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named
from harness.deployment.ports import check_port
from harness.deployment.shell import expand
from harness.deployment.shell import split

KEY = "procfile"


def command_in(
    path: Path, name: str, variables: Mapping[str, str]
) -> tuple[tuple[str, ...], int]:
    """The words of a named line, and the number of that line.

    Raises ``DeploymentFault``.
    """
    names = []
    for number, line in enumerate(read_named(KEY, path).splitlines(), start=1):
        before, colon, text = line.partition(":")
        if colon and before.strip() == name:
            words = split(KEY, expand(text, variables))
            check_port(KEY, words)
            return words, number
        names += [before.strip()] if colon and not line.startswith("#") else []
    known = ", ".join(names)
    raise DeploymentFault(KEY, f"{path} has no line {name}; it has: {known}")
