"""Plans of a given size."""

from harness.records.evidence import Evidence
from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment


def environment(
    flask: str, cells: int, not_supported: str | None = None
) -> PlannedEnvironment:
    """A planned environment with so many cells."""
    where = Environment(flask=flask, server="s", server_version="1", python="3.13")
    return PlannedEnvironment(
        environment=where,
        requirements=(),
        constraints=(),
        cells=tuple(
            PlannedCell(
                id=str(where.cell(f"c{number}")),
                configuration=f"c{number}",
                argv=(),
                declaration=Declaration(declared=1, because="", source=""),
                not_supported=not_supported,
            )
            for number in range(cells)
        ),
    )


def plan(*sizes: int) -> Plan:
    """A plan with one environment for each given number of cells."""
    return Plan(
        environments=tuple(environment(f"{n}.0", size) for n, size in enumerate(sizes))
    )


def plan_of(*order: Evidence) -> Plan:
    """A plan of the environments of some evidence, without cells."""
    return Plan(
        environments=tuple(
            PlannedEnvironment(
                environment=each.environment, requirements=(), constraints=(), cells=()
            )
            for each in order
        )
    )
