"""Knows what each selected cell takes to install and to run, and what is in its way;
must not know how any of that is done, nor how a selection came about.

Nothing is read or asked here: the catalog and the selection are all there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from fnmatch import fnmatchcase

from harness.model import Addition
from harness.model import Catalog
from harness.model import Cell
from harness.model import Configuration
from harness.model import Declaration
from harness.model import Declared
from harness.model import DeclaredFor
from harness.model import Environment
from harness.model import Need
from harness.model import NeededHere
from harness.model import Plan
from harness.model import PlannedCell
from harness.model import PlannedEnvironment
from harness.model import PlannedFront
from harness.model import Proxy
from harness.model import Selection
from harness.model import Server
from harness.selection import chosen_cells
from harness.selection import companions_of
from harness.selection import find_configuration
from harness.selection import find_proxy
from harness.selection import find_series
from harness.selection import find_server
from harness.selection import is_of
from harness.selection import within


def make_plan(catalog: Catalog, selection: Selection) -> Plan:
    """The selected cells by environment, in the catalog's order.

    A cell that cannot be stays in the plan and says why.

    :raises UsageError: when the selection names what is not there, or matches nothing.
    """
    environments: dict[Environment, list[Cell]] = {}
    for cell in chosen_cells(catalog, selection):
        environments.setdefault(cell.environment, []).append(cell)
    return Plan(
        environments=tuple(
            _planned_environment(catalog, selection, environment, cells)
            for environment, cells in environments.items()
        )
    )


def shards(plan: Plan, count: int) -> tuple[Plan, ...]:
    """The plan in at most ``count`` parts with about as many cells to measure each.

    An environment is never split, and each part keeps the order of the plan.
    """
    parts: list[list[int]] = [[] for _ in range(count)]
    loads = [0] * count
    sizes = [_size(environment) for environment in plan.environments]
    for index in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        lightest = loads.index(min(loads))
        parts[lightest].append(index)
        loads[lightest] += sizes[index]
    return tuple(
        Plan(environments=tuple(plan.environments[i] for i in sorted(part)))
        for part in parts
        if part
    )


def _size(environment: PlannedEnvironment) -> int:
    """Cells to measure, and one for making the environment where there are any."""
    supported = sum(cell.not_supported is None for cell in environment.cells)
    return supported + 1 if supported else 0


def list_cells(plan: Plan) -> tuple[str, ...]:
    """One line for each cell: its id, and what it declares or why it cannot be."""
    cells = [cell for entry in plan.environments for cell in entry.cells]
    width = max((len(cell.id) for cell in cells), default=0)
    return tuple(f"{cell.id:{width}}  {_summary(cell)}" for cell in cells)


def _summary(cell: PlannedCell) -> str:
    if cell.not_supported is not None:
        return f"not supported: {cell.not_supported}"
    if cell.declaration.declared is None:
        return "declares no bound"
    return f"declares {cell.declaration.declared}"


# ------------------------------------------------------------------- planning


def _planned_environment(
    catalog: Catalog, selection: Selection, environment: Environment, cells: list[Cell]
) -> PlannedEnvironment:
    server = find_server(catalog, environment.server)
    owners = _owners(server, environment.server_version)
    return PlannedEnvironment(
        environment=environment,
        requirements=(
            f"Flask=={environment.flask}",
            f"{server.package}=={environment.server_version}",
            *(str(r) for owner in owners for r in owner.requires),
        ),
        constraints=_constraints(catalog, server, environment),
        build_env=server.build_env,
        cells=tuple(_planned_cell(catalog, cell, selection.platform) for cell in cells),
        limit=selection.limit,
    )


def _constraints(
    catalog: Catalog, server: Server, environment: Environment
) -> tuple[str, ...]:
    """The pins of the Flask series, but for the server's: its release is asked for."""
    series = find_series(catalog, environment.flask)
    return tuple(
        str(requirement)
        for requirement in companions_of(catalog, series, environment.python)
        if not is_of(requirement, server.package)
    )


