"""How ``report`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.comparing import comparing
from harness.cli.usage.printing import printing
from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency report --results results",
        "flask-concurrency report --baseline before.json --fail-on change",
    ),
)
@comparing
@shared.results
@printing
def report() -> None:
    """Judge stored evidence again and show it.

    Nothing is measured. The evidence may come from several machines. A stored
    check is shown as it was, with the same exit status.
    """
