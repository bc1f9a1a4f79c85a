"""How ``schema`` is used."""

import click

from harness.cli.usage.verb import Verb

NAMES = (
    *("report", "changes", "expected", "evidence", "timeline", "bisection"),
    *("deployment", "declares"),
)


@click.command(
    cls=Verb,
    examples=("flask-concurrency schema deployment",),
)
@click.argument("which", metavar="FILE", type=click.Choice(NAMES), default="report")
def schema() -> None:
    """Print the JSON Schema of a file.

    FILE is one of report (the default), changes, expected, evidence, timeline,
    bisection, deployment and declares.
    """
