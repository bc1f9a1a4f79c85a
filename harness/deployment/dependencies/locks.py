"""Reads the lock files of uv, PDM and Poetry, which have much the same tables.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile,
https://pdm-project.org/en/latest/usage/lockfile/
"""

from collections import defaultdict

from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import text_at

LOCKS = ("uv.lock", "pdm.lock", "poetry.lock")
"""Lock files that may be beside a ``pyproject.toml``."""


def locked(lock: Node) -> list[str]:
    """The releases in a lock file, in lines of a file of requirements.

    A release that is not from an index is left out, and so is a package with several
    releases that do not say when to take which.
    """
    releases: defaultdict[str, list[str]] = defaultdict(list)
    for _, package in find(lock, "package.*"):
        version = text_at(package, "version")
        if version and _is_from_an_index(package):
            markers = _markers(package)
            ends = f" ; {markers}" if markers else ""
            name = text_at(package, "name")
            releases[name].append(f"{name}=={version}{ends}")
    return [
        line
        for several in releases.values()
        if len(several) == 1 or all(" ; " in line for line in several)
        for line in several
    ]


def _is_from_an_index(package: Node) -> bool:
    if source := package.items.get("source"):
        return "registry" in source.items or text_at(source, "type") == "legacy"
    return not package.items.keys() & {"git", "url", "path"}


def _markers(package: Node) -> str:
    """When to take this release and not another one of the same package."""
    each = [found.node.text for found in find(package, "resolution-markers.*")]
    if len(each) > 1:
        return " or ".join(f"({marker})" for marker in each)
    return "".join(each) or text_at(package, "markers") or text_at(package, "marker")
