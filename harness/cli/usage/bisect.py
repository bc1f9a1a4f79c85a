"""How ``bisect`` is used."""

import click

from harness.cli.usage.following import following
from harness.cli.usage.options import OneOf
from harness.cli.usage.verb import Verb
from harness.records.choices import Act


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency bisect werkzeug/run",
        "flask-concurrency bisect gunicorn/gthread-2x4 --good 20.1.0 --bad 23.0.0",
        "flask-concurrency bisect gunicorn/gthread-2x4 --good 20.1.0 --bad 23.0.0 "
        "--lost-on reload",
    ),
)
@click.argument("cell")
@click.option(
    "--of",
    metavar="NAME",
    help="Package whose releases are searched: Flask, or the server.  [default: the "
    "server, and for Flask's own server Flask]",
)
@click.option(
    "--good", metavar="RELEASE", help="One end of the search.  [default: the oldest]"
)
@click.option(
    "--bad", metavar="RELEASE", help="The other end.  [default: the newest release]"
)
@click.option(
    "--lost-on",
    type=OneOf(Act),
    metavar="ACT",
    help="Search for the release that began or ceased to lose requests during an "
    f"act: {', '.join(Act)}.  [default: search for a "
    "change in the number of requests]",
)
@following
def bisect() -> None:
    """Find the release in which a configuration changed, and why.

    CELL is SERVER/CONFIGURATION, or the id of a cell, which also fixes everything but
    the releases that are searched. At the change, packages are swapped one at a time to
    find the cause.
    """
