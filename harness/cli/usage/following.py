"""The options of the verbs that follow releases, and the record that they become."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.usage import options as shared
from harness.cli.usage.printing import in_text
from harness.cli.usage.printing import Printing
from harness.cli.usage.selecting import Axes
from harness.cli.usage.selecting import axes
from harness.cli.usage.verb import as_record

if TYPE_CHECKING:
    from packaging.version import Version


@dataclass(frozen=True, kw_only=True)
class Following:
    """The options of every verb that follows releases."""

    since: tuple[tuple[str, Version], ...]
    until: tuple[tuple[str, Version], ...]
    pre: bool
    """Whether pre-releases are followed too."""
    axes: Axes
    """If these name no Python, the id of a cell may."""
    history: Path
    results: Path
    jobs: int
    """Environments that are measured side by side."""
    printing: Printing


def limit(text: str) -> tuple[str, Version]:
    """The package and the release that a text such as ``gunicorn==20.1.0`` names."""
    from packaging.utils import canonicalize_name  # not needed for help
    from packaging.version import InvalidVersion
    from packaging.version import Version

    name, _, release = text.partition("==")
    try:
        return canonicalize_name(name.strip()), Version(release)
    except InvalidVersion:
        remedy = "write it like gunicorn==20.1.0"
        raise click.BadParameter(f"{text!r}: {remedy}") from None


following = as_record(
    "given",
    Following,
    click.option(
        "--since",
        multiple=True,
        type=limit,
        metavar="NAME==RELEASE",
        help="Leave out older releases of a package; may be repeated.",
    ),
    click.option(
        "--until",
        multiple=True,
        type=limit,
        metavar="NAME==RELEASE",
        help="Leave out newer releases of a package; may be repeated.",
    ),
    click.option("--pre", is_flag=True, help="Include pre-releases."),
    shared.folder_option(
        "--history",
        default="history",
        help="Folder of all measurements, one file each.",
    ),
    axes,
    shared.jobs,
    shared.results,
    in_text,
)
"""The options shared by all verbs that follow releases."""
