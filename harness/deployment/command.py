"""The command of a deployment: from its file, a ``Procfile`` or a Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from harness.deployment import dockerfile
from harness.deployment import procfile
from harness.deployment.address import addressed
from harness.deployment.address import is_addressed
from harness.deployment.address import own_address
from harness.deployment.address import OwnAddress
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.ports import PORT
from harness.deployment.shell import read

PROCFILE = "Procfile"


class CommandLine(NamedTuple):
    """A command with placeholders, and the place that it stands in."""

    words: tuple[str, ...]
    env: dict[str, str]
    """Variables for the server, with placeholders too."""
    path: Path | None
    """The file that has it; none for an option."""
    line: int
    note: str = ""
    """What a reader should know of how it is told its address; mostly empty."""
    key: str = "command"
    """The key of the deployment that it comes from."""
    as_list: str = ""
    """The instruction of a Dockerfile that has it as a list, which is not filled in."""
    folder: Path | None = None
    """The folder that it starts in, where that is not the one of the file."""


def command_line(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    """The command that starts a deployment. Raises ``DeploymentFault``."""
    command = _as_written(configured, deployment, caller)
    key = deployment.source_key
    if is_addressed(command.words, list(deployment.env.values())):
        return command
    folder = command.folder or configured.folder
    address = addressed(command.words, folder)
    if address is None:
        _check_own_address(key, own_address(command.words, folder))
        return command
    words, dropped = address
    notes = [command.note]
    if dropped:
        notes.append(f"listens on a free port in place of `{' '.join(dropped)}`")
    return command._replace(words=words, note="; ".join(filter(None, notes)))


def _check_own_address(key: str, own: OwnAddress | None) -> None:
    if own is not None:
        raise DeploymentFault(
            key,
            f"{own.path.name}:{own.line}: `{own.text}` is an address that cannot be "
            "changed from outside; write `http-socket = 127.0.0.1:$(PORT)` in its "
            "place, or in a file of its own for the check",
        )


def _as_written(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    # Platforms promise their processes the port in PORT: Heroku, Cloud Run and others.
    env = {"PORT": PORT, **deployment.env}
    if deployment.command is not None:
        command = read("command", deployment.command)
        line = configured.line(deployment, "command")
        env = {**deployment.env, **command.env}
        if not is_addressed(command.words, list(env.values())):
            env = {"PORT": PORT, **env}
        return CommandLine(command.words, env, configured.path, line)
    if deployment.procfile is not None:
        path, variables = configured.folder / PROCFILE, {**caller, **env}
        command, line = procfile.command_in(path, deployment.procfile, variables)
        env |= command.env
        return CommandLine(command.words, env, path, line, key="procfile")
    path = configured.folder / str(deployment.dockerfile)
    found = dockerfile.command_in(path, caller, env, deployment.target or "")
    return CommandLine(
        found.words,
        found.env,
        path,
        found.line,
        key="dockerfile",
        note=f"starts in {found.folder}, as in the image" if found.folder else "",
        as_list=found.as_list,
        folder=found.folder,
    )
