"""Finds the repository that this program was installed from, for workflows."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from importlib.metadata import distribution
from importlib.metadata import PackageNotFoundError
from typing import Any
from typing import NamedTuple

import msgspec

DISTRIBUTION = "flask-concurrency-matrix"

UNKNOWN = "OWNER"
"""Placeholder for an unknown account on GitHub."""
NAMELESS = f"{UNKNOWN}/{DISTRIBUTION}"

_REPOSITORY = re.compile(
    r"(?:https://(?:[^/@]*@)?|ssh://git@|git@)github\.com[/:]"
    r"(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?$"
)


class Published(NamedTuple):
    """This project on GitHub."""

    repository: str
    """``ACCOUNT/NAME``."""
    reference: str
    """The commit or the tag of this program, or the branch ``main``."""
    version: str
    """The release, if the reference does not name it; may be empty."""

    @property
    def action(self) -> str:
        """The ``uses:`` line of a workflow, with the version as a comment."""
        comment = f" # v{self.version}" if self.version else ""
        return f"{self.repository}@{self.reference}{comment}"

    @property
    def project(self) -> str:
        """The name of the repository."""
        return self.repository.rpartition("/")[2]

    def page(self, path: str) -> str:
        """The address of a page of this project."""
        if self.is_known:
            return f"https://github.com/{self.repository}/blob/{self.reference}/{path}"
        return f"{path} of {self.project}"

    @property
    def is_known(self) -> bool:
        """Whether the account on GitHub is known."""
        return not self.repository.startswith(f"{UNKNOWN}/")


def published() -> Published:
    """The repository of this program, if its installation names it.

    Installers note the address and the commit of what they install from git, by PEP
    610. A release from an index has the address in its metadata.
    """
    try:
        return of(distribution(DISTRIBUTION))
    except PackageNotFoundError:
        return Published(NAMELESS, "main", "")


def of(installed: Distribution) -> Published:
    """The repository that an installed distribution comes from."""
    text = installed.read_text("direct_url.json")
    if text is None:
        return Published(_source(installed), f"v{installed.version}", "")
    direct: dict[str, Any] = msgspec.json.decode(text)
    match = _REPOSITORY.match(direct.get("url", ""))
    commit = direct.get("vcs_info", {}).get("commit_id")
    if match and commit:
        return Published(match["name"], commit, installed.version)
    return Published(_source(installed), "main", "")


def _source(installed: Distribution) -> str:
    """The repository that the metadata of a distribution names."""
    for line in installed.metadata.get_all("Project-URL") or ():
        match = _REPOSITORY.match(line.partition(",")[2].strip())
        if match:
            return match["name"]
    return NAMELESS
