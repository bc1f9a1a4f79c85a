"""Finds the file of a folder that says what its app requires."""

import re
from pathlib import Path

from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import readable
from harness.records.files import text_if_there

REQUIREMENTS = "requirements.txt"
PROJECT = "pyproject.toml"

_WITH_FLASK = re.compile(
    r"(?mi)^\s*(?:(?:flask|apiflask|connexion|dash)\s*(?:[\[<>=!~;@#]|$)|-r )"
)
"""Flask, or a framework that is made of it, or another file that is included."""


def is_package(folder: Path) -> bool:
    """Whether the project in a folder can be installed.

    The dependencies of its ``pyproject.toml`` are then not all that the app needs.
    """
    text = text_if_there(folder / PROJECT)
    return any("build-system" in root.items for root in readable(from_toml, text))


def requirements_file(folder: Path) -> str | None:
    """The file that requires Flask; ``None`` if there is none."""
    project = [
        each.node.text
        for root in readable(from_toml, text_if_there(folder / PROJECT))
        for each in find(root, "project.dependencies.*")
    ]
    required = {
        REQUIREMENTS: text_if_there(folder / REQUIREMENTS),
        PROJECT: "\n".join(project),
    }
    return next((n for n, text in required.items() if _WITH_FLASK.search(text)), None)
