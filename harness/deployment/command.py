"""The command of a deployment: from its file, a ``Procfile`` or a Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment import dockerfile
from harness.deployment import procfile
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.ports import PORT
from harness.deployment.shell import split

PROCFILE = "Procfile"


class CommandLine(NamedTuple):
    """A command with placeholders, and the place that it stands in."""

    words: tuple[str, ...]
    env: dict[str, str]
    """Variables for the server, with placeholders too."""
    path: Path | None
    """The file that has it; none for an option."""
    line: int


def command_line(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    """The command that starts a deployment. Raises ``DeploymentFault``."""
    if deployment.command is not None:
        words = split("command", deployment.command)
        line = configured.line(deployment, "command")
        return CommandLine(words, dict(deployment.env), configured.path, line)
    # Both promise their processes the port in PORT: Heroku, Cloud Run and others.
    env = {"PORT": PORT, **deployment.env}
    if deployment.procfile is not None:
        path, variables = configured.folder / PROCFILE, {**caller, **env}
        words, line = procfile.command_in(path, deployment.procfile, variables)
        return CommandLine(words, env, path, line)
    path = configured.folder / str(deployment.dockerfile)
    words, env, line = dockerfile.command_in(path, caller, env)
    return CommandLine(words, env, path, line)
