"""The report of a run for people: ``report.md``, and ``report.html`` with pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.records import files
from harness.records.report import CellReport
from harness.records.track import Timeline
from harness.report import markdown
from harness.report.document import Section


def write_pages(
    results: Path,
    title: str,
    sections: Sequence[Section],
    cells: Sequence[CellReport] = (),
    timeline: Timeline | None = None,
) -> None:
    """Write both pages beside ``report.json``. Raises ``UsageError``."""
    # Imported late: a run that fails before it has a report needs no templates.
    from harness.site.run import report_page

    files.write_text(results / "report.md", markdown.write(sections))
    page = report_page(title, sections, cells, timeline)
    files.write_text(results / "report.html", page)


def shown_path(path: Path) -> str:
    """A path as one would type it in the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
