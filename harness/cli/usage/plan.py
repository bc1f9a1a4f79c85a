"""How ``plan`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.selecting import selecting
from harness.cli.usage.verb import Verb
from harness.records.choices import MAX_CELLS


@click.command(
    cls=Verb,
    examples=("flask-concurrency plan --server gunicorn --shards 4",),
)
@selecting
@shared.number_option("--shards", default=1, help="Split the plan into at most N jobs.")
@shared.number_option(
    "--max-cells", default=MAX_CELLS, help="Most cells; a larger plan is refused."
)
@shared.results
def plan() -> None:
    """Write the plan of a run and print its jobs.

    The jobs are JSON for the matrix of a workflow; each measures one shard.
    """
