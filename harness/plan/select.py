"""Knows which cells of the catalog a selection means, and how names and releases are
looked up there; must not know what a cell takes to install or to run.

Nothing is read or asked here: the catalog and the selection are all there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version

from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Proxy
from harness.records.catalog import Selection
from harness.records.catalog import Series
from harness.records.catalog import Server
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import Cell
from harness.records.versions import is_of
from harness.records.versions import within

FLASK = "Flask"
SERVER_RELEASE = "--server-release"

EXAMPLE = "flask-3.1.3/gunicorn-27.0.1/sync-4/py3.11"

CELL_ID = re.compile(
    r"flask-(?P<flask>[^/*?\[]+)"
    r"/(?P<server>[a-z][a-z0-9-]*?)-(?P<release>[0-9][^/*?\[]*)"
    r"/(?P<configuration>[^/*?\[]+)"
    r"/py(?P<python>[^/*?\[]+)"
)
"""The id of a cell, and not a glob on such ids."""


def chosen_cells(catalog: Catalog, selection: Selection) -> list[Cell]:
    """The selected cells in the catalog's order, then those named outside of it.

    :raises UsageError: when the selection names what is not there, or matches nothing.
    """
    cells = list(_everything(catalog, selection))
    if selection.only:
        return _only(catalog, selection, cells)
    if selection.servers or selection.server_releases:
        return _usual(catalog, selection, cells)
    return (
        cells if selection.everything or selection.flask else _default(catalog, cells)
    )


def _default(catalog: Catalog, cells: list[Cell]) -> list[Cell]:
    globs = catalog.matrix.default
    return [cell for cell in cells if any(fnmatchcase(str(cell), g) for g in globs)]


def _usual(catalog: Catalog, selection: Selection, cells: list[Cell]) -> list[Cell]:
    """The cells of a server under the releases of Flask that are asked for, else under
    those of the default selection. Where releases of the server are asked for, under
    the newest alone: one axis at a time can be read.
    """
    if selection.everything or selection.flask:
        return cells
    if selection.server_releases:
        usual = {str(catalog.matrix.flask[-1])}
    else:
        everything = _everything(catalog, Selection(python=selection.python))
        usual = {cell.flask for cell in _default(catalog, list(everything))}
    return [cell for cell in cells if cell.flask in usual]


def _only(catalog: Catalog, selection: Selection, cells: list[Cell]) -> list[Cell]:
    wanted: dict[Cell, None] = {}
    usual = _usual(catalog, selection, cells) if selection.server_releases else []
    for glob in selection.only:
        matching = _matching(usual, glob) or _matching(cells, glob)
        named = None if matching else _named(catalog, selection, glob)
        if not matching and named is None:
            raise UsageError(_no_match(glob, cells))
        wanted |= dict.fromkeys([named] if named else matching)
    inside = [cell for cell in cells if cell in wanted]
    return list(dict.fromkeys([*inside, *wanted]))


def _matching(cells: list[Cell], glob: str) -> list[Cell]:
    return [cell for cell in cells if fnmatchcase(str(cell), glob)]


def _flask_releases(catalog: Catalog, selection: Selection) -> list[str]:
    """Those asked for, oldest first, else those of the matrix as they are."""
    if not selection.flask:
        return [str(release) for release in catalog.matrix.flask]
    asked = {_version(text, "--flask") for text in selection.flask}
    return sorted(asked, key=Version)


def _servers(catalog: Catalog, selection: Selection) -> list[tuple[Server, str | None]]:
    """Servers in the catalog's order, each with the release asked for, if any."""
    if not selection.servers and not selection.server_releases:
        return [(server, None) for server in catalog.servers]
    releases = _server_releases(catalog, selection)
    asked = [(server, each) for server, found in releases for each in found]
    named = [server for server, _ in releases]
    for text in selection.servers:
        name, _, release = text.partition("==")
        server = find_server(catalog, name)
        wanted = _version(release, f"--server {name}") if "==" in text else None
        if wanted or server not in named:
            asked.append((server, wanted))
    return sorted(asked, key=lambda choice: catalog.servers.index(choice[0]))


def _server_releases(
    catalog: Catalog, selection: Selection
) -> list[tuple[Server, list[str | None]]]:
    """The releases that take the place of a server's own, oldest first."""
    found: dict[str, set[str]] = {}
    for text in selection.server_releases:
        name, releases = split_releases(text)
        server = find_server(catalog, name)
        where = f"{SERVER_RELEASE} {name}"
        asked = {_version(release, where) for release in releases}
        found.setdefault(server.name, set()).update(asked)
    return [
        (find_server(catalog, name), [*sorted(releases, key=Version)])
        for name, releases in found.items()
    ]


def split_releases(text: str) -> tuple[str, list[str]]:
    """The name and the releases of ``NAME==RELEASE,RELEASE``.

    :raises UsageError: when it is not written like that.
    """
    name, _, rest = text.partition("==")
    releases = [release for each in rest.split(",") if (release := each.strip())]
    if not releases:
        raise UsageError(
            f"{SERVER_RELEASE} {text!r}: no release. Write it like "
            "gunicorn==23.0.0,27.0.1."
        )
    return name.strip(), releases


