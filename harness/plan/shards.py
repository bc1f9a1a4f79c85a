"""Splits a plan into shards that take about equally long.

A plan that is empty or too large is refused before any machine is asked for.
"""

import re

import msgspec

from harness.records.choices import MAX_CELLS
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Result

MAX_JOBS = 256
"""The most jobs that GitHub allows in one matrix."""

REQUESTS_OF_A_CELL = 200
"""Offering this many requests at once costs as much as starting a server."""


class Job(Result, frozen=True, kw_only=True):
    """One job of the ``matrix`` of a workflow."""

    shard: str
    """The shard, such as ``2/3``, as ``measure --shard`` takes it."""
    number: int
    cells: int


def check_size(plan: Plan, most: int = MAX_CELLS) -> None:
    """Raise ``UsageError`` when there is nothing to measure, or too much."""
    cells = plan.cells
    if not any(map(_is_possible, cells)):
        first = cells[0].not_supported if cells else "the plan is empty"
        raise UsageError(
            f"nothing to measure: none of the {len(cells)} selected cells can be "
            f"measured, the first because: {first}; select others"
        )
    if len(cells) > most:
        raise UsageError(
            f"{len(cells)} cells are selected and --max-cells allows {most}; select "
            "fewer, or raise it"
        )


def split(plan: Plan, count: int) -> tuple[Plan, ...]:
    """Split a plan into shards. Raises ``UsageError`` for more than GitHub allows."""
    if count > MAX_JOBS:
        raise UsageError(
            f"--shards {count}: a matrix has at most {MAX_JOBS} jobs; ask for fewer"
        )
    return shards(plan, count)


def job_matrix(plan: Plan, count: int) -> str:
    """Shards as JSON for ``strategy: matrix: ${{ fromJSON(...) }}``."""
    parts = split(plan, count)
    jobs = [
        Job(shard=f"{number}/{count}", number=number, cells=len(part.cells))
        for number, part in enumerate(parts, start=1)
    ]
    return msgspec.json.encode({"include": jobs}).decode()


def shard_of(plan: Plan, text: str) -> Plan:
    """The shard named ``K/N``. Raises ``UsageError`` when there is none."""
    match = re.fullmatch("([0-9]{1,4})/([0-9]{1,4})", text)
    if match is None:
        raise UsageError(f"--shard {text!r}: write it like 2/3")
    number, count = int(match[1]), int(match[2])
    parts = split(plan, count) if count else ()
    if not 1 <= number <= len(parts):
        raise UsageError(
            f"--shard {text}: the plan has {len(parts)} shards; choose one of them"
        )
    return parts[number - 1]


def shards(plan: Plan, count: int) -> tuple[Plan, ...]:
    """Split a plan into at most ``count`` parts that take about equally long.

    An environment is never split, and each part has the order of the plan. The largest
    environments are placed first, each into the part with the least in it (LPT rule).
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
    """Cost of an environment: that of its cells, plus one for installing it."""
    costs = [
        cost_of(c, environment.limit) for c in environment.cells if _is_possible(c)
    ]
    return sum(costs) + 1 if costs else 0


def _is_possible(cell: PlannedCell) -> bool:
    return cell.not_supported is None


def cost_of(cell: PlannedCell, limit: int) -> float:
    """Cost of a cell: 1, or more if many requests are offered."""
    most = max(cell.declaration.declared or limit, *cell.also_offered, 0)
    return 1 + most / REQUESTS_OF_A_CELL
