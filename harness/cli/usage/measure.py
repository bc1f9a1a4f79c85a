"""How ``measure`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=("flask-concurrency measure --shard 2/4 --results results",),
)
@click.option(
    "--shard",
    default="1/1",
    show_default=False,
    metavar="K/N",
    help="Part of the plan to measure.  [default: all of it]",
)
@shared.file_option(
    "--plan", help="The plan.  [default: plan.json in the folder of results]"
)
@shared.jobs
@shared.results
def measure() -> None:
    """Measure a plan, or one shard of it.

    Evidence is written to the folder of results, beside that of other shards.
    """
