"""Knows what each selected cell takes to install and to run, and what is in its way;
must not know how any of that is done, nor how a selection came about.

Nothing is read or asked here: the catalog and the selection are all there is.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.plan import formulas as formula
from harness.plan.select import chosen_cells
from harness.plan.select import companions_of
from harness.plan.select import find_built
from harness.plan.select import find_configuration
from harness.plan.select import find_proxy
from harness.plan.select import find_series
from harness.plan.select import find_server
from harness.plan.select import FLASK
from harness.plan.select import SERVER_RELEASE
from harness.records.catalog import Addition
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import DeclaredFor
from harness.records.catalog import Need
from harness.records.catalog import Promised
from harness.records.catalog import Proxy
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import Cell
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import NeededHere
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.plan import PlannedFront
from harness.records.questions import Question
from harness.records.versions import is_labelled
from harness.records.versions import is_of
from harness.records.versions import within

ASYNC_VIEWS = SpecifierSet(">=2.0")
"""Releases of Flask with views that are coroutines."""

ASYNC = "asgiref>=3.2"
"""What these need: Flask's extra ``async``."""

REQUESTS_OF_A_CELL = 200
"""So many requests offered at once cost as much as starting another server does."""


def make_plan(catalog: Catalog, selection: Selection) -> Plan:
    """The selected cells by environment, in the catalog's order.

    A cell that cannot be stays in the plan and says why.

    :raises UsageError: when the selection names what is not there, or matches nothing.
    """
    return plan_cells(catalog, selection, chosen_cells(catalog, selection))


def plan_cells(catalog: Catalog, selection: Selection, cells: Iterable[Cell]) -> Plan:
    """These cells by environment; of the selection counts how, and not what.

    :raises UsageError: when one is of what the catalog does not have.
    """
    environments: dict[Environment, list[Cell]] = {}
    for cell in cells:
        environments.setdefault(cell.environment, []).append(cell)
    return Plan(
        environments=tuple(
            _planned_environment(catalog, selection, environment, cells)
            for environment, cells in environments.items()
        )
    )


def only_cells(plan: Plan, wanted: Callable[[PlannedCell], bool]) -> Plan:
    """The same plan with some of its cells, and no environment without any."""
    environments = [
        msgspec.structs.replace(each, cells=tuple(filter(wanted, each.cells)))
        for each in plan.environments
    ]
    return Plan(environments=tuple(each for each in environments if each.cells))


def shards(plan: Plan, count: int) -> tuple[Plan, ...]:
    """The plan in at most ``count`` parts that take about as long to measure.

    An environment is never split, and each part keeps the order of the plan.
    """
    parts: list[list[int]] = [[] for _ in range(count)]
    loads = [0.0] * count
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


def _size(environment: PlannedEnvironment) -> float:
    """What the cells to measure cost, and one for making the environment if any are."""
    costs = [_cost(c, environment.limit) for c in environment.cells if _is_possible(c)]
    return sum(costs) + 1 if costs else 0


def _is_possible(cell: PlannedCell) -> bool:
    return cell.not_supported is None


def _cost(cell: PlannedCell, limit: int) -> float:
    """In cells that offer few requests: thousands take as long as several of these."""
    most = max(cell.declaration.declared or limit, *cell.also_offered, 0)
    return 1 + most / REQUESTS_OF_A_CELL


def list_cells(plan: Plan) -> tuple[str, ...]:
    """One line for each cell: its id, and what it declares or why it cannot be."""
    cells = [cell for entry in plan.environments for cell in entry.cells]
    width = max((len(cell.id) for cell in cells), default=0)
    return tuple(f"{cell.id:{width}}  {_summary(cell)}" for cell in cells)


def _summary(cell: PlannedCell) -> str:
    if cell.not_supported is not None:
        return f"not supported: {cell.not_supported}"
    if cell.declaration.formula:
        return f"declares {cell.declaration.formula}"
    if cell.declaration.declared is None:
        return "declares no bound"
    return f"declares {cell.declaration.declared}"


# ------------------------------------------------------------------- planning


