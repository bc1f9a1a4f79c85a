"""Selects cells of the catalog."""

import re
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from fnmatch import fnmatchcase
from fnmatch import translate

from packaging.version import InvalidVersion
from packaging.version import Version

from harness.plan.lookup import find_configuration
from harness.plan.lookup import find_server
from harness.plan.lookup import SERVER_RELEASE
from harness.plan.lookup import usual_releases
from harness.plan.suggest import near
from harness.plan.suggest import NoSuchCell
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.errors import UsageError
from harness.records.plan import Cell

CELL_ID = re.compile(
    r"flask-(?P<flask>[^/*?\[]+)"
    r"/(?P<server>[a-z][a-z0-9-]*?)-(?P<release>[0-9][^/*?\[]*)"
    r"/(?P<configuration>[^/*?\[]+)"
    r"/py(?P<python>[^/*?\[]+)"
)
"""Matches the id of a cell, and no glob on ids."""


def chosen_cells(catalog: Catalog, selection: Selection) -> list[Cell]:
    """The selected cells in the catalog's order, then cells outside it that ids name.

    Raises ``UsageError`` if the selection names something that does not exist, or its
    subclass ``NoSuchCell`` if a glob matches nothing.
    """
    axes = selection.flask or selection.servers or selection.server_releases
    if not (axes or selection.only or selection.everything):
        return _default(catalog, selection.python)
    cells = list(_everything(catalog, selection))
    if selection.only:
        return _only(catalog, selection, cells)
    if selection.servers or selection.server_releases:
        return _usual(catalog, selection, cells)
    if selection.everything:
        return cells
    default = _default(catalog, selection.python)
    usual = {(each.server, each.configuration) for each in default}
    return [cell for cell in cells if (cell.server, cell.configuration) in usual]


def _default(catalog: Catalog, python: str) -> list[Cell]:
    """The cells of the default selection."""
    globs = "|".join(map(translate, catalog.matrix.default))
    matches = re.compile(globs).match  # one pattern for all globs
    every = _everything(catalog, Selection(python=python))
    return [cell for cell in every if matches(str(cell))]


def _usual(catalog: Catalog, selection: Selection, cells: list[Cell]) -> list[Cell]:
    """Cells of servers with the usual releases of Flask.

    These are the selected releases, or else those of the default selection. If releases
    of a server are selected, only the newest Flask is used, so that one axis varies at
    a time.
    """
    if selection.everything or selection.flask:
        return cells
    if selection.server_releases:
        usual = {str(catalog.matrix.flask[-1])}
    else:
        usual = {cell.flask for cell in _default(catalog, selection.python)}
    return [cell for cell in cells if cell.flask in usual]


def _only(catalog: Catalog, selection: Selection, cells: list[Cell]) -> list[Cell]:
    wanted: list[Cell] = []
    usual = _usual(catalog, selection, cells) if selection.server_releases else []
    for glob in selection.only:
        matching = _matching(usual, glob) or _matching(cells, glob)
        matching = matching or _named(catalog, selection, glob)
        if not matching:
            raise NoSuchCell(glob, near(cells, glob))
        wanted += matching
    inside = [cell for cell in cells if cell in set(wanted)]
    return list(dict.fromkeys([*inside, *wanted]))


def _matching(cells: list[Cell], glob: str) -> list[Cell]:
    return [cell for cell in cells if fnmatchcase(str(cell), glob)]


def _flask_releases(catalog: Catalog, selection: Selection) -> list[str]:
    """The selected releases of Flask, or those of the matrix, oldest first."""
    if not selection.flask:
        return [str(release) for release in catalog.matrix.flask]
    known = [str(release) for release in catalog.matrix.flask]
    given = {_newest_of(_version(text, "--flask"), known) for text in selection.flask}
    return sorted(given, key=Version)


def _newest_of(release: str, known: Sequence[str]) -> str:
    """The newest known release of a series such as ``3.1``; others stay as they are."""
    if release.count(".") != 1:
        return release
    series = [each for each in known if each.startswith(f"{release}.")]
    return max(series, key=Version, default=release)


def _servers(catalog: Catalog, selection: Selection) -> list[tuple[Server, str | None]]:
    """Selected servers in the catalog's order, each with its selected release."""
    if not selection.servers and not selection.server_releases:
        return [(server, None) for server in catalog.servers]
    releases = _server_releases(catalog, selection)
    given: list[tuple[str, str | None]] = []
    for name, several in releases.items():
        given += [(name, each) for each in sorted(several, key=Version)]
    for text in selection.servers:
        name, equals, release = text.partition("==")
        name = find_server(catalog, name).name
        if equals:
            given.append((name, _version(release, f"--server {name}")))
        elif name not in releases:
            given.append((name, None))
    return [
        (s, each) for s in catalog.servers for name, each in given if name == s.name
    ]


def _server_releases(catalog: Catalog, selection: Selection) -> dict[str, set[str]]:
    """Selected releases that replace a server's own, by its name."""
    releases: dict[str, set[str]] = defaultdict(set)
    for text in selection.server_releases:
        name, several = split_releases(text)
        where = f"{SERVER_RELEASE} {find_server(catalog, name).name}"
        releases[name] |= {_version(each, where) for each in several}
    return releases


def split_releases(text: str) -> tuple[str, list[str]]:
    """Split ``NAME==RELEASE,RELEASE`` into name and releases. Raises ``UsageError``."""
    name, _, rest = text.partition("==")
    releases = [release for each in rest.split(",") if (release := each.strip())]
    if not releases:
        raise UsageError(
            f"{SERVER_RELEASE} {text!r}: has no release; write it like "
            "gunicorn==23.0.0,27.0.1"
        )
    return name.strip(), releases


def _everything(catalog: Catalog, selection: Selection) -> Iterator[Cell]:
    """Every cell of the selected servers and releases of Flask, once."""
    python = _version(selection.python, "Python")
    servers = _servers(catalog, selection)
    cells = (
        cell
        for flask in _flask_releases(catalog, selection)
        for server, given in servers
        for cell in _cells(catalog, server, given, flask, python)
    )
    yield from dict.fromkeys(cells)


def _cells(
    catalog: Catalog, server: Server, given: str | None, flask: str, python: str
) -> Iterator[Cell]:
    """Cells release by release, so that those of one environment stay together."""
    pairs = [
        (release, configuration)
        for configuration in server.configuration
        for release in (
            [given]
            if given
            else usual_releases(catalog, server, configuration, flask, python)
        )
    ]
    order = list(dict.fromkeys(release for release, _ in pairs))
    for release, configuration in sorted(pairs, key=lambda pair: order.index(pair[0])):
        yield Cell(
            flask=flask,
            server=server.name,
            server_version=release,
            configuration=configuration.id,
            python=python,
        )


def _named(catalog: Catalog, selection: Selection, text: str) -> list[Cell]:
    """The cell that an id names, even if its releases are not in the matrix.

    Empty if the text is not an id, or if the rest of the selection excludes the cell.
    Raises ``UsageError`` when the catalog does not have its server or configuration.
    """
    match = CELL_ID.fullmatch(text)
    if match is None:
        return []
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
    return [cell] if room else []


def _version(text: str, where: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        more = f"; several are given with {SERVER_RELEASE}" if "," in text else ""
        if where.startswith(("--flask", SERVER_RELEASE)):
            more += f"; write a folder as ./{text}"
        raise UsageError(
            f"{where}: {text!r} is not a version; write it like 3.1 or 3.1.3{more}"
        ) from None
