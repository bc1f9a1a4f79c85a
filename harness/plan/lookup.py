"""Looks up servers, configurations, proxies, series and pins in a catalog."""

from collections.abc import Mapping
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Proxy
from harness.records.catalog import Selection
from harness.records.catalog import Series
from harness.records.catalog import Server
from harness.records.errors import did_you_mean
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.versions import is_of
from harness.records.versions import within

Named = TypeVar("Named")

SERVER_RELEASE = "--server-release"


def find_server(catalog: Catalog, name: str) -> Server:
    """Find a server by its name. Raises ``UsageError`` naming those that exist."""
    known = {each.name: each for each in catalog.servers}
    server, slash, configuration = name.partition("/")
    if slash and server in known:
        raise UsageError(
            f"{name} is a configuration, not a server; choose it with "
            f"--only '*/{server}-*/{configuration}/*'"
        )
    return _find("server", name, known)


def find_configuration(server: Server, name: str) -> Configuration:
    """Find a configuration by its id. Raises ``UsageError`` naming those that exist."""
    known = {each.id: each for each in server.configuration}
    return _find(f"configuration of {server.name}", name, known)


def find_proxy(catalog: Catalog, name: str) -> Proxy:
    """Find a proxy by its name. Raises ``UsageError`` naming those that exist."""
    return _find("proxy", name, {proxy.name: proxy for proxy in catalog.proxies})


def _find(what: str, name: str, known: Mapping[str, Named]) -> Named:
    if name in known:
        return known[name]
    raise UsageError(f"there is no {what} {name!r}; {did_you_mean(name, known)}")


def find_series(catalog: Catalog, flask: str) -> Series:
    """Find the first series that a Flask release belongs to. Raises ``UsageError``."""
    for series in catalog.matrix.series:
        if within(flask, series.flask):
            return series
    raise UsageError(f"no series of matrix.toml has Flask {flask}; add one")


def by_chance(server: Server, release: str, configuration: str = "") -> str:
    """Why chance decides how many threads a release starts; empty if it does not."""
    for each in server.by_chance:
        if within(release, each.release) and configuration not in each.besides:
            return each.because
    return ""


def companions_of(catalog: Catalog, series: Series, python: str) -> list[Requirement]:
    """Requirements of a series that apply to a Python."""
    requirements = [c.requirement for c in catalog.constraints[series.constraints]]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or requirement.marker.evaluate({"python_version": python})
    ]


def find_built(selection: Selection, package: str, version: str) -> Built | None:
    """Find the source that a version was built from; ``None`` for one from an index."""
    name = canonicalize_name(package)
    for built in selection.built:
        if canonicalize_name(built.package) == name and built.version == version:
            return built
    return None


def usual_releases(
    catalog: Catalog,
    server: Server,
    configuration: Configuration,
    flask: str,
    python: str,
) -> list[str]:
    """Releases of a server to measure a configuration with by default.

    Raises ``UsageError`` if the constraints pin none.
    """
    if server.part_of_python:
        return [python]
    if configuration.releases or not server.pinned_by_flask:
        return [str(v) for v in configuration.releases or server.releases]
    series = find_series(catalog, flask)
    for requirement in companions_of(catalog, series, python):
        if server.package and is_of(requirement, server.package):
            return [next(iter(requirement.specifier)).version]
    raise UsageError(
        f"constraints/{series.constraints} pins no {server.package} for Python "
        f"{python}; add a line, or choose another Python"
    )
