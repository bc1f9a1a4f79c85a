"""A fetched Python project, and errors about its source."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from harness.records.versions import Kind

PROJECT = ("pyproject.toml", "setup.py")
"""Files that make a folder a Python project."""


class SourceFault(Exception):
    """A source that cannot be used: the problem and a remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class Fetched(NamedTuple):
    """A fetched project in a folder of its own, or a wheel."""

    path: Path
    kind: Kind
    content: str = ""
    """The commit, or a hash of the archive; empty for a folder outside of git."""
    dirty: bool = False
    """Whether something differs from the commit."""


def is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in PROJECT)


def check_project(folder: Path) -> None:
    if not is_project(folder):
        raise SourceFault(
            f"is no Python project: neither {' nor '.join(PROJECT)} is in it",
            "name the folder that has one",
        )
