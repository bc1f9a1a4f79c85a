"""How ``track`` is used."""

import click

from harness.cli.usage.following import following
from harness.cli.usage.verb import Verb

DEFAULT = ("werkzeug/run",)
"""The configuration that is followed by default."""


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency track",
        "flask-concurrency track gunicorn/gthread-2x4 --of gunicorn",
        "flask-concurrency track 'werkzeug/*' --since flask==2.0.0 --show",
    ),
)
@click.argument(
    "configurations", nargs=-1, default=DEFAULT, metavar="[CONFIGURATION]..."
)
@click.option(
    "--of",
    multiple=True,
    metavar="NAME",
    help="Package whose releases are followed: Flask, or a server; may be repeated.  "
    "[default: Flask]",
)
@click.option(
    "--list", "list_only", is_flag=True, help="List the cells to measure and stop."
)
@click.option(
    "--show",
    is_flag=True,
    help="Show the history without measuring or using the network.",
)
@following
def track() -> None:
    """Measure configurations under every release, and show what changed.

    CONFIGURATION is SERVER/CONFIGURATION, a glob on these, or the id of a cell; without
    one it is werkzeug/run. What is in the history is not measured again.
    """
