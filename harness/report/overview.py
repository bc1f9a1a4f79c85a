"""What a terminal shows of a report.

The last table is the matrix, the last line the verdict. Everything else is above the
matrix, in a line each. The details are in the page, which ``--verbose`` prints first.
"""

from collections.abc import Sequence

from harness.records.changes import Changes
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.words import Outcome
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.grid import Grid
from harness.report.grid import lay_out
from harness.report.sections import changes
from harness.report.sections import claims
from harness.report.sections import findings_in_short
from harness.report.sections import life
from harness.report.sections import questions
from harness.report.sections import releases
from harness.report.sections import remarks
from harness.report.sections import terminal_matrix
from harness.report.sections import verdict
from harness.report.text import say

SHORT = ("the findings in short", "the changes", verdict.NAME)
"""Sections that are printed with ``--quiet``."""

FEW = 3
"""Up to this many cells are printed with all details."""


def overview(
    report: Report,
    changed: Changes,
    end: Section,
    folder: str = "",
    checked: CheckResult | None = None,
) -> list[Section]:
    """The report in short; ``end`` is the verdict, and ``folder`` has the files."""
    grid = lay_out(report)
    findings = findings_in_short.section(report.cells)
    if checked is not None or len(report.cells) <= FEW:
        findings = findings_in_short.in_full(
            report.cells, checked.deployments if checked else ()
        )
    return [
        releases.section(changed.releases),
        claims.section(report.cells),
        *_matrix(report, grid),
        questions.in_lines(grid),
        life.in_lines(report.cells),
        *([changes.section(changed)] if changed.baseline is not None else []),
        findings,
        *([remarks.section(checked)] if checked is not None else []),
        _with_files(end, folder),
    ]


def _matrix(report: Report, grid: Grid) -> list[Section]:
    """The matrix, unless it has no number."""
    if all(cell.outcome is not Outcome.MEASURED for cell in report.cells):
        return []
    return [terminal_matrix.section(report, grid, questions.beside(grid))]


def _with_files(end: Section, folder: str) -> Section:
    """The verdict, after a line that names the files of the whole report."""
    line = say("The whole report: {}/report.md, report.html, report.json", folder)
    return end._replace(blocks=(Paragraph(line), *end.blocks)) if folder else end


def in_full(page: Sequence[Section], short: Sequence[Section]) -> list[Section]:
    """The page, then what a terminal shows last, without repeating anything."""
    ends = [each for each in short if each.name in ("the matrix", verdict.NAME)]
    names = {end.name for end in ends}
    return [*(each for each in page if each.name not in names), *ends]
