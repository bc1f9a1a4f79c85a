"""Reports as they are printed, with the changes from release to release."""

from __future__ import annotations

from typing import Any

from harness.judge.changes import changes_in
from harness.records.report import Report
from harness.report import markdown
from harness.report import terminal


def page(report: Report, **options: Any) -> str:
    """A report as Markdown."""
    return markdown.render(report, changes_in(report), **options)


def lines(report: Report) -> str:
    """A report as lines."""
    return terminal.plain(report, changes_in(report))
