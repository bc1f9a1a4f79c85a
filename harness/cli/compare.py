"""The verb ``compare``, and how other verbs compare with a baseline.

The baseline is read before anything is measured, so a wrong file is reported at once.
"""

from dataclasses import replace
from pathlib import Path

from harness.cli.formats import AllWays
from harness.cli.formats import show
from harness.cli.usage.comparing import ComparisonOptions
from harness.cli.usage.printing import Printing
from harness.github import baseline
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.judge.expected import Expected
from harness.judge.gate import fault_of
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.records import toml
from harness.records.choices import FailOn
from harness.report.cases import of_changes
from harness.report.sections import verdict
from harness.report.sections.changes import counted
from harness.report.sections.changes import in_lists
from harness.report.sections.changes import page_section


def read_baseline(options: ComparisonOptions) -> Baseline:
    """Read the baseline and the expected changes. Raises ``UsageError``."""
    promised = _expected(options.expected)
    before = options.baseline
    if before and options.baseline_optional and baseline.find(before) is None:
        print(f"There is no baseline yet: {before}; nothing is compared")
        before = None
    return Baseline(baseline.read(before) if before else None, promised)


def _expected(path: Path | None) -> Expected:
    """The expected changes in a file; none without a file. Raises ``UsageError``."""
    remedy = "check the path given with --expected"
    return toml.read(path, Expected, remedy) if path else Expected()


def compare(
    old: str,
    new: str,
    expected: Path | None,
    fail_on: FailOn,
    printing: Printing,
    older: str | None,
) -> int:
    """Show what changed between two reports."""
    promised = _expected(expected)
    before, now = baseline.read(old), baseline.read(new)
    changes = changes_in(now, Baseline(before, promised))
    cases = of_changes(changes, FORBIDDEN_CHANGES.get(fail_on, ()))
    fault = fault_of(now, fail_on, changes)
    sections = [in_lists(changes), verdict.of_changes(counted(changes), fault)]
    page = [page_section(changes)]
    ways = AllWays(changes, changes.cells, cases, sections, page, now.measured_at)
    show(replace(printing, format=older or printing.format), ways, fault)
    if fault is not None:
        raise fault
    return 0
