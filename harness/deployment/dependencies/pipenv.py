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


def of_pipenv(root: Node, folder: Path) -> Iterator[str]:
    """The requirements of a ``Pipfile`` or a ``Pipfile.lock``, in lines.

    Those of a lock file have hashes. Raises ``NotTranslated``.
    """
    for _, source in (*find(root, "source.*"), *find(root, "_meta.sources.*")):
        url = text_at(source, "url")
        if url and urlsplit(url).hostname not in _PUBLIC:
            yield f"--extra-index-url {url}"
    for _, table in (*find(root, "packages"), *find(root, "default")):
        for name, given in table.items.items():
            hashes = "".join(f" --hash={e.node.text}" for e in find(given, "hashes.*"))
            yield requirement(name, given, folder) + hashes
