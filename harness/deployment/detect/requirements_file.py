"""Finds the file of a folder that says what its app requires.

``init`` and ``check`` both ask here: a check without a file of deployments is the same
as one with the file that ``init`` would write.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.program import server_name
from harness.deployment.command.program import server_words
from harness.deployment.config import DeploymentFault
from harness.deployment.config import PYPROJECT
from harness.deployment.dependencies.read import PIPFILE
from harness.deployment.dependencies.read import PIPFILE_LOCK
from harness.deployment.dependencies.read import translated
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.deployment.requirements import with_environment_of
from harness.deployment.sources.walk import module_file
from harness.records.files import text_if_there

REQUIREMENTS = "requirements.txt"

_MADE_OF_FLASK = ("flask", "apiflask", "connexion", "dash")


def is_package(folder: Path) -> bool:
    """Whether the project in a folder can be installed.

    The dependencies of its ``pyproject.toml`` are then not all that the app needs.
    """
    text = text_if_there(folder / PYPROJECT)
    return any(
        "build-system" in root.items and _has_modules(root, folder)
        for root in readable(from_toml, text)
    )


def _has_modules(project: Node, folder: Path) -> bool:
    """Whether the modules are there that Poetry would put into a package."""
    poetry = project.items.get("tool", Node("", 0)).items.get("poetry")
    if poetry is None or "packages" in poetry.items:
        return True
    names = (text_at(project, "project.name"), text_at(poetry, "name"))
    module = re.sub(r"[-.]+", "_", next(filter(None, names), ""))
    is_there = any(module_file(root, module) for root in (folder, folder / "src"))
    return is_there and text_at(poetry, "package-mode") != "false"


def requirements_file(folder: Path, words: Sequence[str]) -> str | None:
    """The file with what the app of a command requires; ``None`` if there is none.

    It is the first that requires Flask, a framework made of it, or the server. If none
    does, and the server is not installed, it is the first that requires anything: the
    command could not be started otherwise.
    """
    required = {name: text for name, text in _required(folder) if text.strip()}
    names = "|".join(map(re.escape, (*_MADE_OF_FLASK, server_name(words) or "flask")))
    serves = re.compile(rf"(?mi)^\s*(?:(?:{names})\s*(?:[\[<>=!~;@#]|$)|-r )")
    first = next((name for name, text in required.items() if serves.search(text)), None)
    if first is None and _is_not_installed(folder, server_words(words)[0]):
        return next(iter(required), None)
    return first


def _required(folder: Path) -> Iterator[tuple[str, str]]:
    """The files that say what is required, each with its requirements in lines."""
    yield REQUIREMENTS, text_if_there(folder / REQUIREMENTS)
    project = [
        each.node.text
        for root in readable(from_toml, text_if_there(folder / PYPROJECT))
        for each in find(root, "project.dependencies.*")
    ]
    yield PYPROJECT, "\n".join(project or _translated(folder / PYPROJECT))
    for name in (PIPFILE, PIPFILE_LOCK):
        if (folder / name).is_file():
            yield name, "\n".join(_translated(folder / name))


def _translated(path: Path) -> Sequence[str]:
    """What a file of Poetry or Pipenv requires; nothing if that cannot be said."""
    with contextlib.suppress(DeploymentFault):
        other = translated(path)
        return other.requirements if other else ()
    return ()


def _is_not_installed(folder: Path, program: str) -> bool:
    """Whether a program is neither installed nor in an environment of the folder."""
    path = with_environment_of(folder, os.environ).get("PATH")
    return shutil.which(program, path=path) is None
