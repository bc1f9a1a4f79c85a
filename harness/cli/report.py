"""The verb ``report``, and the end of every run: judge it, show it, pass or fail."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.cli.compare import read_baseline
from harness.cli.formats import AllWays
from harness.cli.formats import show as show_in
from harness.cli.formats import shown_path
from harness.cli.formats import write_pages
from harness.cli.reproduce import probe_again
from harness.cli.streams import say_faults
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


class Conclusion(NamedTuple):
    """A run that was judged."""

    report: Report
    changes: Changes
    end: Section
    """The verdict, which is printed last."""
    fail_on: FailOn = FailOn.HARNESS
    fault: HarnessError | None = None
    """The error that the run fails with."""
    above: Sequence[Section] = ()
    """Sections for the top of its pages."""


def report(comparison: ComparisonOptions, results: Path, printing: Printing) -> int:
    """Judge stored evidence again and show it."""
    before = read_baseline(comparison)
    fail_on = comparison.fail_on
    if not (results / CHECK).is_file() or not (results / REPORT).is_file():
        return conclude(results, before, fail_on, printing)
    if fault := show_check(results, printing, before, fail_on, as_report=True):
        raise fault
    return 0


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
    show(results, printing, Conclusion(judged, compared, end, fail_on, fault))
    if fault is not None and not code:
        raise fault
    return code


def show(results: Path, printing: Printing, run: Conclusion) -> None:
    """Write and print the report of a run, and what changed since a baseline."""
    files.write(results / CHANGES, run.changes)
    page = write(results, run.report, run.changes, above=run.above)
    sections = overview(run.report, run.changes, run.end, shown_path(results))
    cases = of_report(run.report, FORBIDDEN[run.fail_on])
    measured_at = run.report.measured_at
    ways = AllWays(run.report, run.report.cells, cases, sections, page, measured_at)
    show_in(printing, ways, run.fault)


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


def show_check(
    results: Path,
    printing: Printing,
    before: Baseline = NOTHING,
    fail_on: FailOn = FailOn.HARNESS,
    *,
    as_report: bool = False,
) -> HarnessError | None:
    """Show the report that a check left; return the error that the check fails with.

    The report is shown as the check left it: only the check knew the settings of the
    deployments, so only the check could judge their promises. ``fail_on`` can make it
    fail as well. Output formats for programs have the result of the check or, with
    ``as_report``, the report.
    """
    judged = read_report(results)
    checked = files.read(results / CHECK, CheckResult)
    compared = changes_in(judged, before)
    fault = stored_fault(checked)
    end = verdict.of_check(judged, checked, fault)
    if fault is None and fail_on is not FailOn.HARNESS:
        fault = fault_of(judged, fail_on, compared)
        end = verdict.of_run(judged, fault) if fault else end
    page = write(results, judged, compared, checked)
    sections = overview(judged, compared, end, shown_path(results), checked)
    whole: tuple[object, Sequence[object]] = checked, checked.deployments
    if as_report:
        whole = judged, judged.cells
    cases = of_check(judged, checked)
    show_in(printing, AllWays(*whole, cases, sections, page, judged.measured_at), fault)
    return fault
