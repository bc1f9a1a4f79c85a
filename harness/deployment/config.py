"""Deployments as users describe them, in a file or by options.

What is wrong there is refused with file, deployment, key and remedy, all of it at once.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
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

COMMANDS = ("command", "procfile", "dockerfile")
"""Keys that say where the command comes from; each deployment has one of them."""

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

    @property
    def source_key(self) -> str:
        """The key that the command comes from."""
        return next((key for key in COMMANDS if getattr(self, key)), "command")


class Deployments(Record, frozen=True, kw_only=True):
    """The file ``concurrency.toml``, or the table in ``pyproject.toml``."""

    deployment: Annotated[tuple[Deployment, ...], msgspec.Meta(min_length=1)]


class DeploymentFault(Exception):
    """A key of a deployment that cannot be used: what is wrong, and a remedy."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


class Configured(NamedTuple):
    """The deployments of one file, or the one that options describe."""

    path: Path | None
    """The file that they stand in; none when one was described by options."""
    folder: Path
    """The folder to start them in, which their paths are relative to."""
    deployments: tuple[Deployment, ...]

    def line(self, deployment: Deployment, key: str) -> int:
        """The line of a key of a deployment, counted from one; else zero."""
        if self.path is None:
            return 0
        number = self.deployments.index(deployment)
        return _line(read_text(self.path), number, key)


def read_named(key: str, path: Path) -> str:
    """The text of a file that a key names. Raises ``DeploymentFault``."""
    try:
        return read_text(path)
    except UsageError as problem:
        raise DeploymentFault(key, str(problem)) from None


@contextlib.contextmanager
def located(configured: Configured, deployment: Deployment) -> Iterator[None]:
    """Turn a ``DeploymentFault`` into a ``UsageError`` with file and deployment."""
    try:
        yield
    except DeploymentFault as fault:
        raise UsageError(_words(configured.path, deployment.name, fault)) from None


def _words(path: Path | None, name: str, fault: DeploymentFault) -> str:
    """A fault of a key of a deployment in a file; or of an option."""
    if path is None:
        return f"{OPTIONS.get(fault.key, fault.key)}: {fault.problem}"
    return f"{path}: deployment {name}: {fault}"


def load(path: Path) -> Configured:
    """Read a file of deployments. Raises ``UsageError`` naming file, key, remedy."""
    path = path / DEFAULT if path.is_dir() else path
    tables = _tables(path)
    deployments: list[Deployment] = []
    problems: list[str] = []
    for number, table in enumerate(tables, start=1):
        deployment, faults = _read(table)
        if deployment is not None:
            deployments.append(deployment)
            faults += _faults(deployment, path.parent, in_file=True)
        name = table.get("name", number) if isinstance(table, dict) else number
        problems += [_words(path, str(name), fault) for fault in faults]
    problems += [
        _words(path, each.name, fault) for each, fault in _name_faults(deployments)
    ]
    if problems:
        raise UsageError(*problems)
    return Configured(path, path.parent, tuple(deployments))


def described(folder: Path, given: Mapping[str, Any]) -> Configured:
    """The one deployment that options describe, by the keys of the file.

    Raises ``UsageError`` naming option and remedy.
    """
    deployment, faults = _read({"name": UNNAMED, **given})
    if deployment is not None:
        faults += _faults(deployment, folder, in_file=False)
    if faults or deployment is None:
        raise UsageError(*(_words(None, UNNAMED, fault) for fault in faults))
    return Configured(None, folder, (deployment,))


def _tables(path: Path) -> list[Any]:
    """The tables of the deployments in a file. Raises ``UsageError``."""
    content = _table(path)
    try:
        toml.convert(content, Deployments)
    except toml.Misfit as misfit:
        if not misfit.table:
            raise UsageError(f"{path}: {misfit}") from None
    return list(content["deployment"])


def _read(table: Any) -> tuple[Deployment | None, list[DeploymentFault]]:
    """A deployment, or all that keeps its table from being one."""
    rest = table
    faults: list[DeploymentFault] = []
    while True:
        try:
            deployment = toml.convert(rest, Deployment)
            return (None if faults else deployment), faults
        except toml.Misfit as misfit:
            if misfit.key in [fault.key for fault in faults]:
                return None, faults  # it was left out below
            faults.append(DeploymentFault(misfit.key or "deployment", misfit.problem))
            if not isinstance(rest, dict) or misfit.key not in rest:
                return None, faults
            rest = {key: rest[key] for key in rest if key != misfit.key}


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


# --------------------------------------------------------------------------- checking


def _faults(
    deployment: Deployment, folder: Path, *, in_file: bool
) -> Iterator[DeploymentFault]:
    """Everything that is wrong with a deployment of which each key is right."""
    yield from _command_faults(deployment, in_file=in_file)
    yield from _promise_faults(deployment)
    yield from _file_faults(deployment, folder)


def _name_faults(
    deployments: Sequence[Deployment],
) -> Iterator[tuple[Deployment, DeploymentFault]]:
    names = [each.name for each in deployments]
    for each in {each.name: each for each in deployments}.values():
        if (count := names.count(each.name)) > 1:
            problem = f"{count} deployments have this name; give each one of its own"
            yield each, DeploymentFault("name", problem)


def _command_faults(each: Deployment, *, in_file: bool) -> Iterator[DeploymentFault]:
    sources = [key for key in COMMANDS if getattr(each, key)]
    if len(sources) != 1:
        given = f"{' and '.join(sources)} are given" if sources else "is missing"
        problem = f"{given}; write exactly one of {', '.join(COMMANDS)}"
        yield DeploymentFault("command", problem)
    elif each.command and "{port}" not in " ".join((each.command, *each.env.values())):
        file = "" if in_file else f"in a {DEFAULT} "
        yield DeploymentFault(
            "command",
            "has no {port}, so it cannot be told where to listen; write {port} where "
            f"the port stands (as in --bind {{host}}:{{port}}), or {file}hand it on in "
            'a variable that the server reads: env = { PORT = "{port}" }',
        )


def _promise_faults(each: Deployment) -> Iterator[DeploymentFault]:
    at_least, declared = each.at_least, each.declared
    if at_least and isinstance(declared, int) and at_least > declared:
        yield DeploymentFault(
            "at-least",
            f"{at_least} is more than declared = {declared}; lower it or raise that",
        )


def _file_faults(each: Deployment, folder: Path) -> Iterator[DeploymentFault]:
    if each.requirements is None:
        return
    path = folder / each.requirements
    if not os.path.isfile(path):  # unlike the method of Path: false for any odd name
        problem = f"there is no file {path.resolve()}; correct the path"
        yield DeploymentFault("requirements", problem)


# ------------------------------------------------------------------------------ lines


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
