"""Loads the catalog: the files that say what can be measured.

Every fault is a ``UsageError`` that names the file, the key and the remedy.
"""

import functools
from pathlib import Path

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement

from harness.plan.faults import pin_faults
from harness.plan.faults import proxy_faults
from harness.plan.faults import server_faults
from harness.plan.folder import FOLDER
from harness.records import toml
from harness.records.catalog import Catalog
from harness.records.catalog import Constraint
from harness.records.catalog import Matrix
from harness.records.catalog import Proxy
from harness.records.catalog import Server
from harness.records.errors import UsageError
from harness.records.files import read_text
from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened

RESTORE = "the catalog is incomplete: restore it"


def load(folder: Path = FOLDER) -> Catalog:
    """Load the catalog from a folder, by default the one in this package.

    The package's catalog is read only once. Raises ``UsageError`` naming the file, the
    key and the remedy of the first fault.
    """
    return _shipped() if folder == FOLDER else _read(folder)


@functools.cache
def _shipped() -> Catalog:
    return _read(FOLDER)


def _read(folder: Path) -> Catalog:
    matrix = toml.read(folder / "matrix.toml", Matrix, RESTORE)
    proxies = [_read_proxy(path) for path in sorted(folder.glob("proxies/*.toml"))]
    paths = sorted(folder.glob("servers/*.toml"))
    servers = [_read_server(path, proxies) for path in paths]
    names = dict.fromkeys(series.constraints for series in matrix.series)
    constraints = {name: _read_constraints(folder, name) for name in names}
    for server in servers:
        for name, fault, remedy in pin_faults(server, constraints):
            raise UsageError(f"{folder / 'constraints' / name}: {fault}; {remedy}")
    return Catalog(
        servers=tuple(sorted(servers, key=lambda s: (s.position, s.name))),
        proxies=tuple(proxies),
        matrix=matrix,
        constraints=constraints,
    )


def titles(folder: Path = FOLDER) -> dict[str, str]:
    """The title of each server in a catalog, by its name. Raises ``UsageError``."""
    return {server.name: server.title for server in load(folder).servers}


def _read_server(path: Path, proxies: list[Proxy]) -> Server:
    server = toml.read(path, Server, RESTORE)
    for key, fault, remedy in server_faults(server, path.stem, proxies):
        raise UsageError(f"{path}: {key}: {fault}; {remedy}")
    return server


def _read_proxy(path: Path) -> Proxy:
    proxy = toml.read(path, Proxy, RESTORE)
    for key, fault, remedy in proxy_faults(proxy, path.stem):
        raise UsageError(f"{path}: {key}: {fault}; {remedy}")
    return proxy


def _read_constraints(folder: Path, name: str) -> tuple[Constraint, ...]:
    path = folder / "constraints" / name
    remedy = f"add the file, or name another in {folder / 'matrix.toml'}: series"
    lines = read_text(path, remedy).splitlines()
    return tuple(
        _constraint(line, f"{path}: line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    )


def _constraint(line: str, where: str) -> Constraint:
    text, _, because = (part.strip() for part in line.partition("#"))
    if not because:
        quoted = shortened(text, MOST_OF_A_VALUE)
        raise UsageError(f"{where}: no reason; append one: {quoted}  # because ...")
    try:
        return Constraint(requirement=Requirement(text), because=because)
    except InvalidRequirement as error:
        quoted = shortened(text, MOST_OF_A_VALUE)
        message = f"{where}: {quoted!r} is not a requirement; write it as NAME==RELEASE"
        raise UsageError(message) from error
