"""How ``init`` is used."""

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import Verb

WORKFLOW = ".github/workflows/concurrency.yml"

EXAMPLE = "flask-concurrency init -- gunicorn app:app --threads 4"


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency init",
        "flask-concurrency init --workflow --at-least 8",
        EXAMPLE,
    ),
    exit_codes=(
        ("0", "written"),
        ("2", "a file already exists, or nothing was found to describe"),
        ("130", "interrupted; nothing was written"),
    ),
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option(
    "--workflow",
    is_flag=True,
    help=f"Also write {WORKFLOW}, which runs the check on GitHub.",
)
@shared.number_option(
    "--at-least",
    help="How many requests must always be handled at once.  [default: the number "
    "handled today]",
)
@click.option(
    "--measure/--no-measure",
    default=True,
    help="Measure once, to record the current number.",
)
def init() -> None:
    """Write concurrency.toml for the app in this folder.

    COMMAND starts your server. Without it, the command comes from a Procfile, a
    Dockerfile, gunicorn.conf.py, a uWSGI ini file, or the app itself.
    Existing files are never overwritten.
    """
