"""The options that say what is printed, and the record that they become."""

from dataclasses import dataclass

import click

from harness.cli.usage.verb import as_record
from harness.cli.usage.verb import several
from harness.records.errors import UsageError

TEXT = "text"

FORMATS = (TEXT, "json", "jsonl", "github", "junit", "sarif", "markdown")


@dataclass(frozen=True)
class Printing:
    """What is printed on standard output. Raises ``UsageError``."""

    format: str = TEXT
    quiet: bool = False
    """Findings and the verdict only, and no progress."""
    verbose: bool = False
    """The whole report."""

    def __post_init__(self) -> None:
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose are both given; give one")


output_format = click.option(
    *("--output-format", "format"),
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

printing = as_record("printing", Printing, output_format, loudness)
in_text = as_record("printing", Printing, loudness)
"""For verbs that print nothing but text."""
