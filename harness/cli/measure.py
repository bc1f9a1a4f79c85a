"""The verb ``measure``."""

from pathlib import Path

from harness.cli.progress import show_and_carry_out
from harness.environments.run import check_limit
from harness.environments.wheels import bring_wheels
from harness.plan.shards import shard_of
from harness.records import files
from harness.records.errors import Interrupted
from harness.records.results import PLAN
from harness.records.results import read_plan


def measure(shard: str, plan: Path | None, jobs: int, results: Path) -> int:
    """Measure a plan, or one shard of it."""
    path = plan or results / PLAN
    planned = read_plan(path)
    part = shard_of(planned, shard)
    check_limit(part)
    bring_wheels(part, path.resolve().parent, results)
    files.write(results / PLAN, planned)
    interrupted = show_and_carry_out(part, results, jobs)
    return Interrupted.exit_code if interrupted else 0
