"""The options that say what a run is compared with, and when it fails."""

from dataclasses import dataclass
from pathlib import Path

import click

from harness.cli.usage import options as shared
from harness.cli.usage.verb import as_record
from harness.records.choices import FailOn
from harness.records.choices import NEED_BASELINE
from harness.records.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class ComparisonOptions:
    """What to compare a run with, and which changes fail it. Raises ``UsageError``."""

    baseline: str | None
    baseline_optional: bool
    """Whether a baseline that does not exist means that nothing is compared."""
    expected: Path | None
    fail_on: FailOn

    def __post_init__(self) -> None:
        if self.fail_on in NEED_BASELINE and not self.baseline:
            needs = "needs a --baseline to compare with"
            raise UsageError(f"--fail-on {self.fail_on} {needs}")


expected_changes = shared.file_option(
    "--expected", help="File of expected changes, such as expected.toml."
)

comparing = as_record(
    "comparison",
    ComparisonOptions,
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
