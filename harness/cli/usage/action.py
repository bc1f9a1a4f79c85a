"""How ``action`` is used."""

import click

from harness.cli.usage.verb import Verb

STAGES = ("plan", "measure", "report", "history", "track", "publish")


@click.command(
    cls=Verb,
    hidden=True,
    examples=("flask-concurrency action plan",),
)
@click.argument("stage", type=click.Choice(STAGES))
def action() -> None:
    """Run one stage of the GitHub Action, or of the workflow that follows releases."""
