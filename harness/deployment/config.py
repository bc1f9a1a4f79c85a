"""Knows how users describe their deployments, in a file or by options, and refuses what
is wrong there with place, key and remedy; must not know how one is started or measured.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from typing import Any
from typing import NamedTuple

import msgspec

from harness.records import toml
from harness.records.catalog import ConfigurationId
from harness.records.catalog import Declared
from harness.records.catalog import Sentence
from harness.records.errors import UsageError
from harness.records.files import read_text
from harness.records.words import PositiveInt
from harness.records.words import Record

DEFAULT = "concurrency.toml"
PYPROJECT = "pyproject.toml"
TABLE = "flask-concurrency"

UNNAMED = "deployment"
"""The name of a deployment that options describe."""

OPTIONS = {"python": "python-version"}
"""Options, and inputs of the action, that are not spelled as the key of a file."""

UrlPath = Annotated[str, msgspec.Meta(pattern="^/[^ ]*$")]
PythonRelease = Annotated[str, msgspec.Meta(pattern=r"^3\.[0-9]+$")]
Variables = dict[Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_]*$")], str]


class Deployment(Record, frozen=True, kw_only=True):
    """One way in which an app is served, and what it promises."""

    remedies = {
        "name": "write lower-case letters, digits, '.', '_' and '-'",
        "ready": "write a path such as '/health'",
        "declared": "write a positive number, or 'unbounded'",
        "at-least": "write a positive number",
        "python": "write a release such as '3.12'",
        "env": "write { NAME = 'text' }: every value is text",
    }

    name: ConfigurationId
    """Stands for the deployment everywhere: lower-case letters, digits, . _ and -."""
    command: Sentence | None = None
    """What starts the server, in the folder of this file, with ``{port}`` (and, where
    it takes one, ``{host}``) in place of the port that it listens on."""
    procfile: Sentence | None = None
    """In place of ``command``: the name of a line in the ``Procfile``, such as web."""
    dockerfile: Sentence | None = None
    """In place of ``command``: a Dockerfile, of which ``CMD`` is taken."""
    requirements: Sentence | None = None
    """A file of requirements to install into an environment of its own; without it the
    server is started in the current environment."""
    env: Variables = {}
    """Variables of the server besides those that are set already."""
    ready: UrlPath | None = None
    """A path that must answer, with any status below 500, before it is measured."""
    declared: Declared | None = None
    """How many requests at once it promises, where the command does not tell."""
    at_least: PositiveInt | None = None
    """How many of those offered at once must always be in the app together."""
    python: PythonRelease | None = None
    """The Python that it must run on."""
    keep_mounts: tuple[Sentence, ...] = ()
    """Folders, files and volumes that a container may write to, though they are not the
    check's own: they are mounted as they are, and what is written to them stays."""


class Deployments(Record, frozen=True, kw_only=True):
    """The file ``concurrency.toml``, or the table in ``pyproject.toml``."""

    deployment: Annotated[tuple[Deployment, ...], msgspec.Meta(min_length=1)]


class Configured(NamedTuple):
    """Deployments that were read."""

    path: Path | None
    """The file that they stand in; none when one was described by options."""
    folder: Path
    """The folder to start them in, which their paths are relative to."""
    deployments: tuple[Deployment, ...]

    def about(self, deployment: Deployment, words: str) -> str:
        """The same words behind the file and the deployment that they are about."""
        if self.path is None:
            return words
        return f"{self.path}: deployment {deployment.name}: {words}"

    def fault(self, deployment: Deployment, key: str, problem: str) -> UsageError:
        """An error that names file, deployment and key; or the option."""
        key = key if self.path else OPTIONS.get(key, key)
        return UsageError(self.about(deployment, f"{key}: {problem}"))

    def line(self, deployment: Deployment, key: str) -> int:
        """Where a key of a deployment stands, counted from one; else zero."""
        if self.path is None:
            return 0
        number = self.deployments.index(deployment)
        return _line(read_text(self.path), number, key)


