"""The matrix of the README, made of the report of a run of the default selection."""

from __future__ import annotations

import re

from harness.records.report import Report
from harness.report import markdown
from harness.report.sections.matrix import grid
from harness.report.sections.matrix import section

from . import readme

Shape = list[tuple[str, str, tuple[bool, ...]]]
"""Of each row the server, the configuration, and which cells are filled."""


def shape(report: Report) -> Shape:
    """The rows of a report's matrix."""
    return [
        (row.server, f"`{row.label}`", tuple(cell is not None for cell in row.cells))
        for row in grid(report).rows
    ]


def shape_in_readme() -> Shape:
    """The rows of the README's matrix."""
    rows, server = [], ""
    for line in readme.block("matrix").splitlines()[2:]:
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if label.startswith("**"):
            server = label.strip("*")
        else:
            rows.append((server, label, tuple(map(bool, cells))))
    return rows


def table(report: Report) -> str:
    """The matrix of a report as a table of Markdown."""
    found = re.search(
        r"(?m)^\|  \| .*\n(?:\|.*\n)+", markdown.write([section(report, grid(report))])
    )
    assert found, "the report has no matrix"
    return found[0]
