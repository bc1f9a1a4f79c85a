"""Chooses the cells that follow a configuration from release to release.

A line is one configuration along the releases of one package: of Flask, or of its
server.
"""

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version

from harness.plan.lookup import find_configuration
from harness.plan.lookup import find_server
from harness.plan.lookup import usual_releases
from harness.plan.select import CELL_ID
from harness.plan.select import split_releases
from harness.plan.suggest import EXAMPLE
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.errors import did_you_mean
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Cell
from harness.records.plan import FLASK
from harness.records.report import release_of
from harness.records.text import MOST_OF_A_VALUE
from harness.records.text import shortened
from harness.records.versions import is_version


class Target(NamedTuple):
    """A configuration to follow, and what stays the same from release to release."""

    server: Server
    configuration: Configuration
    flask: str = ""
    """The Flask release, while the server's are followed; empty for the newest."""
    release: str = ""
    """The server release, while Flask's are followed; empty for the usual one."""
    python: str = ""
    """The Python; empty for the selected one."""


class Package(NamedTuple):
    """Flask, or a server, whose releases are followed."""

    name: str
    """``Flask``, or the name of the server in the catalog."""
    project: str
    """The name on a package index."""
    server: Server | None = None


class Followed(NamedTuple):
    """One line: a cell for each release, oldest first."""

    package: Package
    target: Target
    cells: tuple[Cell, ...]
    beside: str
    """What stays the same, such as ``gunicorn 27.0.1``; empty if nothing does."""

    def release(self, cell: Cell) -> str:
        """The release of the followed package in a cell."""
        return release_of(self.package.name, cell)


def find_targets(catalog: Catalog, text: str) -> list[Target]:
    """The configurations that a glob on ``SERVER/CONFIGURATION``, or a cell id, names.

    Raises ``UsageError`` when there is none, naming similar ones.
    """
    match = CELL_ID.fullmatch(text)
    if match is not None:
        server = find_server(catalog, match["server"])
        configuration = find_configuration(server, match["configuration"])
        each = (match[key] for key in ("flask", "release", "python"))
        return [Target(server, configuration, *each)]
    every = {
        f"{server.name}/{configuration.id}": Target(server, configuration)
        for server in catalog.servers
        for configuration in server.configuration
    }
    targets = [target for name, target in every.items() if fnmatchcase(name, text)]
    if targets:
        return targets
    raise UsageError(
        f"{text!r} is no configuration: write SERVER/CONFIGURATION, such as "
        f"werkzeug/run, or the id of a cell, such as {EXAMPLE}; "
        f"{did_you_mean(text, every)}"
    )


def find_package(catalog: Catalog, text: str) -> Package:
    """Flask, or the server with this name or with this project on the index.

    Raises ``UsageError`` when it is neither.
    """
    if canonicalize_name(text) == canonicalize_name(FLASK):
        return Package(FLASK, FLASK)
    for server in catalog.servers:
        if server.package is None:
            continue  # a part of Python: its releases are on no package index
        if canonicalize_name(text) in (server.name, canonicalize_name(server.package)):
            return Package(server.name, server.package, server)
    names = [FLASK, *(server.name for server in catalog.servers if server.package)]
    raise UsageError(
        f"there is no package to follow {text!r}; {did_you_mean(text, names)}"
    )


def packages_of(
    catalog: Catalog, targets: Sequence[Target], names: Sequence[str]
) -> list[Package]:
    """The packages of these names, whose releases are followed; Flask by default.

    Raises ``UsageError`` when no target runs on one of the servers.
    """
    packages = [find_package(catalog, name) for name in names or (FLASK,)]
    for each in packages:
        if each.server and all(target.server != each.server for target in targets):
            raise UsageError(
                f"{each.name}: no configuration of it is chosen; name one, such as "
                f"{each.name}/{each.server.configuration[0].id}"
            )
    return list({package.name: package for package in packages}.values())


def follow(
    catalog: Catalog,
    targets: Iterable[Target],
    package: Package,
    releases: Iterable[str],
    python: str,
) -> list[Followed]:
    """A line for each target that depends on a package.

    Raises ``UsageError`` when the catalog has no pins for one of the releases, or when
    it is not a version.
    """
    try:
        in_order = sorted(set(releases), key=Version)
    except InvalidVersion as problem:
        raise UsageError(
            f"{package.name}: {shortened(str(problem), MOST_OF_A_VALUE)}; write a "
            "release like 3.1.3"
        ) from None
    return [
        _line(catalog, target, package, in_order, python)
        for target in targets
        if package.server in (None, target.server)
    ]


def _line(
    catalog: Catalog,
    target: Target,
    package: Package,
    releases: Sequence[str],
    python: str,
) -> Followed:
    python = target.python or python
    if package.server is not None:
        flask = target.flask or str(catalog.matrix.flask[-1])
        pairs = [(flask, release) for release in releases]
        beside = f"{FLASK} {flask}"
    else:
        pairs = [(each, _server(catalog, target, each, python)) for each in releases]
        own = {release for _, release in pairs}
        beside = f"{target.server.name} {own.pop()}" if len(own) == 1 else ""
    cells = tuple(
        Cell(
            flask=flask,
            server=target.server.name,
            server_version=release,
            configuration=target.configuration.id,
            python=python,
        )
        for flask, release in pairs
    )
    return Followed(package, target, cells, beside)


def _server(catalog: Catalog, target: Target, flask: str, python: str) -> str:
    """The release of the server that goes with a release of Flask."""
    if target.release and not target.server.pinned_by_flask:
        return target.release
    server, configuration = target.server, target.configuration
    return usual_releases(catalog, server, configuration, flask, python)[-1]


def named_releases(package: Package, selection: Selection) -> list[str]:
    """The releases of a package, and builds of its sources, that are selected."""
    if package.server is None:
        return list(selection.flask)
    pairs = map(split_releases, selection.server_releases)
    return [r for name, releases in pairs if name == package.name for r in releases]


def measured_releases(package: Package, measurements: Iterable[Evidence]) -> list[str]:
    """The measured releases of a package whose names are versions."""
    releases = {
        release_of(package.name, each.environment)
        for each in measurements
        if package.server is None or each.environment.server == package.name
    }
    return sorted(filter(is_version, releases), key=Version)


def within_limits(
    package: Package,
    releases: Iterable[str],
    since: Mapping[str, Version],
    until: Mapping[str, Version],
) -> list[str]:
    """The releases within the limits of their package.

    ``since`` and ``until`` are by package; without a lower limit, the releases are from
    the catalog's first on.

    Raises ``UsageError`` when that leaves none.
    """
    names = {canonicalize_name(package.name), canonicalize_name(package.project)}
    usual = package.server.since if package.server else None
    first = next((since[name] for name in names & since.keys()), usual)
    last = next((until[name] for name in names & until.keys()), None)
    left = [
        release
        for release in releases
        if (first is None or Version(release) >= first)
        and (last is None or Version(release) <= last)
    ]
    if not left:
        raise UsageError(
            f"there is no release of {package.name} since {first or 'the first'} and "
            f"until {last or 'the last'}; choose other limits"
        )
    return left
