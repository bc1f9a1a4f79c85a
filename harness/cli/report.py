"""The verb ``report``, and the end of every run: judge it, show it, pass or fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.cli.again import probe_again
from harness.cli.compare import read_baseline
from harness.cli.formats import AllWays
from harness.cli.formats import show as show_in
from harness.cli.formats import shown_path
from harness.cli.formats import write_pages
from harness.cli.progress import say_faults
from harness.cli.usage.comparing import ComparisonOptions
from harness.cli.usage.printing import Printing
from harness.environments.collect import collect
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.judge.changes import NOTHING
from harness.judge.gate import fault_of
from harness.judge.gate import FORBIDDEN
from harness.judge.gate import stored_fault
from harness.judge.judge import judge
from harness.records import files
from harness.records.changes import Changes
from harness.records.choices import FailOn
from harness.records.errors import HarnessError
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.results import CHANGES
from harness.records.results import CHECK
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.report import contents
from harness.report.cases import of_check
from harness.report.cases import of_report
from harness.report.document import Section
from harness.report.overview import overview
from harness.report.sections import verdict

TITLE = "Flask Concurrency Matrix"
CHECK_TITLE = "Deployments: requests at once"


def report(comparison: ComparisonOptions, results: Path, printing: Printing) -> int:
    """Judge stored evidence again and show it."""
    before = read_baseline(comparison)
    is_check = (results / CHECK).is_file() and (results / REPORT).is_file()
    ending = conclude_check if is_check else conclude
    return ending(results, before, comparison.fail_on, printing)


def conclude(
    results: Path,
    before: Baseline,
    fail_on: FailOn,
    printing: Printing,
    seconds: float | None = None,
) -> int:
    """Judge and show a whole run; return its exit code. Raises the errors of a gate.

    ``seconds`` is how long the run took, if known.
    """
    evidence, faults = collect(results)
    code = say_faults(faults)
    judged = judge(evidence, probe_again())
    compared = changes_in(judged, NOTHING if faults else before)
    fault: HarnessError | None = faults[0] if faults else None
    if fault is None:
        fault = fault_of(judged, fail_on, compared)
    end = verdict.of_run(judged, fault, seconds=seconds)
    show(results, judged, compared, end, printing, fail_on=fail_on, fault=fault)
    if fault is not None and not code:
        raise fault
    return code


def show(
    results: Path,
    judged: Report,
    compared: Changes,
    end: Section,
    printing: Printing,
    above: Sequence[Section] = (),
    fail_on: FailOn = FailOn.HARNESS,
    fault: HarnessError | None = None,
) -> None:
    """Write and print a report, and what changed since a baseline.

    ``above`` goes to the top of its pages, and ``end`` is printed last.
    """
    files.write(results / CHANGES, compared)
    page = write(results, judged, compared, above=above)
    sections = overview(judged, compared, end, shown_path(results))
    cases = of_report(judged, FORBIDDEN[fail_on])
    ways = AllWays(judged, judged.cells, cases, sections, page, judged.measured_at)
    show_in(printing, ways, fault)


def write(
    results: Path,
    judged: Report,
    compared: Changes,
    checked: CheckResult | None = None,
    above: Sequence[Section] = (),
) -> list[Section]:
    """Write a report and its pages; return the sections of the page."""
    files.write(results / REPORT, judged)
    page = [*above, *contents.page(judged, compared, checked)]
    write_pages(results, CHECK_TITLE if checked else TITLE, page, judged.cells)
    return page


# -------------------------------------------------------------------- of deployments


def conclude_check(
    results: Path, before: Baseline, fail_on: FailOn, printing: Printing
) -> int:
    """Show the stored report of a check again. Raises the error that it failed with.

    It is shown as the check left it: only the check knew the settings of the
    deployments, so only it could judge promises. ``fail_on`` can make it fail too.
    """
    judged = read_report(results)
    checked = files.read(results / CHECK, CheckResult)
    compared = changes_in(judged, before)
    strict = fail_on is not FailOn.HARNESS
    more = fault_of(judged, fail_on, compared) if strict else None
    write(results, judged, compared, checked)
    document = judged, judged.cells
    if fault := show_check(
        results, judged, checked, printing, compared, document, more
    ):
        raise fault
    return 0


def show_check(
    results: Path,
    judged: Report,
    checked: CheckResult,
    printing: Printing,
    compared: Changes | None = None,
    document: tuple[object, Sequence[object]] | None = None,
    more: HarnessError | None = None,
) -> HarnessError | None:
    """Print what a check came to; return the error that it fails with.

    ``document`` is what programs get, and the parts of it: by default the result of the
    check. ``more`` is an error that counts if the check itself passed.
    """
    compared = compared or changes_in(judged)
    fault = stored_fault(checked)
    end = verdict.of_check(judged, checked, fault)
    if more and not fault:
        fault, end = more, verdict.of_run(judged, more)
    sections = overview(judged, compared, end, shown_path(results), checked)
    page = contents.page(judged, compared, checked)
    document = document or (checked, checked.deployments)
    cases = of_check(judged, checked)
    show_in(
        printing, AllWays(*document, cases, sections, page, judged.measured_at), fault
    )
    return fault