def load(path: Path) -> Configured:
    """Read a file of deployments. Raises ``UsageError`` naming file, key, remedy."""
    path = path / DEFAULT if path.is_dir() else path
    try:
        read = toml.convert(_table(path), Deployments)
    except toml.Misfit as misfit:
        raise UsageError(f"{path}: {misfit}") from None
    configured = Configured(path, path.parent, read.deployment)
    _check_names(configured)
    for deployment in read.deployment:
        _check(configured, deployment)
    return configured


def described(folder: Path, given: Mapping[str, Any]) -> Configured:
    """The one deployment that options describe, by the keys of the file.

    Raises ``UsageError`` naming option and remedy.
    """
    try:
        read = toml.convert({"deployment": [{"name": UNNAMED, **given}]}, Deployments)
    except toml.Misfit as misfit:
        key = OPTIONS.get(misfit.key, misfit.key)
        raise UsageError(f"{key}: {misfit.problem}") from None
    configured = Configured(None, folder, read.deployment)
    _check(configured, read.deployment[0])
    return configured


def _table(path: Path) -> Any:
    """The part of a TOML file that is ours. Raises ``UsageError``."""
    remedy = "write one with a [[deployment]] in it, or name another with --config"
    tables = toml.parse(path, remedy)
    if path.name != PYPROJECT:
        return tables
    tool = tables.get("tool")
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is None:
        raise UsageError(
            f"{path}: has no table [tool.{TABLE}]; add [[tool.{TABLE}.deployment]], or "
            f"name a file with --config"
        )
    return table


def _check_names(configured: Configured) -> None:
    names = [each.name for each in configured.deployments]
    for each in configured.deployments:
        if names.count(each.name) > 1:
            raise configured.fault(
                each,
                "name",
                f"{names.count(each.name)} deployments have this name; give each one "
                "of its own",
            )


def _check(configured: Configured, each: Deployment) -> None:
    sources = [
        key for key in ("command", "procfile", "dockerfile") if getattr(each, key)
    ]
    if len(sources) != 1:
        given = f"{' and '.join(sources)} are given" if sources else "is missing"
        raise configured.fault(
            each,
            "command",
            f"{given}; write exactly one of command, procfile, dockerfile",
        )
    if sources == ["command"] and not _has_port(each.command or "", each.env):
        file = "" if configured.path else f"in a {DEFAULT} "
        raise configured.fault(
            each,
            "command",
            "has no {port}, so it cannot be told where to listen; write {port} where "
            f"the port stands (as in --bind {{host}}:{{port}}), or {file}hand it on in "
            'a variable that the server reads: env = { PORT = "{port}" }',
        )
    at_least, declared = each.at_least, each.declared
    if at_least and isinstance(declared, int) and at_least > declared:
        raise configured.fault(
            each,
            "at-least",
            f"{at_least} is more than declared = {declared}; lower it or raise that",
        )
    if each.requirements is not None:
        _check_file(configured, each, "requirements", each.requirements)


def _has_port(command: str, env: Mapping[str, str]) -> bool:
    return any("{port}" in text for text in (command, *env.values()))


def _check_file(configured: Configured, each: Deployment, key: str, name: str) -> None:
    path = configured.folder / name
    if not os.path.isfile(path):  # unlike the method of Path: false for any odd name
        raise configured.fault(
            each,
            key,
            f"there is no file {path.resolve()}; correct the path",
        )


# ------------------------------------------------------------------- where it stands


def _line(text: str, number: int, key: str) -> int:
    """The line of a key in the deployment at a position; else where that begins."""
    start = 1
    for line, inside, words in _lines(text):
        if inside == number and words.startswith("[["):
            start = line
        elif inside == number and re.match(rf'"?{re.escape(key)}"?\s*=', words):
            return line
    return start


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Each line: its number, the position of the deployment it is in, its text."""
    inside = -1
    for line, words in enumerate(text.splitlines(), start=1):
        inside += bool(
            re.match(r"\s*\[\[\s*(tool\.flask-concurrency\.)?deployment", words)
        )
        yield line, inside, words.strip()
