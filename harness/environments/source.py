"""Sources of packages: how they are named, and what they are once they are fetched."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

from harness.records.errors import UsageError
from harness.records.text import without_user
from harness.records.versions import is_version
from harness.records.versions import Kind

ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip", ".whl")

GIT = "git+"
GIT_SCHEMES = ("https", "http", "ssh", "git", "file")
"""Schemes that fetch; git has others, which run a command."""

HOW = (
    "write a release like 3.1.3, a folder like ./flask, an archive (a path or a URL), "
    "or git+https://github.com/pallets/flask@main"
)


class Source(NamedTuple):
    """Something to build and measure in place of a release."""

    text: str
    """The text as it was written, without user name and password."""
    kind: Kind | None
    """``None`` for a path, which may be a folder or an archive."""
    location: str
    """A path, or a URL."""
    reference: str = ""
    """In a git repository: a branch, a tag or a commit; empty for the current one."""


def parse(text: str) -> Source | None:
    """The source that a text names; ``None`` for the version of a release.

    Raises ``UsageError`` when it is neither.
    """
    if is_version(text):
        return None
    if text.startswith(GIT):
        return _git(text)
    url = urlsplit(text)
    if url.scheme in ("http", "https"):
        return Source(without_user(text), Kind.ARCHIVE, text)
    if url.scheme == "file":
        return Source(text, None, unquote(url.path))
    if "/" in text or text.startswith((".", "~")) or text.endswith(ARCHIVES):
        return Source(text, None, text)
    return None


def _git(text: str) -> Source:
    url = urlsplit(text.removeprefix(GIT))
    path, at, reference = url.path.rpartition("@")
    if not at:
        path, reference = url.path, ""
    shown = without_user(text)
    if url.scheme not in GIT_SCHEMES or not path.strip("/"):
        raise UsageError(f"{shown!r} names no repository; {HOW}")
    if url.fragment or url.query:
        raise UsageError(f"{shown!r}: nothing may follow the reference; {HOW}")
    if at and not re.fullmatch(r"[A-Za-z0-9_][^\s~^:?*\[\\]*", reference):
        raise UsageError(f"{shown!r}: {reference!r} is not a git reference; {HOW}")
    location = urlunsplit(url._replace(path=path))
    return Source(shown, Kind.GIT, location, reference)


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
    """Whether the folder differs from the commit."""


def is_project(folder: Path) -> bool:
    """Whether a folder is a Python project."""
    return any((folder / name).exists() for name in PROJECT)


def check_project(folder: Path) -> None:
    """Raise ``SourceFault`` if a folder is no Python project."""
    if not is_project(folder):
        raise SourceFault(
            f"is no Python project: neither {' nor '.join(PROJECT)} is in it",
            "name the folder that has one",
        )
