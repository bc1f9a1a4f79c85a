"""The verb ``measure``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import NamedTuple

import click

from harness.cli import options as shared
from harness.cli.progress import show_and_carry_out
from harness.environments.run import check_limit
from harness.environments.wheels import bring_wheels
from harness.plan.shards import shard_of
from harness.records import files
from harness.records import results
from harness.records.errors import Interrupted


class MeasureOptions(NamedTuple):
    """What ``measure`` is given."""

    shard: str
    plan: Path
    jobs: int
    results: Path


def _record(given: Mapping[str, Any]) -> MeasureOptions:
    folder = given["results"].resolve()
    return MeasureOptions(
        shard=given["shard"],
        plan=given["plan"] or results.plan_path(folder),
        jobs=given["jobs"],
        results=folder,
    )


@click.command(
    cls=shared.Verb,
    record=_record,
    examples=("flask-concurrency measure --shard 2/4 --results results",),
)
@click.option(
    "--shard",
    default="1/1",
    show_default="all of it",
    metavar="K/N",
    help="Part of the plan to measure.",
)
@click.option(
    "--plan",
    type=shared.FILE,
    metavar="FILE",
    help="The plan.  [default: plan.json in the folder of results]",
)
@shared.jobs
@shared.results
def measure(options: MeasureOptions) -> int:
    """Measure a plan, or one shard of it.

    Evidence is written to the folder of results, beside that of other shards.
    """
    plan = results.read_plan(options.plan)
    shard = shard_of(plan, options.shard)
    check_limit(shard)
    beside = options.plan.resolve().parent
    bring_wheels(shard, beside, options.results)
    files.write(results.plan_path(options.results), plan)
    interrupted = show_and_carry_out(shard, options.results, options.jobs)
    return Interrupted.exit_code if interrupted else 0
