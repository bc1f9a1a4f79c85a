"""How ``check`` is used."""

import click

from harness.cli.usage.checking import checking
from harness.cli.usage.checking import EXIT_CODES
from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency check",
        "flask-concurrency check --at-least 4 -- gunicorn app:app --threads 4",
        "flask-concurrency check --config concurrency.toml --only web",
    ),
    exit_codes=EXIT_CODES,
)
@checking
def check() -> None:
    """Measure your own deployments.

    COMMAND starts your server; the check chooses its address. Without COMMAND, the
    deployments in concurrency.toml or pyproject.toml are measured, or else what a
    Procfile, a Dockerfile or a server's own file in this folder starts. The check fails
    if a deployment handles fewer requests at once than it declares.
    """
