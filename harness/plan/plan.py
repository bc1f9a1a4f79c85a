"""Plans what to install and what to start for each selected cell.

The plan follows from the catalog and the selection alone.
"""

from collections.abc import Callable
from collections.abc import Iterable

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from harness.plan import formulas
from harness.plan.lookup import by_chance
from harness.plan.lookup import companions_of
from harness.plan.lookup import find_built
from harness.plan.lookup import find_configuration
from harness.plan.lookup import find_proxy
from harness.plan.lookup import find_series
from harness.plan.lookup import find_server
from harness.plan.lookup import SERVER_RELEASE
from harness.plan.obstacles import built_needs
from harness.plan.obstacles import needed_here
from harness.plan.obstacles import obstacle
from harness.plan.select import chosen_cells
from harness.records.catalog import Addition
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import Declares
from harness.records.catalog import Proxy
from harness.records.catalog import Selection
from harness.records.catalog import Server
from harness.records.choices import Question
from harness.records.errors import UsageError
from harness.records.groups import grouped
from harness.records.plan import Built
from harness.records.plan import Cell
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import FLASK
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.plan import PlannedFront
from harness.records.versions import is_labelled
from harness.records.versions import is_of
from harness.records.versions import within

ASYNC_VIEWS = SpecifierSet(">=2.0")
"""Releases of Flask with views that are coroutines."""

ASYNC = "asgiref>=3.2"
"""What coroutine views need: Flask's extra ``async``."""


def make_plan(catalog: Catalog, selection: Selection) -> Plan:
    """Plan the selected cells by environment, in the catalog's order.

    A cell that cannot be measured stays in the plan, with the reason. Raises
    ``UsageError`` when the selection names something that does not exist, and
    ``NoSuchCell`` when a glob matches nothing.
    """
    return plan_cells(catalog, selection, chosen_cells(catalog, selection))


def plan_cells(catalog: Catalog, selection: Selection, cells: Iterable[Cell]) -> Plan:
    """Plan these cells by environment; the selection says how they are measured.

    Raises ``UsageError`` when the catalog does not have one of them.
    """
    environments = grouped(cells, lambda cell: cell.environment)
    return Plan(
        environments=tuple(
            _planned_environment(catalog, selection, environment, cells)
            for environment, cells in environments.items()
        )
    )


def only_cells(plan: Plan, wanted: Callable[[PlannedCell], bool]) -> Plan:
    """The plan with only some of its cells, without environments that have none."""
    environments = [
        msgspec.structs.replace(planned, cells=tuple(filter(wanted, planned.cells)))
        for planned in plan.environments
    ]
    return Plan(environments=tuple(p for p in environments if p.cells))


def list_cells(plan: Plan) -> tuple[str, ...]:
    """A line for each cell: its id, and what it declares or why it is not supported."""
    width = max((len(cell.id) for cell in plan.cells), default=0)
    return tuple(f"{cell.id:{width}}  {_summary(cell)}" for cell in plan.cells)


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
    views = Question.WAITS in selection.ask and within(environment.flask, ASYNC_VIEWS)
    return PlannedEnvironment(
        environment=environment,
        title=server.title,
        requirements=(
            *(f"{name}=={v}" for name, v in wanted if built[name, v] is None),
            *(str(r) for owner in owners for r in owner.requires),
            *((ASYNC,) if views else ()),
        ),
        built=tuple(filter(None, built.values())),
        constraints=_constraints(catalog, selection, server, environment),
        build_env=server.build_env,
        cells=tuple(_planned_cell(catalog, selection, cell) for cell in cells),
        limit=selection.limit,
        ask=selection.ask,
    )


def _built(selection: Selection, package: str, version: str) -> Built | None:
    """Find the source that a version was built from; ``None`` for one from an index."""
    source = find_built(selection, package, version)
    if source is None and is_labelled(version):
        option = "--flask" if package == FLASK else SERVER_RELEASE
        raise UsageError(
            f"{package} {version} is on no index: it was built from a folder, an "
            f"archive or a git reference; give that with {option} as well"
        )
    return source


def _constraints(
    catalog: Catalog, selection: Selection, server: Server, environment: Environment
) -> tuple[str, ...]:
    """Pins of the Flask series, without the server's: its release is selected.

    A Flask that was built from source may be ahead of its series, so its own
    requirements take precedence over pins. All other pins stay, so that any difference
    from a release is due to Flask.
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
    needs = built_needs(built, pin.name, python)
    return all(need.contains(v, prereleases=True) for need in needs for v in versions)


def _planned_cell(catalog: Catalog, selection: Selection, cell: Cell) -> PlannedCell:
    server = find_server(catalog, cell.server)
    configuration = find_configuration(server, cell.configuration)
    declares = _declares(configuration, cell)
    declared = declares.declared
    computed = formulas.parse(declared)
    owners = (*_owners(server, cell.server_version), configuration)
    return PlannedCell(
        id=str(cell),
        configuration=configuration.id,
        argv=_argv(server, owners, configuration),
        front=_front(catalog, configuration),
        declaration=Declaration(
            declared=declared if isinstance(declared, int) else None,
            because=declares.because,
            source=declares.source,
            formula=formulas.words(computed) if computed else "",
            at_first=declares.at_first,
            by_chance=by_chance(server, cell.server_version, configuration.id),
        ),
        computed=computed,
        env={name: value for owner in owners for name, value in owner.env.items()},
        requires=tuple(str(requirement) for requirement in configuration.requires),
        also_offered=declares.also_offered,
        not_supported=obstacle(catalog, selection, cell),
        needs_here=tuple(needed_here(catalog, server, configuration, cell)),
    )


def _argv(
    server: Server,
    owners: Iterable[Server | Addition | Configuration],
    configuration: Configuration,
) -> tuple[str, ...]:
    """The command: the server, its arguments, its address, and all additions."""
    listen = configuration.listen or server.listen
    added = (text for owner in owners if owner != server for text in owner.argv)
    app = configuration.app or server.app
    words = (*configuration.wrapper, *server.argv, *listen, *added)
    return tuple(text.replace("{app}", app) for text in words)


def _front(catalog: Catalog, configuration: Configuration) -> PlannedFront | None:
    if configuration.behind is None or configuration.passed_by is None:
        return None
    return front(find_proxy(catalog, configuration.behind), configuration.passed_by)


def front(proxy: Proxy, passed_by: str) -> PlannedFront:
    """Plan a proxy that passes requests on in one of its ways."""
    template = proxy.template.replace("{pass}", proxy.passes[passed_by])
    proxy = msgspec.structs.replace(proxy, template=template)
    return msgspec.convert(proxy, PlannedFront, from_attributes=True)


def _owners(server: Server, release: str) -> tuple[Server | Addition, ...]:
    """The records whose arguments come before the configuration's, in order."""
    added = (a for a in server.addition if within(release, a.release))
    return (server, *added)


def _declares(configuration: Configuration, cell: Cell) -> Declares:
    for each in configuration.declaration:
        fits = within(cell.server_version, each.release)
        if fits and within(cell.flask, each.flask):
            return each
    return configuration
