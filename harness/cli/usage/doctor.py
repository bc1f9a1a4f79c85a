"""How ``doctor`` is used."""

import click

from harness.cli.usage.verb import Verb


@click.command(
    cls=Verb,
    examples=("flask-concurrency doctor",),
    exit_codes=(("0", "shown"),),
)
def doctor() -> None:
    """Show what this machine can do, and what to install for the rest.

    Nothing is measured, installed or fetched.
    """
