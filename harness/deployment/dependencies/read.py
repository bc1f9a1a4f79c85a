"""Finds out which files are written for Poetry or Pipenv, and translates them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from harness.deployment.config import DeploymentFault
from harness.deployment.config import PYPROJECT
from harness.deployment.dependencies.pipenv import of_pipenv
from harness.deployment.dependencies.poetry import locked_by_poetry
from harness.deployment.dependencies.poetry import of_poetry
from harness.deployment.dependencies.poetry_versions import NotTranslated
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.records.files import text_if_there

PIPFILE = "Pipfile"
PIPFILE_LOCK = "Pipfile.lock"
POETRY_LOCK = "poetry.lock"


class Translated(NamedTuple):
    """What a file of another tool requires."""

    requirements: tuple[str, ...]
    """Lines of a file of requirements."""
    constraints: tuple[str, ...] = ()
    """The releases that a lock file allows, in such lines."""


def translated(path: Path) -> Translated | None:
    """What a file of Poetry or Pipenv requires; ``None`` if it is of neither.

    A lock file beside it decides about releases. Raises ``DeploymentFault`` if the file
    cannot be read, or asks for what no file of requirements can say.
    """
    try:
        if path.name in (PYPROJECT, POETRY_LOCK):
            return _of_poetry(path)
        if path.name in (PIPFILE, PIPFILE_LOCK):
            return _of_pipenv(path)
    except NotTranslated as problem:
        export = "pipenv requirements" if "Pip" in path.name else "poetry export"
        raise DeploymentFault(
            "requirements",
            f"{path.name}: {problem}; write the requirements to a file with "
            f"`{export} > requirements.txt` and name that",
        ) from None
    return None


def _of_poetry(path: Path) -> Translated | None:
    project = _read(path.with_name(PYPROJECT), from_toml)
    if find(project, "project.dependencies"):
        return None  # as every installer reads them
    if not find(project, "tool.poetry.dependencies"):
        return None
    locked = locked_by_poetry(_read(path.with_name(POETRY_LOCK), from_toml))
    required = of_poetry(project, path.parent, locked=bool(locked))
    return Translated(tuple(required), tuple(locked))


def _of_pipenv(path: Path) -> Translated:
    lock = path.with_name(PIPFILE_LOCK)
    if lock.exists():
        read = _read(lock, from_yaml)  # JSON is YAML
    else:
        read = _read(path.with_name(PIPFILE), from_toml)
    return Translated(tuple(of_pipenv(read, path.parent)))


def _read(path: Path, reader: Callable[[str], list[Node]]) -> Node:
    """The content of a file; nothing if it is not there.

    Raises ``DeploymentFault``.
    """
    try:
        roots = reader(text_if_there(path))
    except NotReadable as problem:
        said = str(problem).replace("YAML", "JSON")
        raise DeploymentFault(
            "requirements", f"{path.name}: {said}; correct it"
        ) from None
    return next(iter(roots), Node("", 0))
