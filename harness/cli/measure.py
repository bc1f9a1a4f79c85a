"""The verb ``measure``."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli import options as shared
from harness.cli.progress import show_and_carry_out
from harness.environments.run import check_limit
from harness.environments.wheels import bring_wheels
from harness.plan.shards import shard_of
from harness.records import files
from harness.records.errors import Interrupted
from harness.records.results import PLAN
from harness.records.results import read_plan


@click.command(
    cls=shared.Verb,
    examples=("flask-concurrency measure --shard 2/4 --results results",),
)
@click.option(
    "--shard",
    default="1/1",
    show_default=False,
    metavar="K/N",
    help="Part of the plan to measure.  [default: all of it]",
)
@click.option(
    "--plan",
    type=shared.FILE,
    metavar="FILE",
    help="The plan.  [default: plan.json in the folder of results]",
)
@shared.jobs
@shared.results
def measure(shard: str, plan: Path | None, jobs: int, results: Path) -> int:
    """Measure a plan, or one shard of it.

    Evidence is written to the folder of results, beside that of other shards.
    """
    path = plan or results / PLAN
    whole = read_plan(path)
    part = shard_of(whole, shard)
    check_limit(part)
    bring_wheels(part, path.resolve().parent, results)
    files.write(results / PLAN, whole)
    interrupted = show_and_carry_out(part, results, jobs)
    return Interrupted.exit_code if interrupted else 0
