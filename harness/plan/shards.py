"""Knows how a plan is spread over the jobs of a CI run; must not know whose CI it is.

Rule: a plan that cannot be spread, because it is empty or too large, is refused before
any machine is asked for.
"""

from __future__ import annotations

import re

import msgspec

from harness.plan.plan import shards
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.words import Result

MAX_JOBS = 256
"""Jobs that GitHub makes of one matrix."""

MAX_CELLS = 2_000
"""Cells of one run, unless more are asked for: a minute for sixty or so."""


class Job(Result, frozen=True, kw_only=True):
    """One job, as the ``matrix`` of a workflow names its keys."""

    shard: str
    """Such as ``2/3``: what ``measure --shard`` takes."""
    number: int
    cells: int


def check_size(plan: Plan, most: int = MAX_CELLS) -> None:
    """Raise ``UsageError`` when there is nothing to measure, or too much."""
    cells = [cell for each in plan.environments for cell in each.cells]
    supported = [cell for cell in cells if cell.not_supported is None]
    if not supported:
        first = cells[0].not_supported if cells else "the plan is empty"
        raise UsageError(
            f"nothing to measure: none of the {len(cells)} selected cells can be, the "
            f"first because: {first}; select others"
        )
    if len(cells) > most:
        raise UsageError(
            f"{len(cells)} cells are selected and --max-cells allows {most}; select "
            "fewer, or raise it"
        )


def split(plan: Plan, count: int) -> tuple[Plan, ...]:
    """The plan in at most ``count`` shards. Raises ``UsageError`` beyond the limit."""
    if count > MAX_JOBS:
        raise UsageError(
            f"--shards {count}: a matrix has at most {MAX_JOBS} jobs; ask for fewer"
        )
    return shards(plan, count)


def job_matrix(plan: Plan, count: int) -> str:
    """The shards as JSON for ``strategy: matrix: ${{ fromJSON(...) }}``."""
    parts = split(plan, count)
    jobs = [
        Job(
            shard=f"{number}/{count}",
            number=number,
            cells=sum(len(each.cells) for each in part.environments),
        )
        for number, part in enumerate(parts, start=1)
    ]
    return msgspec.json.encode({"include": jobs}).decode()


def shard_of(plan: Plan, text: str) -> Plan:
    """The shard that ``K/N`` names. Raises ``UsageError`` when there is none."""
    match = re.fullmatch("([0-9]{1,4})/([0-9]{1,4})", text)
    if match is None:
        raise UsageError(f"--shard {text!r}: write it like 2/3")
    number, count = int(match[1]), int(match[2])
    parts = split(plan, count) if count else ()
    if not 1 <= number <= len(parts):
        raise UsageError(
            f"--shard {text}: the plan has {len(parts)} shards when asked for {count}"
        )
    return parts[number - 1]
