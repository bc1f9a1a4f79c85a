"""How ``probe`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.comparing import comparing
from harness.cli.usage.printing import printing
from harness.cli.usage.selecting import selecting
from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency probe",
        "flask-concurrency probe --flask 2.3.3 --flask 3.1.3 --server gunicorn",
        "flask-concurrency probe --only 'flask-3.1.3/waitress-*/default/*' --ask all",
        "flask-concurrency probe --baseline before.json --fail-on regression",
    ),
)
@selecting
@click.option(
    "--list", "list_only", is_flag=True, help="List the selected cells and stop."
)
@shared.jobs
@comparing
@shared.results
@printing
def probe() -> None:
    """Measure configurations and show the matrix.

    A cell is one configuration of a server with one release of Flask, of the server and
    of Python. Without options a small selection of the catalog is measured.
    """
