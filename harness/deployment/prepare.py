"""Finds everything that a deployment needs, and plans it.

If anything is missing, it fails before anything runs and says what to write or install.
"""

import re
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.app.hold_places import places_of
from harness.deployment.command.command_line import command_line
from harness.deployment.command.named_files import check_files
from harness.deployment.command.setting import CannotDerive
from harness.deployment.command.setting import Refused
from harness.deployment.command.shell import CommandLine
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.harmless import contained
from harness.deployment.declared.derive import derive
from harness.deployment.declared.promise import declared_by
from harness.deployment.declared.promise import Promise
from harness.deployment.declared.promise import say_declared
from harness.deployment.declared.uwsgi import check_protocol
from harness.deployment.declared.uwsgi import without_own_address
from harness.deployment.environment import active_python
from harness.deployment.environment import caller_variables
from harness.deployment.environment import find_executable
from harness.deployment.environment import interpreter
from harness.deployment.environment import release_of
from harness.deployment.environment import takes_a_shell
from harness.deployment.environment import Where
from harness.deployment.environment import with_flask
from harness.deployment.isolation.layers import stays_in_layer
from harness.deployment.isolation.migrations import check_database
from harness.deployment.isolation.no_engine import is_socket
from harness.deployment.remedies.failures import remedy_of_cause
from harness.deployment.remedies.fixed_ports import words_of
from harness.deployment.requirements import activated
from harness.deployment.requirements import has_all
from harness.deployment.requirements import installable
from harness.deployment.requirements import Making
from harness.deployment.requirements import own_environment
from harness.measure.app import HOST
from harness.records.places import HoldPlace
from harness.records.plan import Declaration
from harness.records.plan import Installed

FILLED_IN = 8000
"""The port with which a server is asked what its command declares."""


class Prepared(NamedTuple):
    """A deployment, ready to be started."""

    deployment: Deployment
    command: CommandLine
    where: Where
    versions: dict[str, str]
    declaration: Declaration
    promise: Promise | None
    """The promise of the command itself, if it can be derived."""
    source: str = ""
    """The place of the declared number, if the deployment itself declares one."""
    problem: str = ""
    """Why its command does not show what it declares; the running server may."""
    contained: Contained | None = None
    """How to start it, if it runs in containers."""
    places: tuple[HoldPlace, ...] = ()
    """The places inside its app at which requests are held."""

    @property
    def installed(self) -> Installed:
        """The interpreter, and the distributions that it finds."""
        variables = self.where.variables
        path = {k: v for k, v in variables.items() if k == "PYTHONPATH"}
        python = str(self.where.python)
        return Installed(python=python, versions=self.versions, variables=path)


class NotPrepared(NamedTuple):
    """A deployment that cannot be started, and why."""

    deployment: Deployment
    reason: str
    log_tail: str = ""


def prepare(
    configured: Configured,
    deployment: Deployment,
    caller: Mapping[str, str],
    making: Making,
) -> Prepared:
    """Find everything that a deployment needs, without starting it.

    Raises ``DeploymentFault``, and ``CannotInstall`` when its requirements cannot be
    installed.
    """
    places = places_of(deployment)
    command = command_line(configured, deployment, caller)
    folder = (command.folder or configured.folder).resolve()
    check_files(deployment.source_key, words_of(command.words), folder)
    where = Where(folder, Path(), caller_variables(caller, command.env))
    if own := _own_scripts(configured, deployment, command, where, making):
        where = where._replace(variables=activated(own, caller, command.env))
        # A PATH of the file begins with an environment that is only in its image.
        command = command._replace(env={e: where.variables[e] for e in command.env})
    source = configured.path.name if configured.path else "the option --declared"
    if containers := contained(deployment, command, folder, where.variables):
        prepared = _in_containers(deployment, source, where, containers)
    else:
        prepared = _without_containers(deployment, source, where, command)
    return prepared._replace(places=places)


def _own_scripts(
    configured: Configured,
    deployment: Deployment,
    command: CommandLine,
    here: Where,
    making: Making,
) -> Path | None:
    """The scripts of an environment with its requirements.

    ``None`` if it has none, or if the Python that is active has all of them.
    """
    if deployment.requirements is None:
        return None
    folder, python = configured.folder.resolve(), deployment.python
    if making.python and not (python and configured.path):
        python = str(making.python)
    requirements = installable(folder / deployment.requirements, making.cache)
    if has_all(active_python(command.words, here, python), requirements, folder):
        return None
    return own_environment(requirements, python, making, folder)


