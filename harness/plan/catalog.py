"""Knows how the catalog's files are laid out and what makes one of them wrong; must
not know what is selected from them, nor how anything is installed, started or measured.

Every fault is a ``UsageError`` that names the file, the key and the remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Any
from typing import TypeVar

import msgspec
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.plan import formulas as formula
from harness.plan.faults import link_faults
from harness.plan.faults import proxy_faults
from harness.records.catalog import Addition
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Constraint
from harness.records.catalog import DeclaredFor
from harness.records.catalog import Exclusion
from harness.records.catalog import Matrix
from harness.records.catalog import Need
from harness.records.catalog import Proxy
from harness.records.catalog import Series
from harness.records.catalog import Server
from harness.records.errors import UsageError
from harness.records.words import Record

FOLDER = Path(__file__).parents[1] / "catalog"

PLACEHOLDERS = ("python", "scripts", "target", "folder", "host", "port", "app")
"""What an argument or a variable may name in braces; nothing else is in braces."""

TABLES: dict[str, type[Record]] = {
    "needs": Need,
    "addition": Addition,
    "configuration": Configuration,
    "series": Series,
    "exclusion": Exclusion,
}
"""Tables that a file may repeat, so that a fault can say in which one it is."""

RecordType = TypeVar("RecordType", bound=Record)


def load(folder: Path = FOLDER) -> Catalog:
    """Everything that could be measured, as the files of a folder say.

    :raises UsageError: naming the file, the key and the remedy of the first fault.
    """
    matrix = _read(folder / "matrix.toml", Matrix)
    paths = sorted((folder / "servers").glob("*.toml"))
    proxies = [_read_proxy(path) for path in sorted(folder.glob("proxies/*.toml"))]
    servers = [_read_server(path, proxies) for path in paths]
    names = dict.fromkeys(series.constraints for series in matrix.series)
    constraints = {name: _read_constraints(folder, name) for name in names}
    for server in servers:
        if server.pinned_by_flask:
            _check_pins(folder, server, constraints)
    return Catalog(
        servers=tuple(sorted(servers, key=lambda s: (s.position, s.name))),
        proxies=tuple(proxies),
        matrix=matrix,
        constraints=constraints,
    )


def titles(folder: Path = FOLDER) -> dict[str, str]:
    """What people call each server of a catalog, by its name.

    :raises UsageError: like ``load``.
    """
    return {server.name: server.title for server in load(folder).servers}


def _read(path: Path, record: type[RecordType]) -> RecordType:
    raw = _toml(path)
    for key, table in TABLES.items():
        entries = raw.get(key)
        for number, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("id", number + 1) if isinstance(entry, dict) else number
            _convert(entry, table, f"{path}: {key} {name}")
    return _convert(raw, record, str(path))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path}: {error.strerror}. The catalog is incomplete: restore it."
        raise UsageError(message) from error
    except ValueError as error:
        raise UsageError(f"{path}: not TOML: {error}. Correct that line.") from error


def _convert(raw: Any, record: type[RecordType], where: str) -> RecordType:
    try:
        return msgspec.convert(raw, record, dec_hook=_parse)
    except msgspec.ValidationError as error:
        text = str(error).replace("at `$.", "at `")
        raise UsageError(f"{where}: {text}. {_remedy(text)}") from error


def _parse(kind: type, value: object) -> object:
    """A version, a specifier or a requirement."""
    if not isinstance(value, str):
        raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
    try:
        return kind(value)
    except ValueError as error:
        raise ValueError(f"Expected `{kind.__name__}`, got {value!r}") from error


def _remedy(text: str) -> str:
    if "missing required field" in text:
        return "Add that key."
    unknown = re.search("unknown field `(.*?)`", text)
    if unknown is None:
        return "Correct that key."
    near = get_close_matches(unknown[1], _known_keys(), n=1)
    return f"Did you mean `{near[0]}`?" if near else "Remove that key."


def _known_keys() -> set[str]:
    files: tuple[type[Record], ...] = (Matrix, Server, Proxy, DeclaredFor)
    records = (*files, *TABLES.values())
    return {key for record in records for key in record.__struct_encode_fields__}


# -------------------------------------------------------------------- servers


def _read_server(path: Path, proxies: list[Proxy]) -> Server:
    server = _read(path, Server)
    faults = chain(_faults(server, path.stem), link_faults(server, proxies))
    for key, fault, remedy in faults:
        raise UsageError(f"{path}: {key}: {fault}. {remedy}")
    return server


def _read_proxy(path: Path) -> Proxy:
    proxy = _read(path, Proxy)
    for key, fault, remedy in proxy_faults(proxy, path.stem):
        raise UsageError(f"{path}: {key}: {fault}. {remedy}")
    return proxy


def _faults(server: Server, stem: str) -> Iterator[tuple[str, str, str]]:
    """Key, fault and remedy of what a single key cannot tell."""
    if server.name != stem:
        yield "name", f"{server.name!r} is not the file's name", f"Write {stem!r}."
    kinds = (bool(server.releases), server.pinned_by_flask, server.part_of_python)
    if sum(kinds) != 1:
        remedy = (
            "Give one of these: releases, pinned-by-flask = true or "
            "part-of-python = true."
        )
        yield "releases", "it is not clear which releases are meant", remedy
    if (server.package is None) != server.part_of_python:
        remedy = "Give package, or part-of-python = true, and not both."
        yield "package", "it is not clear where the server comes from", remedy
    ids = Counter(configuration.id for configuration in server.configuration)
    for name, times in ids.items():
        if times > 1:
            yield f"configuration {name}", f"this id is given {times} times", "Rename."
    for configuration in server.configuration:
        if not server.argv + configuration.argv:
            remedy = "Give argv here or for the whole server."
            yield f"configuration {configuration.id}", "no command line", remedy
    yield from _declared_faults(server)
    for key, text in _templates(server):
        if fault := _placeholder_fault(text):
            known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            yield key, fault, f"There are: {known}."


def _declared_faults(server: Server) -> Iterator[tuple[str, str, str]]:
    for configuration in server.configuration:
        spelled = (each.declared for each in configuration.declaration)
        for declared in (configuration.declared, *spelled):
            where = f"configuration {configuration.id}: `declared`"
            try:
                formula.parse(declared)
            except ValueError as error:
                known = ", ".join((formula.UNBOUNDED, *formula.FORMULAS))
                yield where, str(error), f"There are: {known}; or write a number."


def _templates(server: Server) -> Iterator[tuple[str, str]]:
    """Every text in which placeholders are filled in, with its key."""
    owners: Iterable[tuple[str, Server | Addition | Configuration]] = (
        ("", server),
        *((f"addition {entry.release}: ", entry) for entry in server.addition),
        *((f"configuration {entry.id}: ", entry) for entry in server.configuration),
    )
    for where, owner in owners:
        for text in owner.argv:
            yield f"{where}argv", text
        for text in () if isinstance(owner, Addition) else owner.listen:
            yield f"{where}listen", text
        for name, text in owner.env.items():
            yield f"{where}env.{name}", text


def _placeholder_fault(text: str) -> str:
    for name in re.findall(r"\{([^{}]*)\}", text):
        if name not in PLACEHOLDERS:
            return f"{{{name}}} in {text!r} is not a placeholder"
    lone = re.search("[{}]", re.sub(r"\{[^{}]*\}", "", text))
    return f"a lone {lone[0]} in {text!r}" if lone else ""


# ---------------------------------------------------------------- constraints


def _read_constraints(folder: Path, name: str) -> tuple[Constraint, ...]:
    path = folder / "constraints" / name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        where = f"{folder / 'matrix.toml'}: series: constraints"
        message = f"{where}: {path}: {error.strerror}. Add the file or name another."
        raise UsageError(message) from error
    return tuple(
        _constraint(line, f"{path}: line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    )


def _constraint(line: str, where: str) -> Constraint:
    text, _, because = (part.strip() for part in line.partition("#"))
    if not because:
        raise UsageError(f"{where}: no reason. Append one: {text}  # because ...")
    try:
        return Constraint(requirement=Requirement(text), because=because)
    except InvalidRequirement as error:
        message = f"{where}: {text!r} is no requirement. Write it as NAME==RELEASE."
        raise UsageError(message) from error


def _check_pins(
    folder: Path, server: Server, constraints: dict[str, tuple[Constraint, ...]]
) -> None:
    """A server whose release is that of the Flask series needs one in each file."""
    package = server.package or server.name
    for name, lines in constraints.items():
        if not any(_pins(line.requirement, package) for line in lines):
            path = folder / "constraints" / name
            remedy = f"Add a line {package}==RELEASE  # because ..."
            raise UsageError(f"{path}: {package} is not pinned. {remedy}")


def _pins(requirement: Requirement, package: str) -> bool:
    same = canonicalize_name(requirement.name) == canonicalize_name(package)
    operators = [specifier.operator for specifier in requirement.specifier]
    return same and operators == ["=="]
