"""The options that select what is measured, and the records that they become."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from typing import NamedTuple
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from harness.cli.usage import options as shared
from harness.cli.usage.verb import as_record
from harness.plan.folder import FOLDER
from harness.records.choices import DEFAULT_LIMIT
from harness.records.choices import Question

if TYPE_CHECKING:
    from harness.records.catalog import Selection


class Axes(NamedTuple):
    """What is installed, and how many requests are offered."""

    flask: tuple[str, ...]
    server_release: tuple[str, ...]
    python: str | None
    """``None`` if no option names one."""
    limit: int
    catalog: Path

    def selection(self, **more: Any) -> Selection:
        """Select what the catalog has on these axes; ``more`` narrows the selection."""
        from harness.records.catalog import Selection  # not needed for help

        return Selection(
            flask=self.flask,
            server_releases=self.server_release,
            python=self.python or Selection().python,
            limit=self.limit,
            **more,
        )


class Selected(NamedTuple):
    """What to measure, and the folder of the catalog that it is selected from."""

    selection: Selection
    catalog: Path


def selected(
    axes: Axes,
    only: tuple[str, ...],
    servers: tuple[str, ...],
    everything: bool,
    ask: tuple[Question, ...],
) -> Selected:
    """Make the record of the options ``selecting``."""
    selection = axes.selection(
        only=only, servers=servers, everything=everything, ask=ask
    )
    return Selected(selection, axes.catalog)


def _servers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The servers of the catalog."""
    folder = Path(ctx.params.get("catalog") or FOLDER) / "servers"
    names = sorted(path.stem for path in folder.glob("*.toml"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


axes = as_record(
    "axes",
    Axes,
    click.option(
        "--flask",
        multiple=True,
        metavar="RELEASE",
        help="Flask release, folder, archive, or git+URL@REFERENCE; may be repeated.",
    ),
    click.option(
        "--server-release",
        multiple=True,
        metavar="NAME==RELEASE,...",
        shell_complete=_servers,
        help="Releases of a server instead of the catalog's; each may also be a "
        "folder, an archive or a git reference.",
    ),
    click.option(
        "--python",
        type=shared.python_version,
        metavar="X.Y",
        help="Python to measure with.  [default: this one]",
    ),
    shared.number_option(
        "--limit",
        default=DEFAULT_LIMIT,
        help="The most requests to offer if no bound is declared.",
    ),
    shared.folder_option(
        "--catalog",
        default=FOLDER,
        show_default=False,
        help="Folder of servers and releases to select from.  [default: the one "
        "included]",
    ),
)

selecting = as_record(
    "selected",
    selected,
    click.option(
        "--only",
        multiple=True,
        metavar="GLOB",
        help="Cells to measure, such as 'flask-3.1.3/gunicorn-*/gthread-2x4/*'; quote "
        "globs; may be repeated.",
    ),
    click.option(
        "--server",
        "servers",
        multiple=True,
        metavar="NAME[==RELEASE]",
        shell_complete=_servers,
        help="Server to measure; may be repeated.",
    ),
    click.option(
        "--all", "everything", is_flag=True, help="Measure everything in the catalog."
    ),
    axes,
    shared.ask,
)
