"""Knows how the matrix of the README is made of a run of the default selection; must
not know what is in it. ``python -m tests.pages.matrix RESULTS`` writes it anew.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from harness.judge.changes import changes_in
from harness.records import results as store
from harness.records.report import Report
from harness.report import markdown
from harness.report.sections.matrix import grid

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"(?<=<!-- matrix -->\n).*?(?=<!-- /matrix -->)", re.DOTALL)

Shape = list[tuple[str, str, tuple[bool, ...]]]
"""Of each row the server, the configuration, and which cells are filled."""


def shape(report: Report) -> Shape:
    """The rows of a report's matrix."""
    return [
        (row.server, f"`{row.label}`", tuple(cell is not None for cell in row.cells))
        for row in grid(report).rows
    ]


def shape_of_readme() -> Shape:
    """The rows of the README's matrix."""
    found, server = [], ""
    for line in _block().splitlines()[2:]:
        label, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if label.startswith("**"):
            server = label.strip("*")
        else:
            found.append((server, label, tuple(map(bool, cells))))
    return found


def _block() -> str:
    found = BLOCK.search(README.read_text())
    assert found, "the README has no markers for the matrix"
    return found[0]


def write(results: Path) -> None:
    """Put the matrix of a run into the README."""
    report = store.read_report(results)
    text = markdown.render(report, changes_in(report))
    table = re.search(r"(?m)^\|  \| .*\n(?:\|.*\n)+", text)
    assert table, "the report has no matrix"
    readme = README.read_text()
    README.write_text(readme.replace(_block(), table[0]))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
