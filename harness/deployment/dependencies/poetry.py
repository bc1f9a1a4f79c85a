"""Reads the dependencies of a project of Poetry, without running its build.

What they mean: https://python-poetry.org/docs/pyproject/
"""

import re
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.dependencies.requirement import requirement
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import text_at

NOT_OF_PRODUCTION = re.compile(r"dev|test|doc|lint|typ(?:e|ing)|ci$", re.IGNORECASE)
"""Names of groups that no deployment installs."""


def of_poetry(project: Node, folder: Path, *, locked: bool) -> list[str]:
    """The requirements of a project, in lines. Raises ``NotTranslated``."""
    # Indexes of the project's own come first, as packages are looked for there first.
    urls = [text_at(each, "url") for _, each in find(project, "tool.poetry.source.*")]
    return [
        *(f"--extra-index-url {url}" for url in urls if url),
        *_requirements(project, folder, locked=locked),
    ]


def _requirements(project: Node, folder: Path, *, locked: bool) -> Iterator[str]:
    groups = [
        group
        for name, group in find(project, "tool.poetry.group.*")
        if not NOT_OF_PRODUCTION.search(name) and text_at(group, "optional") != "true"
    ]
    poetry = [each.node for each in find(project, "tool.poetry")]
    for table in (*poetry, *groups):
        for name, node in find(table, "dependencies.*"):
            for each in node.list or [node]:
                if (
                    name.lower() not in ("", "python")
                    and text_at(each, "optional") != "true"
                ):
                    yield requirement(name, each, folder, locked=locked)
