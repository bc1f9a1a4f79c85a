"""How ``site`` is used."""

from dataclasses import dataclass
from pathlib import Path

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import as_record
from harness.cli.usage.verb import Verb
from harness.plan.folder import FOLDER
from harness.records.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What a site is made of. Raises ``UsageError``."""

    results: tuple[Path, ...]
    history: tuple[Path, ...]
    catalog: Path
    snapshot: Path | None
    released: Path | None
    ask_index: bool
    """Whether the package index is asked first, and ``released`` written."""

    def __post_init__(self) -> None:
        if self.ask_index and self.released is None:
            raise UsageError("--ask-index needs --released, the file to write")


sources = as_record(
    "sources",
    Sources,
    shared.folder_option(
        "--results",
        multiple=True,
        default=("results",),
        help="Results of a run; may be repeated.",
    ),
    shared.folder_option(
        "--history", multiple=True, help="A history that track keeps; may be repeated."
    ),
    shared.folder_option(
        "--catalog",
        default=FOLDER,
        show_default=False,
        help="Catalog of the servers in the site.  [default: the one included]",
    ),
    shared.file_option(
        "--snapshot", help="A snapshot.toml that says how the evidence was made."
    ),
    shared.file_option(
        "--released", help="A released.json, with the releases on the package index."
    ),
    click.option(
        "--ask-index",
        is_flag=True,
        help="Ask the package index for releases first, and write that file.",
    ),
)


@click.command(
    cls=Verb,
    examples=(
        "flask-concurrency site --results results --history history --out site",
        "flask-concurrency site --results results --url https://example.org/atlas/",
    ),
)
@sources
@click.option(
    "--url",
    default="",
    show_default=False,
    metavar="URL",
    help="The site's future address.",
)
@click.option(
    "--out",
    type=shared.RESOLVED,
    default="site",
    metavar="DIR",
    help="Folder to write; an existing site in it is replaced.",
)
def site() -> None:
    """Write the atlas: static pages made from reports and histories.

    Nothing is measured, and the network is used only with --ask-index.
    """
