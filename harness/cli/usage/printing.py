"""The options that say what is printed, and the record that they become."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import click

from harness.cli.usage.verb import as_record
from harness.cli.usage.verb import several
from harness.records.errors import UsageError

TEXT = "text"

FORMATS = (TEXT, "json", "jsonl", "github", "junit", "sarif", "markdown")


class Printing(NamedTuple):
    """What is printed on standard output."""

    format: str = TEXT
    quiet: bool = False
    """Findings and the verdict only, and no progress."""
    verbose: bool = False
    """The whole report."""


def as_printing(output_format: str, quiet: bool, verbose: bool) -> Printing:
    """Make the record of the options ``printing``. Raises ``UsageError``."""
    if quiet and verbose:
        raise UsageError("--quiet and --verbose are both given; give one")
    return Printing(output_format, quiet, verbose)


output_format = click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    default=TEXT,
    metavar="FORMAT",
    help=f"What to print on standard output: {', '.join(FORMATS)}.",
)

loudness = several(
    click.option(
        *("-q", "--quiet"),
        is_flag=True,
        help="Print only findings and the verdict, and no progress.",
    ),
    click.option(
        *("-v", "--verbose"),
        is_flag=True,
        help="Print the whole report, with the reason for each finding.",
    ),
)

printing = as_record("printing", as_printing, output_format, loudness)
in_text = as_record("printing", partial(as_printing, TEXT), loudness)
"""For verbs that print nothing but text."""
