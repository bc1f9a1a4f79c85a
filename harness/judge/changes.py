"""Collects all changes: since a baseline, and between releases in one run.

No other module computes them: reports, gates and annotations are handed the result.
"""

from typing import NamedTuple

import msgspec

from harness.judge.compare import compare
from harness.judge.compare import measured_run
from harness.judge.expected import acknowledge
from harness.judge.expected import Expected
from harness.judge.releases import between_releases
from harness.records.changes import Changes
from harness.records.report import Report


class Baseline(NamedTuple):
    """A report to compare with, and the expected changes since then."""

    report: Report | None = None
    """The earlier report; ``None`` if there is none."""
    expected: Expected = Expected()


NOTHING = Baseline()


def changes_in(report: Report, baseline: Baseline = NOTHING) -> Changes:
    """All changes since the baseline, if there is one, and between releases."""
    changes = Changes(baseline=None, now=measured_run(report))
    if baseline.report is not None:
        changes = acknowledge(compare(baseline.report, report), baseline.expected)
    return msgspec.structs.replace(changes, releases=between_releases(report))
