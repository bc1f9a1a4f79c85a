"""The options by which a run is compared with a baseline, and fails."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import as_record
from harness.records.choices import FailOn
from harness.records.choices import NEED_BASELINE
from harness.records.errors import UsageError


class ComparisonOptions(NamedTuple):
    """What to compare a run with, and which changes fail it."""

    baseline: str | None
    baseline_optional: bool
    """Whether a baseline that does not exist means that nothing is compared."""
    expected: Path | None
    fail_on: FailOn


def comparison(
    baseline: str | None,
    baseline_optional: bool,
    expected: Path | None,
    fail_on: FailOn,
) -> ComparisonOptions:
    """Make the record of the options ``comparing``. Raises ``UsageError``."""
    if fail_on in NEED_BASELINE and not baseline:
        raise UsageError(f"--fail-on {fail_on} needs a --baseline to compare with")
    return ComparisonOptions(baseline, baseline_optional, expected, fail_on)


expected_changes = shared.file_option(
    "--expected", help="File of expected changes, such as expected.toml."
)

comparing = as_record(
    "comparison",
    comparison,
    shared.fail_on,
    click.option(
        "--baseline",
        metavar="REPORT",
        help="Earlier report.json to compare with: a file, a folder of results or an "
        "https address.",
    ),
    click.option("--baseline-optional", is_flag=True, hidden=True),
    expected_changes,
)
"""The options by which a run is compared with a baseline and fails."""
