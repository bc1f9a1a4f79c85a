"""Reads deployments from a file or from options, and reports every problem at once."""

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.deployment.command.command_line import command_line
from harness.deployment.config import COMMANDS
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.config import Deployments
from harness.deployment.config import fault_words
from harness.deployment.config import MOST_IN_NAME
from harness.deployment.config import PYPROJECT
from harness.deployment.config import TABLE
from harness.records import toml
from harness.records.errors import UsageError
from harness.records.files import unfit
from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened

DEFAULT = "concurrency.toml"


UNNAMED = "deployment"
"""The name of a deployment that options describe."""


def load(path: Path) -> Configured:
    """Read a file of deployments. Raises ``UsageError`` naming file, key, remedy."""
    path = path / DEFAULT if path.is_dir() else path
    tables = _tables(path)
    deployments: list[Deployment] = []
    sound: list[Deployment] = []
    problems: list[str] = []
    for number, table in enumerate(tables, start=1):
        deployment, faults = _read(table)
        if deployment is not None:
            deployments.append(deployment)
            faults += _faults(deployment, path.parent)
            sound += [] if faults else [deployment]
        name = _label(table, number)
        problems += [fault_words(path, name, fault) for fault in faults]
    problems += [
        fault_words(path, each.name, fault) for each, fault in _name_faults(deployments)
    ]
    if problems:
        # Problems outside the file are reported together with those in it.
        others = Configured(path, path.parent, tuple(sound))
        raise UsageError(*problems, *_command_problems(others))
    return Configured(path, path.parent, tuple(deployments))


def _label(table: Any, number: int) -> str:
    """The name of a deployment, or its position if it has no valid name."""
    name = table.get("name") if isinstance(table, dict) else None
    if isinstance(name, str) and re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        return name if len(name) <= MOST_IN_NAME else str(number)
    return str(number)


def _command_problems(configured: Configured) -> Iterator[str]:
    """Problems with the keys that the commands of deployments come from."""
    for deployment in configured.deployments:
        try:
            command_line(configured, deployment, os.environ)
        except DeploymentFault as fault:
            yield fault_words(configured.path, deployment.name, fault)


def described(folder: Path, given: Mapping[str, Any]) -> Configured:
    """The one deployment that options describe, by the keys of the file.

    Raises ``UsageError`` naming option and remedy.
    """
    deployment, faults = _read({"name": UNNAMED, **given})
    if deployment is not None:
        faults += _faults(deployment, folder)
    if faults or deployment is None:
        raise UsageError(*(fault_words(None, UNNAMED, fault) for fault in faults))
    return Configured(None, folder, (deployment,))


def _tables(path: Path) -> list[Any]:
    """The tables of the deployments in a file. Raises ``UsageError``."""
    content = _table(path)
    try:
        toml.convert(content, Deployments)
    except toml.Misfit as misfit:
        if not misfit.table:
            raise UsageError(f"{path}: {misfit}") from None
    return list(content["deployment"])


def _read(table: Any) -> tuple[Deployment | None, list[DeploymentFault]]:
    """A deployment, or every problem with its table."""
    rest = table
    faults: list[DeploymentFault] = []
    while True:
        try:
            deployment = toml.convert(rest, Deployment)
            return (None if faults else deployment), faults
        except toml.Misfit as misfit:
            key, problem = misfit.table or misfit.key, misfit.problem
            if misfit.table:
                problem = f"{misfit.key}: {problem}"
            if key in [fault.key for fault in faults]:
                return None, faults  # it was left out below
            faults.append(DeploymentFault(key or "deployment", problem))
            if not isinstance(rest, dict) or key not in rest:
                return None, faults
            rest = {each: rest[each] for each in rest if each != key}


def _table(path: Path) -> Any:
    """The part of a TOML file that belongs to us. Raises ``UsageError``."""
    remedy = "write one with a [[deployment]] in it, or name another with --config"
    tables = toml.parse(path, remedy)
    if path.name != PYPROJECT:
        return tables
    if (table := _of_tool(tables)) is None:
        raise UsageError(
            f"{path}: has no table [tool.{TABLE}]; add [[tool.{TABLE}.deployment]], or "
            f"name a file with --config"
        )
    return table


def has_table(path: Path) -> bool:
    """Whether a ``pyproject.toml`` describes deployments. Raises ``UsageError``."""
    return _of_tool(toml.parse(path)) is not None


def _of_tool(tables: Mapping[str, Any]) -> Any:
    """The table of a ``pyproject.toml`` that belongs to us, if there is one."""
    tool = tables.get("tool")
    return tool.get(TABLE) if isinstance(tool, dict) else None


def _faults(deployment: Deployment, folder: Path) -> Iterator[DeploymentFault]:
    """Problems with combinations of keys that are each valid alone."""
    if (length := len(deployment.name)) > MOST_IN_NAME:
        problem = f"has {length} characters; write {MOST_IN_NAME} at most"
        yield DeploymentFault("name", problem)
    sources = [key for key in COMMANDS if getattr(deployment, key)]
    if len(sources) != 1:
        given = f"{' and '.join(sources)} are given" if sources else "is missing"
        problem = f"{given}; write exactly one of {', '.join(COMMANDS)}"
        yield DeploymentFault("command", problem)
    elif deployment.target and not deployment.dockerfile:
        problem = 'is a stage of a Dockerfile; name that: dockerfile = "Dockerfile"'
        yield DeploymentFault("target", problem)
    at_least, declared = deployment.at_least, deployment.declared
    if at_least and isinstance(declared, int) and at_least > declared:
        problem = f"{at_least} is more than declared = {declared}"
        yield DeploymentFault("at-least", f"{problem}; lower it or raise that")
    if deployment.requirements is not None:
        path = folder / deployment.requirements
        if not os.path.exists(path):
            problem = f"there is no file {path.resolve()}; correct the path"
            yield DeploymentFault("requirements", problem)
        elif reason := unfit(path):
            problem = f"{path}: {reason}; name a file of requirements"
            yield DeploymentFault("requirements", problem)


def _name_faults(
    deployments: Sequence[Deployment],
) -> Iterator[tuple[Deployment, DeploymentFault]]:
    names = [deployment.name for deployment in deployments]
    for each in {deployment.name: deployment for deployment in deployments}.values():
        if (count := names.count(each.name)) > 1:
            problem = f"{count} deployments have this name; give each one of its own"
            yield each, DeploymentFault("name", problem)


NO_PATHS = (errno.ENAMETOOLONG, errno.EACCES, errno.ELOOP)


@contextlib.contextmanager
def looking_at_paths() -> Iterator[None]:
    """Turn a system error about a path of a command into a ``DeploymentFault``."""
    try:
        yield
    except OSError as problem:
        if not problem.filename or problem.errno not in NO_PATHS:
            raise
        path = shortened(str(problem.filename), MOST_OF_A_VALUE)
        words = f"{path}: {problem.strerror}; correct it"
        raise DeploymentFault("command", words) from None
