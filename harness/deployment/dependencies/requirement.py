"""Writes an entry of Poetry or Pipenv as a line of a file of requirements.

Both have tables of names, each with a version or a table of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement

from harness.deployment.dependencies.poetry_versions import alternatives
from harness.deployment.dependencies.poetry_versions import as_one
from harness.deployment.dependencies.poetry_versions import NotTranslated
from harness.deployment.dependencies.poetry_versions import python_marker
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import text_at

_MARKERS = (
    *("os_name", "sys_platform", "platform_machine", "platform_release"),
    *("platform_python_implementation", "platform_system", "platform_version"),
    *("python_version", "python_full_version"),
    *("implementation_name", "implementation_version"),
)
"""Keys of a Pipfile that are each a marker."""


def requirement(name: str, given: Node, folder: Path, *, locked: bool = False) -> str:
    """The requirement for an entry in a file of a folder.

    A ``locked`` one may have any version that a lock file says. Raises
    ``NotTranslated``.
    """
    extras = ",".join(each.text for _, each in find(given, "extras.*"))
    full = f"{name}[{extras}]" if extras else name
    markers = " and ".join(f"({each})" for each in _markers(given))
    ends = f" ; {markers}" if markers else ""
    file = text_at(given, "file")
    if path := text_at(given, "path") or ("" if "://" in file else file):
        there = (folder / path).resolve()
        if "true" in (text_at(given, "develop"), text_at(given, "editable")):
            return f"-e {there}{f'[{extras}]' if extras else ''}{ends}"
        return _checked(f"{full} @ {there.as_uri()}{ends}")
    if address := _address(given):
        return _checked(f"{full} @ {address}{ends}")
    return _checked(f"{full}{_versions(name, given, locked=locked)}{ends}")


def _checked(line: str) -> str:
    try:
        Requirement(line)
    except InvalidRequirement as problem:
        first, *_ = str(problem).splitlines()
        raise NotTranslated(f"{line!r} is no requirement: {first}") from None
    return line


def _versions(name: str, given: Node, *, locked: bool) -> str:
    constraint = given.text or text_at(given, "version") or "*"
    versions = as_one(alternatives(constraint))
    if versions is None and not locked:
        raise NotTranslated(
            f"{name} = {constraint!r}: alternatives cannot be written as one "
            "requirement, and no lock file decides"
        )
    if text_at(given, "allow-prereleases") == "true":
        versions = ",".join(filter(None, (versions, ">=0.dev0")))
    return versions or ""


def _address(given: Node) -> str:
    """The address that it is installed from; empty if that is an index."""
    if git := text_at(given, "git"):
        if scp := re.fullmatch(r"([\w.-]+@[\w.-]+):(?!//)(.+)", git):
            git = f"ssh://{scp[1]}/{scp[2]}"
        keys = ("rev", "tag", "branch", "ref")
        at = next(filter(None, (text_at(given, key) for key in keys)), "")
        below = text_at(given, "subdirectory")
        where = git if git.startswith("git+") else f"git+{git}"
        where += f"@{at}" if at else ""
        return where + (f"#subdirectory={below}" if below else "")
    return text_at(given, "url") or text_at(given, "file")


def _markers(given: Node) -> Iterator[str]:
    """The conditions on which it is installed."""
    yield from filter(None, (text_at(given, "markers"),))
    if python := python_marker(text_at(given, "python") or "*"):
        yield python
    if platform := text_at(given, "platform"):
        yield f'sys_platform == "{platform}"'
    for name in _MARKERS:
        if compared := text_at(given, name):
            yield f"{name} {compared}"
