"""Reads the packages of Pipenv, without running its build.

What they mean: https://pipenv.pypa.io/en/latest/pipfile.html
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from harness.deployment.dependencies.requirement import requirement
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import text_at

_PUBLIC = ("pypi.org", "pypi.python.org")
"""The index that installers use by default, or that their settings replace."""


def of_pipfile(pipfile: Node, folder: Path) -> list[str]:
    """The requirements of a ``Pipfile``, in lines. Raises ``NotTranslated``."""
    return [*_indexes(pipfile, "source.*"), *_packages(pipfile, "packages", folder)]


def of_pipfile_lock(lock: Node, folder: Path) -> list[str]:
    """The releases of a ``Pipfile.lock`` with their hashes, in lines.

    Raises ``NotTranslated``.
    """
    return [*_indexes(lock, "_meta.sources.*"), *_packages(lock, "default", folder)]


def _packages(root: Node, table: str, folder: Path) -> Iterator[str]:
    for name, given in root.items.get(table, Node("", 0)).items.items():
        hashes = "".join(f" --hash={e.node.text}" for e in find(given, "hashes.*"))
        yield requirement(name, given, folder) + hashes


def _indexes(root: Node, steps: str) -> Iterator[str]:
    for _, source in find(root, steps):
        url = text_at(source, "url")
        if url and urlsplit(url).hostname not in _PUBLIC:
            yield f"--extra-index-url {url}"
