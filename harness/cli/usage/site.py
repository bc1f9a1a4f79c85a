"""How ``site`` is used."""

from __future__ import annotations

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import Verb
from harness.plan.folder import FOLDER


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency site --results results --history history --out site",
        "flask-concurrency site --results results --url https://example.org/atlas/",
    ),
)
@click.option(
    "--results",
    multiple=True,
    type=shared.DIRECTORY,
    default=("results",),
    metavar="DIR",
    help="Results of a run; may be repeated.",
)
@click.option(
    "--history",
    multiple=True,
    type=shared.DIRECTORY,
    metavar="DIR",
    help="A history that track keeps; may be repeated.",
)
@click.option(
    "--catalog",
    type=shared.DIRECTORY,
    default=FOLDER,
    show_default=False,
    metavar="DIR",
    help="Folder of servers that the cells are of.  [default: the one that is shipped]",
)
@click.option(
    "--snapshot",
    type=shared.FILE,
    metavar="FILE",
    help="How the evidence was made: a snapshot.toml.",
)
@click.option(
    "--released",
    type=shared.FILE,
    metavar="FILE",
    help="Releases that are on the package index: a released.json.",
)
@click.option(
    "--ask-index",
    is_flag=True,
    help="Ask the package index for releases first, and write that file.",
)
@click.option("--url", default="", metavar="URL", help="Where the site is going to be.")
@click.option(
    "--out",
    type=shared.RESOLVED,
    default="site",
    metavar="DIR",
    help="Folder to write; a site that is there already is replaced.",
)
def site() -> None:
    """Write the atlas: static pages made of reports and histories.

    Nothing is measured, and no network is used but with --ask-index.
    """
