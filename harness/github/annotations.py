"""Annotations that GitHub shows beside the lines of files."""

from __future__ import annotations

from collections.abc import Mapping

from harness.github.runner import Annotation
from harness.github.runner import in_repository
from harness.github.runner import roll_up
from harness.records.report import CheckResult
from harness.records.report import Report


def annotate_deployments(
    report: Report, result: CheckResult, environ: Mapping[str, str]
) -> list[Annotation]:
    """An annotation for each broken promise, at the setting that it is about."""
    words = {cell.configuration: cell.word for cell in report.cells}
    return roll_up(
        [
            Annotation(
                "error" if each.exit_code else "warning",
                f"{each.name}: {words[each.name]}",
                each.reason,
                in_repository(each.file, environ),
                each.line,
            )
            for each in result.deployments
            if each.reason
        ]
    )
