"""How ``explain`` is used."""

from pathlib import Path

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import Verb

SHIPPED = Path(__file__).parents[2] / "site" / "measured.json"
"""The newest cells of the evidence in ``data/``, included in the package."""


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency explain FC001",
        "flask-concurrency explain -- gunicorn -w 4 --threads 2 app:app",
        "flask-concurrency explain 'WEB_CONCURRENCY=3 gunicorn -k gevent app:app'",
    ),
)
@shared.file_option(
    "--data",
    default=SHIPPED,
    show_default=False,
    help="Measured cells: the api/v1/measured.json of a site.  [default: those "
    "included]",
)
@click.argument("command", nargs=-1, required=True)
def explain() -> None:
    """Show what a finding means, or what a command declares.

    COMMAND is the id of a finding, such as FC001: what it means, why it happens, and
    what to do. Or it is a command after --: what it declares, and the nearest
    measured cell. Nothing is run or measured: only the command itself is read.
    """
