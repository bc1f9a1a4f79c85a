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
@shared.folder_option(
    "--results",
    multiple=True,
    default=("results",),
    help="Results of a run; may be repeated.",
)
@shared.folder_option(
    "--history", multiple=True, help="A history that track keeps; may be repeated."
)
@shared.folder_option(
    "--catalog",
    default=FOLDER,
    show_default=False,
    help="Catalog of the servers in the site.  [default: the one included]",
)
@shared.file_option(
    "--snapshot", help="A snapshot.toml, which says how the evidence was made."
)
@shared.file_option(
    "--released", help="A released.json, with the releases on the package index."
)
@click.option(
    "--ask-index",
    is_flag=True,
    help="Ask the package index for releases first, and write that file.",
)
@click.option("--url", default="", metavar="URL", help="Future address of the site.")
@click.option(
    "--out",
    type=shared.RESOLVED,
    default="site",
    metavar="DIR",
    help="Folder to write; a site that is there already is replaced.",
)
def site() -> None:
    """Write the atlas: static pages made of reports and histories.

    Nothing is measured, and the network is used only with --ask-index.
    """