def _planned_cell(catalog: Catalog, cell: Cell, platform: str) -> PlannedCell:
    server = find_server(catalog, cell.server)
    configuration = find_configuration(server, cell.configuration)
    declares = _declares(configuration, cell)
    owners = (*_owners(server, cell.server_version), configuration)
    return PlannedCell(
        id=str(cell),
        configuration=configuration.id,
        argv=_argv(server, owners, configuration),
        front=_front(catalog, configuration),
        declaration=Declaration(
            declared=_number(declares.declared),
            because=declares.because,
            source=declares.source,
        ),
        env={name: value for owner in owners for name, value in owner.env.items()},
        requires=tuple(str(requirement) for requirement in configuration.requires),
        also_offered=declares.also_offered,
        not_supported=_obstacle(catalog, cell, platform),
        needs_here=tuple(_needed_here(catalog, server, configuration, cell)),
    )


def _argv(
    server: Server,
    owners: Iterable[Server | Addition | Configuration],
    configuration: Configuration,
) -> tuple[str, ...]:
    """The server's own words, where it listens, and what all others add."""
    listen = configuration.listen or server.listen
    added = (text for owner in owners if owner != server for text in owner.argv)
    return (*server.argv, *listen, *added)


def _front(catalog: Catalog, configuration: Configuration) -> PlannedFront | None:
    if configuration.behind is None or configuration.passed_by is None:
        return None
    return front(find_proxy(catalog, configuration.behind), configuration.passed_by)


def front(proxy: Proxy, passed_by: str) -> PlannedFront:
    """A proxy that hands requests on in one of its ways."""
    handed_on = proxy.passes[passed_by]
    return PlannedFront(
        title=proxy.title,
        argv=proxy.argv,
        version=proxy.version,
        file=proxy.file,
        template=proxy.template.replace("{pass}", handed_on),
    )


def _needed_here(
    catalog: Catalog, server: Server, configuration: Configuration, cell: Cell
) -> Iterator[NeededHere]:
    """What only the machine that measures can tell of what a cell needs."""
    for need in (*server.needs, *configuration.needs):
        here = need.programs or need.succeeds
        if here and within(cell.server_version, need.where):
            yield NeededHere(
                programs=need.programs, succeeds=need.succeeds, because=need.because
            )
    if configuration.behind is not None:
        proxy = find_proxy(catalog, configuration.behind)
        yield NeededHere(programs=proxy.argv[:1], because=proxy.because)


def _owners(server: Server, release: str) -> tuple[Server | Addition, ...]:
    """All that has a say in a command line, but for the configuration: it is last."""
    added = (a for a in server.addition if within(release, a.release))
    return (server, *added)


def _declares(configuration: Configuration, cell: Cell) -> Configuration | DeclaredFor:
    for declaration in configuration.declaration:
        if within(cell.flask, declaration.flask) and within(
            cell.server_version, declaration.release
        ):
            return declaration
    return configuration


def _number(declared: Declared) -> int | None:
    return None if declared == "unbounded" else declared


def _obstacle(catalog: Catalog, cell: Cell, platform: str) -> str | None:
    """Why a cell cannot be, or is not to be; ``None`` when nothing is in its way."""
    series = find_series(catalog, cell.flask)
    if not within(cell.python, series.python):
        wrong = f"needs Python {series.python}, not {cell.python}"
        return f"{wrong}: {series.because}"
    server = find_server(catalog, cell.server)
    for need in (*server.needs, *find_configuration(server, cell.configuration).needs):
        if unmet := _unmet(need, server, cell, platform):
            return f"{unmet}: {need.because}"
    for exclusion in catalog.matrix.exclusion:
        if fnmatchcase(str(cell), exclusion.cells):
            return f"excluded: {exclusion.why}"
    return None


def _unmet(need: Need, server: Server, cell: Cell, platform: str) -> str | None:
    if not within(cell.server_version, need.where):
        return None
    for name, version, wanted in (
        (server.package, cell.server_version, need.release),
        ("Flask", cell.flask, need.flask),
        ("Python", cell.python, need.python),
    ):
        if not within(version, wanted):
            return f"needs {name} {wanted}, not {version}"
    if need.platforms and platform not in need.platforms:
        return f"needs {' or '.join(need.platforms)}, not {platform}"
    return None
