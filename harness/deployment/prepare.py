"""Knows all that a deployment needs before it can be started, and finds it; must not
start it.

What is missing is told here, before anything runs: with the file, the key and what to
write or install.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command import command_line
from harness.deployment.command import CommandLine
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.contained import contained
from harness.deployment.declared import CannotDerive
from harness.deployment.declared import derive
from harness.deployment.declared import Promise
from harness.deployment.declared import Refused
from harness.deployment.declared import server_name
from harness.deployment.environment import current
from harness.deployment.environment import find
from harness.deployment.environment import inside
from harness.deployment.environment import installed
from harness.deployment.environment import interpreter
from harness.deployment.environment import on_path
from harness.deployment.environment import own_environment
from harness.deployment.environment import source_key
from harness.deployment.environment import Surroundings
from harness.measure.app import HOST
from harness.plan import catalog
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.questions import Question
from harness.records.words import DEFAULT_LIMIT

UNKNOWN = "unknown"


class Prepared(NamedTuple):
    """A deployment, ready to be started."""

    deployment: Deployment
    command: CommandLine
    where: Surroundings
    versions: dict[str, str]
    declaration: Declaration
    promise: Promise | None
    """What the command itself declares, if that can be derived."""
    contained: Contained | None = None
    """How it is started where that is in containers."""

    @property
    def installed(self) -> Installed:
        """Its interpreter, and what that finds."""
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
    cache: Path,
    made_with: Path | None = None,
) -> Prepared:
    """Find everything that a deployment needs.

    The interpreter ``made_with``, if any, is the one to make an environment with,
    unless a file asks for a release. Raises ``UsageError``, and ``CannotInstall`` when
    its requirements will not go in.
    """
    command = command_line(configured, deployment, caller)
    folder = configured.folder.resolve()
    if deployment.requirements is None:
        variables = current(caller, command.env)
    else:
        requirements = folder / deployment.requirements
        python = deployment.python
        if made_with and not (python and configured.path):
            python = str(made_with)
        scripts = own_environment(requirements, python, cache, folder)
        variables = inside(scripts, caller, command.env)
    executable = find(configured, deployment, command.words, variables)
    where = Surroundings(folder, interpreter(executable), variables)
    if containers := contained(configured, deployment, command, folder, variables):
        return _in_containers(configured, deployment, where, containers)
    where, versions = _with_flask(where)
    _check_python(configured, deployment, where, versions)
    try:
        promise, problem = _promise(command, where)
    except Refused as refusal:
        raise configured.fault(
            deployment, source_key(deployment), f"{refusal}; correct it"
        ) from None
    return Prepared(
        deployment,
        command,
        where,
        versions,
        _declaration(configured, deployment, promise, problem),
        promise,
    )


def _in_containers(
    configured: Configured,
    deployment: Deployment,
    where: Surroundings,
    containers: Contained,
) -> Prepared:
    """What is in a container is not seen from outside."""
    problem = "what runs in a container is not seen from outside"
    return Prepared(
        deployment,
        containers.command,
        where._replace(python=Path(sys.executable)),
        {},
        _declaration(configured, deployment, None, problem),
        None,
        containers,
    )


def _with_flask(where: Surroundings) -> tuple[Surroundings, dict[str, str]]:
    """What is installed; where that is no Flask, by the first Python on the path.

    What starts a server, such as make or a shell, may stand beside another Python.
    """
    versions = installed(where)
    first = on_path(where.variables)
    if "flask" not in versions and first is not None:
        other = where._replace(python=first)
        if "flask" in (beside := installed(other)):
            return other, beside
    return where, versions


def _check_python(
    configured: Configured,
    deployment: Deployment,
    where: Surroundings,
    versions: Mapping[str, str],
) -> None:
    release = ".".join(versions.get("python", UNKNOWN).split(".")[:2])
    if deployment.python not in (None, release):
        raise configured.fault(
            deployment,
            "python",
            f"{deployment.python} is asked for, and {where.python} is {release}; name "
            "a file of requirements to have it installed there, or run with the other",
        )
    if "flask" not in versions:
        raise configured.fault(
            deployment,
            source_key(deployment),
            f"Flask is not installed for {where.python}, which the command runs on; "
            "install it there, or name a file of requirements that has it",
        )


def _promise(command: CommandLine, where: Surroundings) -> tuple[Promise | None, str]:
    """What the command declares, or why that cannot be told."""
    places = {"{host}": HOST, "{port}": "8000"}

    def filled(text: str) -> str:
        for place, value in places.items():
            text = text.replace(place, value)
        return text

    variables = {key: filled(value) for key, value in where.variables.items()}
    words = tuple(map(filled, command.words))
    try:
        return derive(words, where._replace(variables=variables)), ""
    except Refused:
        raise
    except CannotDerive as problem:
        return None, str(problem)


def _declaration(
    configured: Configured,
    deployment: Deployment,
    promise: Promise | None,
    problem: str,
) -> Declaration:
    said = deployment.declared
    if said is not None:
        told = configured.path.name if configured.path else "the option `declared`"
        because = f"{told} says so"
        return Declaration(
            declared=None if said == "unbounded" else said,
            because=f"{because}; {promise.because}" if promise else because,
            source=promise.page if promise else "",
        )
    if promise is None:
        raise configured.fault(
            deployment,
            "declared",
            f"what the command declares cannot be derived ({problem}); say how many "
            'requests at once it promises: declared = 8, or declared = "unbounded"',
        )
    return Declaration(
        declared=promise.declared, because=promise.because, source=promise.page
    )


def environment(words: Sequence[str], versions: Mapping[str, str]) -> Environment:
    """The releases that a command runs on."""
    server = server_name(words).lower()
    server = re.sub(r"[^a-z0-9]+", "-", server).strip("-") or UNKNOWN
    release = versions.get(server) or versions.get(f"py{server}") or "0"
    return Environment(
        flask=versions.get("flask", UNKNOWN),
        server=server,
        server_version=release,
        python=".".join(versions.get("python", UNKNOWN).split(".")[:2]),
    )


# --------------------------------------------------------------------------- the plan


def planned(
    prepared: Prepared | NotPrepared, limit: int | None, ask: Collection[Question] = ()
) -> PlannedEnvironment:
    """The environment of a deployment, with one cell: what is measured of it.

    ``limit`` is how far a deployment that declares no bound is tried.
    """
    deployment = prepared.deployment
    if isinstance(prepared, Prepared):
        where = environment(prepared.command.words, prepared.versions)
        cell = _cell(prepared, where)
    else:
        where = environment((), {})
        cell = PlannedCell(
            id=str(where.cell(deployment.name)),
            configuration=deployment.name,
            argv=(),
            declaration=_UNKNOWN_DECLARATION,
        )
    return PlannedEnvironment(
        environment=where,
        title=catalog.titles().get(where.server, ""),
        requirements=(),
        constraints=(),
        cells=(cell,),
        limit=max(limit or DEFAULT_LIMIT, deployment.at_least or 1),
        ask=tuple(ask),
    )


_UNKNOWN_DECLARATION = Declaration(
    declared=None, because="It was not asked.", source=""
)


def _cell(prepared: Prepared, where: Environment) -> PlannedCell:
    name = prepared.deployment.name
    argv, env = placeholders(prepared.command)
    return PlannedCell(
        id=str(where.cell(name)),
        configuration=name,
        argv=argv,
        env=env,
        declaration=prepared.declaration,
    )


def placeholders(command: CommandLine) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words and the variables of a command, as a planned cell has them."""
    env = {key: _places_only(value) for key, value in command.env.items()}
    return tuple(map(_places_only, command.words)), env


def _places_only(text: str) -> str:
    """A text for ``str.format`` in which only ``{host}`` and ``{port}`` are places."""
    text = text.replace("{", "{{").replace("}", "}}")
    return re.sub(r"\{(\{(?:host|port)\})\}", r"\1", text)
