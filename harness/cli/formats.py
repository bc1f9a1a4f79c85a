"""Prints findings in each format of ``--output-format``, and writes pages of them."""

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.cli.rule_pages import meanings
from harness.cli.usage.printing import Printing
from harness.cli.usage.printing import TEXT
from harness.github.annotations import annotate
from harness.github.annotations import of_case
from harness.github.annotations import roll_up
from harness.records import files
from harness.records.errors import HarnessError
from harness.records.report import CellReport
from harness.records.track import Timeline
from harness.records.words import NOTEWORTHY
from harness.report import junit
from harness.report import markdown
from harness.report import sarif
from harness.report import terminal
from harness.report.cases import Case
from harness.report.document import Section
from harness.report.overview import in_full
from harness.report.overview import SHORT


class AllWays(NamedTuple):
    """What a verb prints, in every form that an output format may need."""

    record: object
    """All findings, for ``json``."""
    items: Sequence[object]
    """One finding each, for ``jsonl``."""
    cases: Sequence[Case]
    sections: Sequence[Section]
    """For people, in a terminal."""
    page: Sequence[Section]
    """For people, as a page."""
    measured_at: str


def show(
    printing: Printing, content: AllWays, fault: HarnessError | None = None
) -> None:
    """Print findings in the chosen format.

    ``fault`` is the error that the run fails with.
    """
    if printing.format != TEXT and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # the pens for programs
    match printing.format:
        case "json":
            print(files.as_json(content.record))
        case "jsonl":
            for item in content.items:
                print(msgspec.json.encode(item, order="deterministic").decode())
        case "github":
            shown = (each for each in content.cases if each.code and not each.left_out)
            urgent = sorted(shown, key=_urgency)
            annotate(roll_up([of_case(case, os.environ) for case in urgent]))
        case "junit":
            print(junit.write(content.cases, content.measured_at), end="")
        case "sarif":
            print(
                sarif.write(content.cases, meanings(), os.path.realpath(os.curdir)),
                end="",
            )
        case "markdown":
            print(markdown.write(content.page), end="")
        case _:
            show_text(printing, content.sections, content.page)
            if fault is not None:
                fault.shown = True


def show_text(
    printing: Printing, sections: Sequence[Section], page: Sequence[Section]
) -> None:
    """Print sections for people, the verdict last."""
    if printing.quiet:
        sections = [section for section in sections if section.name in SHORT]
    elif printing.verbose:
        sections = in_full(page, sections)
    terminal.show(sections)


def _urgency(case: Case) -> tuple[bool, int]:
    """Sort key of a case: failures first, since GitHub shows only a few annotations."""
    known = list(map(str, NOTEWORTHY))
    word = str(case.word)
    return not case.fails, known.index(word) if word in known else len(known)


def write_pages(
    results: Path,
    title: str,
    sections: Sequence[Section],
    cells: Sequence[CellReport] = (),
    timeline: Timeline | None = None,
) -> None:
    """Write both pages beside ``report.json``. Raises ``UsageError``."""
    # Imported late: a run that fails before it has a report needs no templates.
    from harness.site.run_page import report_page

    files.write_text(results / "report.md", markdown.write(sections))
    page = report_page(title, sections, cells, timeline)
    files.write_text(results / "report.html", page)


def shown_path(path: Path) -> str:
    """A path as one would type it in the current folder."""
    current = Path.cwd()
    return str(path.relative_to(current) if path.is_relative_to(current) else path)
