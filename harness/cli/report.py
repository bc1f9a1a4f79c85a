"""The verb ``report``, and how a run is concluded: judged, shown, passed or failed."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from pathlib import Path

import click

from harness.cli import options as shared
from harness.cli.again import probe_again
from harness.cli.compare import comparing
from harness.cli.compare import ComparisonOptions
from harness.cli.compare import known
from harness.cli.formats import AllWays
from harness.cli.formats import show as show_in
from harness.cli.formats import TEXT
from harness.cli.pages import write_pages
from harness.cli.progress import say_faults
from harness.environments.collect import collect
from harness.judge.changes import Baseline
from harness.judge.changes import changes_in
from harness.judge.changes import NOTHING
from harness.judge.gate import FailOn
from harness.judge.gate import FORBIDDEN
from harness.judge.gate import gate
from harness.judge.judge import judge
from harness.records import files
from harness.records.changes import Changes
from harness.records.evidence import Evidence
from harness.records.report import Report
from harness.records.results import CHANGES
from harness.records.results import REPORT
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import contents
from harness.report.cases import of_report
from harness.report.sections import changes
from harness.report.sections import summary

TITLE = "How many requests are handled at the same time"


@click.command(
    cls=shared.Verb,
    examples=(
        "flask-concurrency report --results results",
        "flask-concurrency report --baseline before.json --fail-on change",
    ),
)
@comparing
@shared.results
def report(comparison: ComparisonOptions, results: Path) -> int:
    """Judge stored evidence again and show it.

    Nothing is measured. The evidence may come from several machines.
    """
    return conclude(results, known(comparison), comparison.fail_on)


def conclude(
    results: Path, before: Baseline, fail_on: FailOn, format: str = TEXT
) -> int:
    """Judge and show a whole run; its exit code. Raises the errors of a gate."""
    evidence, faults = collect(results)
    judged, compared = show(
        results, evidence, NOTHING if faults else before, format, FORBIDDEN[fail_on]
    )
    if code := say_faults(faults):
        return code
    gate(judged, fail_on, compared)
    return 0


def show(
    results: Path,
    evidence: Sequence[Evidence],
    before: Baseline = NOTHING,
    format: str = TEXT,
    forbidden: Collection[Outcome | Verdict] = (),
    missing: int = 0,
) -> tuple[Report, Changes]:
    """Judge evidence; write and print the report, and what changed since a baseline.

    ``missing`` is how many cells a run that was interrupted did not reach.
    """
    judged = judge(evidence, probe_again())
    compared = changes_in(judged, before)
    files.write(results / CHANGES, compared)
    files.write(results / REPORT, judged)
    page = contents.page(judged, compared)
    early = [summary.interrupted(missing)] if missing else []
    write_pages(results, TITLE, [*early, *page], judged.cells)
    sections = contents.overview(judged, compared, str(results))
    if compared.baseline is not None:
        sections.append(changes.section(compared))
    sections += early
    cases = of_report(judged, forbidden)
    measured_at = judged.measured_at
    show_in(format, AllWays(judged, judged.cells, cases, sections, page, measured_at))
    return judged, compared
