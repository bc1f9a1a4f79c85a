"""Finds out why a cell cannot be measured, from the catalog and the selection alone."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.plan.lookup import find_built
from harness.plan.lookup import find_configuration
from harness.plan.lookup import find_proxy
from harness.plan.lookup import find_series
from harness.plan.lookup import find_server
from harness.plan.lookup import SERVER_RELEASE
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Need
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.plan import Built
from harness.records.plan import Cell
from harness.records.plan import FLASK
from harness.records.plan import NeededHere
from harness.records.versions import is_of
from harness.records.versions import within


def obstacle(catalog: Catalog, selection: Selection, cell: Cell) -> str | None:
    """Why a cell cannot be measured, or is excluded; ``None`` when it can."""
    series = find_series(catalog, cell.flask)
    if not within(cell.python, series.python):
        wrong = f"needs Python {series.python}, not {cell.python}"
        return f"{wrong}: {series.because}"
    server = find_server(catalog, cell.server)
    for need in (*server.needs, *find_configuration(server, cell.configuration).needs):
        if unmet := _unmet(need, server, cell, selection.platform):
            return f"{unmet}: {need.because}"
    if unfit := _unfit(selection, server, cell):
        return unfit
    for exclusion in catalog.matrix.exclusion:
        if fnmatchcase(str(cell), exclusion.cells):
            return f"excluded: {exclusion.why}"
    return None


def _unfit(selection: Selection, server: Server, cell: Cell) -> str | None:
    """Why a release built from source does not fit the other releases of a cell."""
    flask = find_built(selection, FLASK, cell.flask)
    package = server.package
    if package is None:
        if cell.server_version == cell.python:
            return None
        return f"{server.title} is a part of Python: choose its release with --python"
    own = find_built(selection, package, cell.server_version)
    for built in filter(None, (flask, own)):
        # Any patch release of this Python will do.
        fits = SpecifierSet(built.python).contains
        if not fits(cell.python) and not fits(f"{cell.python}.99"):
            release = f"{built.package} {built.version}"
            return f"{release} needs Python {built.python}, not {cell.python}"
    for specifier in built_needs(flask, package, cell.python) if flask else ():
        if not specifier.contains(cell.server_version, prereleases=True):
            return (
                f"Flask {cell.flask} needs {package} {specifier}, not "
                f"{cell.server_version}: choose one with {SERVER_RELEASE} "
                f"{server.name}==RELEASE"
            )
    return None


def _unmet(need: Need, server: Server, cell: Cell, platform: str) -> str | None:
    if not within(cell.server_version, need.where):
        return None
    for name, version, wanted in (
        (server.package or server.title, cell.server_version, need.release),
        ("Flask", cell.flask, need.flask),
        ("Python", cell.python, need.python),
    ):
        if not within(version, wanted):
            return f"needs {name} {wanted}, not {version}"
    if need.platforms and platform not in need.platforms:
        return f"needs {' or '.join(need.platforms)}, not {platform}"
    return None


def needed_here(
    catalog: Catalog, server: Server, configuration: Configuration, cell: Cell
) -> Iterator[NeededHere]:
    """The needs of a cell that only the measuring machine can check."""
    for need in (*server.needs, *configuration.needs):
        checked_here = need.programs or need.succeeds
        if checked_here and within(cell.server_version, need.where):
            yield NeededHere(
                programs=need.programs, succeeds=need.succeeds, because=need.because
            )
    if configuration.behind is not None:
        proxy = find_proxy(catalog, configuration.behind)
        yield NeededHere(programs=proxy.argv[:1], because=proxy.because)


def built_needs(built: Built, package: str, python: str) -> list[SpecifierSet]:
    """Releases of a package that a built project requires."""
    where = {"python_version": python, "extra": ""}
    return [
        requirement.specifier
        for requirement in map(Requirement, built.requires)
        if is_of(requirement, package)
        and (requirement.marker is None or requirement.marker.evaluate(where))
    ]
