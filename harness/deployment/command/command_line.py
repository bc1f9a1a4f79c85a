"""The command of a deployment: from its file, a ``Procfile`` or a Dockerfile."""

import shutil
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.command import dockerfile
from harness.deployment.command.address import addressed
from harness.deployment.command.address import is_addressed
from harness.deployment.command.address import read_line
from harness.deployment.command.ports import PORT
from harness.deployment.command.shell import CommandLine
from harness.deployment.command.shell import read
from harness.deployment.command.shell import SHELL
from harness.deployment.command.shell import StartLine
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named

PROCFILE = "Procfile"


def command_line(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    """The command that starts a deployment. Raises ``DeploymentFault``."""
    command = _as_written(configured, deployment, caller)
    if is_addressed(command.words, list(deployment.env.values())):
        return command
    folder = command.folder or configured.folder
    address = addressed(command.words, folder)
    if address is None:
        return command
    words, dropped, own = address
    notes = [command.note]
    if dropped:
        notes.append(f"listens on a free port in place of `{' '.join(dropped)}`")
    note = "; ".join(filter(None, notes))
    return command._replace(words=words, note=note, has_own_address=bool(own))


def _as_written(
    configured: Configured, deployment: Deployment, caller: Mapping[str, str]
) -> CommandLine:
    # Heroku, Cloud Run and other platforms give their processes the port in PORT.
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
        found = _in_procfile(path, deployment.procfile, variables)
        return found._replace(env={**env, **found.env})
    path = configured.folder / str(deployment.dockerfile)
    return dockerfile.command_in(path, caller, env, deployment.target or "")


def procfile_lines(text: str) -> Iterator[StartLine]:
    """The lines of a ``Procfile`` that name a process, and what starts it."""
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            yield StartLine(number, name.strip(), command.strip())


def _in_procfile(path: Path, name: str, variables: Mapping[str, str]) -> CommandLine:
    """The command of a named line of a ``Procfile``.

    A line that needs a shell is run by Bash, as on the platforms that Procfiles are
    for. Raises ``DeploymentFault``.
    """
    names = []
    for line in procfile_lines(read_named("procfile", path)):
        if line.what == name:
            bash = shutil.which("bash", path=variables.get("PATH"))
            shell = ("bash", "-c") if bash else SHELL
            command = read_line("procfile", line.text, variables, shell, path.parent)
            return CommandLine(*command, path, line.line, key="procfile")
        names.append(line.what)
    known = ", ".join(names)
    raise DeploymentFault("procfile", f"{path} has no line {name}; it has: {known}")
