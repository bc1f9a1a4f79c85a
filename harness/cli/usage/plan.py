"""How ``plan`` is used."""

from __future__ import annotations

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import Verb
from harness.records.choices import MAX_CELLS


@click.command(
    cls=Verb,
    examples=("flask-concurrency plan --server gunicorn --shards 4",),
)
@shared.selecting
@click.option(
    "--shards",
    type=shared.positive,
    default=1,
    metavar="N",
    help="Split the plan into at most N jobs.",
)
@click.option(
    "--max-cells",
    type=shared.positive,
    default=MAX_CELLS,
    metavar="N",
    help="Refuse to plan more cells.",
)
@shared.results
def plan() -> None:
    """Write the plan of a run and print its jobs.

    The jobs are JSON for the matrix of a workflow; each measures one shard.
    """