def _everything(catalog: Catalog, selection: Selection) -> Iterator[Cell]:
    """Every cell of the servers and the Flask releases that are meant, once."""
    python = _version(selection.python, "Python")
    servers = _servers(catalog, selection)
    cells = (
        cell
        for flask in _flask_releases(catalog, selection)
        for server, asked in servers
        for cell in _cells(catalog, server, asked, flask, python)
    )
    yield from dict.fromkeys(cells)


def _cells(
    catalog: Catalog, server: Server, asked: str | None, flask: str, python: str
) -> Iterator[Cell]:
    """Release by release, so that the cells of one environment stay together."""
    pairs = [
        (release, configuration)
        for configuration in server.configuration
        for release in (
            [asked]
            if asked
            else usual_releases(catalog, server, configuration, flask, python)
        )
    ]
    for version in dict.fromkeys(release for release, _ in pairs):
        for release, configuration in pairs:
            if release == version:
                yield Cell(
                    flask=flask,
                    server=server.name,
                    server_version=version,
                    configuration=configuration.id,
                    python=python,
                )


def usual_releases(
    catalog: Catalog,
    server: Server,
    configuration: Configuration,
    flask: str,
    python: str,
) -> list[str]:
    """The releases of the server to measure a configuration with by default."""
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
        f"{python}. Add a line, or run with another Python."
    )


def _named(catalog: Catalog, selection: Selection, text: str) -> Cell | None:
    """The cell that a whole id names, also where the matrix lacks its releases.

    ``None`` when it is no id, or when what else is selected leaves no room for it.

    :raises UsageError: when it names what the catalog does not have.
    """
    match = CELL_ID.fullmatch(text)
    if match is None:
        return None
    server = find_server(catalog, match["server"])
    find_configuration(server, match["configuration"])
    cell = Cell(
        flask=_version(match["flask"], text),
        server=server.name,
        server_version=_version(match["release"], text),
        configuration=match["configuration"],
        python=_version(match["python"], text),
    )
    servers = _servers(catalog, selection)
    room = (server, None) in servers or (server, cell.server_version) in servers
    if selection.flask and cell.flask not in _flask_releases(catalog, selection):
        room = False
    return cell if room else None


def _no_match(glob: str, cells: list[Cell]) -> str:
    near = get_close_matches(glob, [str(cell) for cell in cells], n=3, cutoff=0.5)
    hint = f"Near it: {', '.join(near)}." if near else "--all --list shows every id."
    return (
        f"--only {glob!r} matches no cell. Ids look like {EXAMPLE}. {hint} "
        "A Flask release that the matrix lacks is added with --flask."
    )


def _version(text: str, where: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        more = f" Several go with {SERVER_RELEASE}." if "," in text else ""
        if where.startswith(("--flask", SERVER_RELEASE)):
            more += f" A folder is written ./{text}."
        raise UsageError(
            f"{where}: {text!r} is not a version. Write it like 3.1 or 3.1.3.{more}"
        ) from None


# -------------------------------------------------------------------- looking up


def find_server(catalog: Catalog, name: str) -> Server:
    """The server of that name.

    :raises UsageError: when there is none; it says which there are.
    """
    for server in catalog.servers:
        if server.name == name:
            return server
    raise UsageError(unknown("server", name, [s.name for s in catalog.servers]))


def find_configuration(server: Server, name: str) -> Configuration:
    """The configuration of that id.

    :raises UsageError: when there is none; it says which there are.
    """
    for configuration in server.configuration:
        if configuration.id == name:
            return configuration
    known = [configuration.id for configuration in server.configuration]
    raise UsageError(unknown(f"configuration of {server.name}", name, known))


def find_proxy(catalog: Catalog, name: str) -> Proxy:
    """The proxy of that name.

    :raises UsageError: when there is none; it says which there are.
    """
    for proxy in catalog.proxies:
        if proxy.name == name:
            return proxy
    raise UsageError(unknown("proxy", name, [p.name for p in catalog.proxies]))


def unknown(what: str, name: str, known: list[str]) -> str:
    """What to say of a name that is none of those that are known."""
    near = get_close_matches(name, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    return f"there is no {what} {name!r}.{guess} There are: {', '.join(known)}."


def find_series(catalog: Catalog, flask: str) -> Series:
    """The first series that a Flask release belongs to.

    :raises UsageError: when there is none.
    """
    for series in catalog.matrix.series:
        if within(flask, series.flask):
            return series
    raise UsageError(f"no series of matrix.toml has Flask {flask}. Add one for it.")


def companions_of(catalog: Catalog, series: Series, python: str) -> list[Requirement]:
    """The pins of a series that hold for a Python."""
    requirements = [c.requirement for c in catalog.constraints[series.constraints]]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or requirement.marker.evaluate({"python_version": python})
    ]


def find_built(selection: Selection, package: str, version: str) -> Built | None:
    """What a version of a package was built from; ``None`` for one of an index."""
    name = canonicalize_name(package)
    for built in selection.built:
        if canonicalize_name(built.package) == name and built.version == version:
            return built
    return None