def _planned_environment(
    catalog: Catalog, selection: Selection, environment: Environment, cells: list[Cell]
) -> PlannedEnvironment:
    server = find_server(catalog, environment.server)
    owners = _owners(server, environment.server_version)
    wanted = [(FLASK, environment.flask)]
    if server.package is not None:
        wanted.append((server.package, environment.server_version))
    built = {each: _built(selection, *each) for each in wanted}
    return PlannedEnvironment(
        environment=environment,
        title=server.title,
        requirements=(
            *(f"{name}=={v}" for name, v in wanted if built[name, v] is None),
            *(str(r) for owner in owners for r in owner.requires),
            *_asked_of(selection, environment),
        ),
        built=tuple(filter(None, built.values())),
        constraints=_constraints(catalog, selection, server, environment),
        build_env=server.build_env,
        cells=tuple(_planned_cell(catalog, selection, cell) for cell in cells),
        limit=selection.limit,
        ask=selection.ask,
    )


def _asked_of(selection: Selection, environment: Environment) -> tuple[str, ...]:
    """What a question needs in the environment, beside Flask and the server."""
    views = Question.WAITS in selection.ask and within(environment.flask, ASYNC_VIEWS)
    return (ASYNC,) if views else ()


def _built(selection: Selection, package: str, version: str) -> Built | None:
    """What a version was built from; ``None`` for one of an index."""
    found = find_built(selection, package, version)
    if found is None and is_labelled(version):
        option = "--flask" if package == FLASK else SERVER_RELEASE
        raise UsageError(
            f"{package} {version} is on no index: it was built from a folder, an "
            f"archive or a git reference. Name that with {option} as well."
        )
    return found


def _constraints(
    catalog: Catalog, selection: Selection, server: Server, environment: Environment
) -> tuple[str, ...]:
    """The pins of the Flask series, but for the server's: its release is asked for.

    A Flask of somebody's own may be ahead of its series: what it says itself that it
    needs goes before a pin, and all other pins are kept, so that a difference from the
    release beside it is its own.
    """
    series = find_series(catalog, environment.flask)
    flask = find_built(selection, FLASK, environment.flask)
    return tuple(
        str(requirement)
        for requirement in companions_of(catalog, series, environment.python)
        if not (server.package and is_of(requirement, server.package))
        and (flask is None or _admits(flask, requirement, environment.python))
    )


def _admits(built: Built, pin: Requirement, python: str) -> bool:
    versions = [each.version for each in pin.specifier if each.operator == "=="]
    needs = _needs(built, pin.name, python)
    return all(need.contains(v, prereleases=True) for need in needs for v in versions)


def _needs(built: Built, package: str, python: str) -> list[SpecifierSet]:
    """The releases of a package that a built project says it runs with."""
    where = {"python_version": python, "extra": ""}
    return [
        requirement.specifier
        for requirement in map(Requirement, built.requires)
        if is_of(requirement, package)
        and (requirement.marker is None or requirement.marker.evaluate(where))
    ]


def _planned_cell(catalog: Catalog, selection: Selection, cell: Cell) -> PlannedCell:
    server = find_server(catalog, cell.server)
    configuration = find_configuration(server, cell.configuration)
    declares = _declares(configuration, cell)
    computed = formula.parse(declares.declared)
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
            formula=formula.words(computed) if computed else "",
        ),
        computed=computed,
        env={name: value for owner in owners for name, value in owner.env.items()},
        requires=tuple(str(requirement) for requirement in configuration.requires),
        also_offered=declares.also_offered,
        not_supported=_obstacle(catalog, selection, cell),
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
    app = configuration.app or server.app
    return tuple(text.replace("{app}", app) for text in (*server.argv, *listen, *added))


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


def _number(declared: Promised) -> int | None:
    """``None`` for no bound, and for what only the machine that measures can tell."""
    return declared if isinstance(declared, int) else None


def _obstacle(catalog: Catalog, selection: Selection, cell: Cell) -> str | None:
    """Why a cell cannot be, or is not to be; ``None`` when nothing is in its way."""
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
    """Why a cell cannot be, by what a built project says of itself."""
    flask = find_built(selection, FLASK, cell.flask)
    package = server.package
    if package is None:
        own_python = cell.server_version == cell.python
        return (
            None
            if own_python
            else (
                f"{server.title} is a part of Python: choose its release with --python"
            )
        )
    own = find_built(selection, package, cell.server_version)
    for built in filter(None, (flask, own)):
        # Any patch of this Python will do.
        fits = SpecifierSet(built.python).contains
        if not fits(cell.python) and not fits(f"{cell.python}.99"):
            release = f"{built.package} {built.version}"
            return f"{release} needs Python {built.python}, not {cell.python}"
    for specifier in _needs(flask, package, cell.python) if flask else ():
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
