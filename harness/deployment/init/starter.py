"""Writes the first ``concurrency.toml`` of a user.

It names the page of this project that explains it, wherever this was installed from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from importlib.metadata import Distribution
from importlib.metadata import distribution
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any
from typing import NamedTuple

import msgspec

from harness.deployment.config import Deployment
from harness.deployment.detect.candidates import Candidate
from harness.deployment.detect.python_version import named_python
from harness.deployment.detect.python_version import NamedPython
from harness.deployment.detect.requirements_file import requirements_file
from harness.records import toml
from harness.records.report import CellReport
from harness.records.words import Basis
from harness.records.words import Outcome

_HEAD = """\
# How many requests each deployment must handle at once.
# `flask-concurrency check` measures whether they do. What the keys mean:
# {page}
"""


class StarterEntry(NamedTuple):
    """A deployment for the file, and its measurement."""

    candidate: Candidate
    deployment: Deployment
    cell: CellReport | None
    """``None`` if nothing was measured."""
    python: NamedPython | None = None
    """The Python that the files of the folder name."""


def deployments(
    folder: Path,
    ways: Sequence[Candidate],
    at_least: int | None = None,
    pythons: Collection[str] = (),
) -> list[Deployment]:
    """Deployments for the candidates in a folder, each with a unique name.

    With requirements, one of the ``pythons`` of this machine is asked for, if the files
    of the folder name it.
    """
    made: list[Deployment] = []
    for way in ways:
        name = re.sub(r"[^a-z0-9._-]+", "-", way.name.lower()).strip("-._") or "web"
        if name in [other.name for other in made]:
            name = f"{name}-{len(made) + 1}"
        requirements = requirements_file(folder, way.words)
        table = {"name": name, "requirements": requirements, **way.given}
        named = named_python(folder, way.given.get("dockerfile"))
        if requirements and named and named.release in pythons:
            table["python"] = named.release
        made.append(toml.convert({**table, "at-least": at_least}, Deployment))
    return made


def config_text(entries: Sequence[StarterEntry], published: Published) -> str:
    """The content of ``concurrency.toml``."""
    head = _HEAD.format(page=published.page("docs/deployments.md"))
    return "\n".join([head, *(_table(entry) for entry in entries)])


def _table(each: StarterEntry) -> str:
    candidate, deployment, cell, python = each
    asked_for, measured = deployment.at_least, cell.floor if cell else None
    values = {
        "name": deployment.name,
        **candidate.given,
        "requirements": deployment.requirements,
        "python": deployment.python,
        "at-least": measured if asked_for is None else asked_for,
    }
    lines = [
        *([f"# {candidate.origin}"] if candidate.path else []),
        *([f"# {candidate.note}"] if candidate.note else []),
        f"# {_measured(cell)}",
        "[[deployment]]",
        *(f"{key} = {json.dumps(v)}" for key, v in values.items() if v is not None),
        *_not_here(deployment, python),
    ]
    return "\n".join(line.replace("\r", " ") for line in lines) + "\n"


def _not_here(deployment: Deployment, named: NamedPython | None) -> Iterator[str]:
    """What to write to install the requirements for a Python that is not here."""
    if named and deployment.requirements and deployment.python is None:
        yield f"# {named.path} names Python {named.release}. To measure on that:"
        yield f'# python = "{named.release}"'


def _measured(cell: CellReport | None) -> str:
    """The measured number, in one line."""
    if cell is None:
        return "Not measured yet."
    if cell.outcome is not Outcome.MEASURED:
        return f"Not measured: {cell.outcome}."
    declared = "no bound" if cell.declared is None else str(cell.declared)
    most = f", at most {cell.ceiling}" if cell.ceiling != cell.floor else ""
    server = " ".join(filter(None, (cell.server, cell.server_version)))
    always = "always" if cell.floor_by is Basis.GUARANTEED else "not seen fewer than"
    return (
        f"Measured with Flask {cell.flask} and {server}: declares {declared}; {always} "
        f"{cell.floor} at once{most}."
    )


# --------------------------------------------------------------------- this project

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
        return origin_of(distribution(DISTRIBUTION))
    except PackageNotFoundError:
        return Published(NAMELESS, "main", "")


def origin_of(installed: Distribution) -> Published:
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
