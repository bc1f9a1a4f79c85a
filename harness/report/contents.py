"""Orders the sections of a report."""

from harness.records.changes import Changes
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.report.document import Section
from harness.report.document import Worth
from harness.report.grid import lay_out
from harness.report.sections import changes
from harness.report.sections import chart
from harness.report.sections import claims
from harness.report.sections import deployments
from harness.report.sections import details
from harness.report.sections import findings
from harness.report.sections import life
from harness.report.sections import memory
from harness.report.sections import page_matrix
from harness.report.sections import probes
from harness.report.sections import questions
from harness.report.sections import releases
from harness.report.sections import remarks
from harness.report.sections import staying
from harness.report.sections import summary


def page(
    report: Report, changed: Changes, checked: CheckResult | None = None
) -> list[Section]:
    """The sections of a page: the whole report, the most important first.

    ``checked`` is the result of a check of deployments, if the report is on one.
    """
    grid = lay_out(report)
    notes = findings.find_notes(grid)
    compared = [changes.page_section(changed)] if changed.baseline else []
    if checked:
        first = [*deployments.sections(report, checked), remarks.section(checked)]
    else:
        first = [
            summary.section(report, grid),
            chart.section(grid),
            page_matrix.section(report, grid),
            releases.section(changed.releases),
            findings.section(notes),
        ]
    return [
        *compared,
        *first,
        probes.section(report.cells),
        staying.section(report.cells),
        questions.section(grid),
        life.section(report.cells),
        memory.section(report.cells),
        claims.section(report.cells, Worth.FOLDED),
        *details.sections(report, notes),
        life.lost(report.cells),
    ]