def _without_containers(
    deployment: Deployment, source: str, where: Where, command: CommandLine
) -> Prepared:
    """Prepare a deployment whose server runs on this machine as it is."""
    key, (folder, _, variables) = deployment.source_key, where
    # This comes before anything of the command runs, even to ask what it declares.
    check_database(key, command.words, folder, variables, deployment.env)
    executable = find_executable(key, command.words, folder, variables)
    if takes_a_shell(executable):
        command = command._replace(words=("sh", *command.words))
    where, versions = with_flask(
        where._replace(python=interpreter(executable, variables))
    )
    _check_python(deployment, where, versions)
    try:
        promise, problem = _promise(command, where)
        check_protocol(promise.settings if promise else {}, FILLED_IN)
    except Refused as refusal:
        remedy = refusal.remedy or remedy_of_cause(refusal.problem) or "correct it"
        raise DeploymentFault(key, refusal.problem, remedy) from None
    plain = without_own_address(command, where)
    # If the address was taken out of uWSGI's file, its socket is left alone.
    _check_sockets(key, plain.words, promise if plain == command else None, folder)
    declaration = declared_by(deployment, source, promise, problem)
    return Prepared(
        deployment, plain, where, versions, declaration, promise, source, problem
    )


def _in_containers(
    deployment: Deployment, source: str, where: Where, containers: Contained
) -> Prepared:
    """Prepare a deployment in containers, which cannot be inspected from outside."""
    problem = "what runs in a container cannot be seen from outside"
    if deployment.declared is None:
        raise DeploymentFault("declared", f"{problem}; {say_declared()}")
    return Prepared(
        deployment,
        containers.command,
        where._replace(python=Path(sys.executable)),
        {},
        declared_by(deployment, source, None, problem),
        None,
        contained=containers,
    )


def _check_python(
    deployment: Deployment, where: Where, versions: Mapping[str, str]
) -> None:
    if not versions:
        raise DeploymentFault(
            deployment.source_key,
            f"{where.python}, which the command runs on, does not say what it has "
            "installed; make sure that it starts",
        )
    release = release_of(versions)
    if deployment.python not in (None, release):
        raise DeploymentFault(
            "python",
            f"{deployment.python} was requested, but {where.python} is {release}; name "
            "a file of requirements to have it installed there, or run this with "
            f"Python {deployment.python}",
        )
    if "flask" not in versions:
        raise DeploymentFault(
            deployment.source_key,
            f"Flask is not installed for {where.python}, which the command runs on, "
            "and only Flask apps are measured; if it is one, install Flask there, or "
            "name a requirements file that has it",
        )


_UNIX = re.compile(r"(?:^|.*?[=:])(?:unix:)?(?://)?(?P<path>[^=:]*[^=:/])$")


def _check_sockets(
    key: str, words: Sequence[str], promise: Promise | None, folder: Path
) -> None:
    """Raise ``DeploymentFault`` about a Unix socket that a server would take over."""
    settings = promise.settings if promise else {}
    bound = [settings[name] for name in ("bind", "socket") if name in settings]
    given = [str(setting.value) for setting in bound]
    for word in (*words_of(words), *",".join(given).split(",")):
        match = _UNIX.match(word)
        path = folder / match["path"] if match else folder
        if is_socket(path) and not stays_in_layer(path, folder):
            raise DeploymentFault(
                key,
                f"{path} exists already, and the server would take it over from its "
                "owner; write the path of another socket",
            )


def _promise(command: CommandLine, where: Where) -> tuple[Promise | None, str]:
    """The promise of the command, or why it cannot be derived."""

    def filled(text: str) -> str:
        return text.replace("{host}", HOST).replace("{port}", str(FILLED_IN))

    variables = {key: filled(value) for key, value in where.variables.items()}
    try:
        words = tuple(map(filled, command.words))
        return derive(words, where._replace(variables=variables)), ""
    except Refused:
        raise
    except CannotDerive as problem:
        return None, str(problem)
