"""How ``compare`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.comparing import expected_changes
from harness.cli.usage.printing import FORMATS
from harness.cli.usage.printing import printing
from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency compare before/report.json results",
        "flask-concurrency compare https://example.org/report.json results "
        "--fail-on regression",
    ),
)
@click.argument("old")
@click.argument("new")
@expected_changes
@shared.fail_on
@printing
@click.option(
    "--format", "older", type=click.Choice(FORMATS), hidden=True, help="As above."
)
def compare() -> None:
    """Show what changed between two reports.

    OLD and NEW are each a report.json, a folder of results or an https address.
    """
