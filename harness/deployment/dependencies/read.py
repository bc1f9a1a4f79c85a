"""Translates files of Poetry and Pipenv, and lock files, for every installer."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from harness.deployment.config import DeploymentFault
from harness.deployment.config import PYPROJECT
from harness.deployment.dependencies.locks import locked
from harness.deployment.dependencies.locks import LOCKS
from harness.deployment.dependencies.pipenv import of_pipenv
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


class Translated(NamedTuple):
    """What a file of another tool requires."""

    requirements: tuple[str, ...]
    """Lines of a file of requirements."""
    constraints: tuple[str, ...] = ()
    """The releases that a lock file allows, in such lines."""


def translated(path: Path) -> Translated | None:
    """What a file requires, if installers cannot read it, or a lock file is beside it.

    Otherwise ``None``. Raises ``DeploymentFault`` if the file
    cannot be read, or asks for what no file of requirements can say.
    """
    try:
        if path.name in (PYPROJECT, *LOCKS):
            return _of_project(path)
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


def _of_project(path: Path) -> Translated | None:
    """What a ``pyproject.toml`` requires, in the releases of a lock file beside it."""
    project = _read(path.with_name(PYPROJECT), from_toml)
    locks = (locked(_read(path.with_name(name), from_toml)) for name in LOCKS)
    releases = next(filter(None, locks), [])
    if own := find(project, "project.dependencies"):
        # Only uv itself can find packages in these places.
        if not releases or find(project, "tool.uv.sources"):
            return None  # as every installer reads them
        required = [each.text for each in own[0].node.list]
    elif find(project, "tool.poetry.dependencies"):
        required = of_poetry(project, path.parent, locked=bool(releases))
    else:
        return None
    return Translated(tuple(required), tuple(releases))


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
