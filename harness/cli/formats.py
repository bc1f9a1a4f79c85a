"""The option ``--output-format``, and what each format prints."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import click
import msgspec

from harness.cli import options as shared
from harness.github.annotations import annotate
from harness.github.annotations import Annotation
from harness.github.annotations import in_repository
from harness.github.annotations import Level
from harness.github.annotations import roll_up
from harness.records import files
from harness.report import junit
from harness.report import markdown
from harness.report import sarif
from harness.report import terminal
from harness.report.cases import Case
from harness.report.document import Section

TEXT = "text"

FORMATS = (TEXT, "json", "jsonl", "github", "junit", "sarif", "markdown")

QUIET, VERBOSE = "quiet", "verbose"
"""Two more ways to print text, which have options of their own."""

IN_SHORT = ("the findings", "the changes", "the interruption", "the counts")
"""Sections that are printed with ``--quiet``."""

output_format = click.option(
    "--output-format",
    type=click.Choice((*FORMATS, QUIET, VERBOSE)),
    default=TEXT,
    metavar="FORMAT",
    help=f"What to print on standard output: {', '.join(FORMATS)}.",
)


loudness = shared.several(
    click.option(
        "-q",
        "--quiet",
        "output_format",
        flag_value=QUIET,
        help="Print only findings and counts, and no progress.",
    ),
    click.option(
        "-v",
        "--verbose",
        "output_format",
        flag_value=VERBOSE,
        help="Print the whole report.",
    ),
)


class AllWays(NamedTuple):
    """The findings of a verb, in every form in which they can be printed."""

    record: object
    """The whole, as JSON."""
    items: Sequence[object]
    """Its parts, as a line of JSON each."""
    cases: Sequence[Case]
    sections: Sequence[Section]
    """For people: in a terminal."""
    page: Sequence[Section]
    """For people: as a page."""
    measured_at: str


def show(format: str, content: AllWays) -> None:
    """Print findings in a format."""
    match format:
        case "json":
            print(files.as_json(content.record))
        case "jsonl":
            for each in content.items:
                print(msgspec.json.encode(each, order="deterministic").decode())
        case "github":
            annotate(roll_up(list(map(_annotation, filter(_is_found, content.cases)))))
        case "junit":
            print(junit.write(content.cases, content.measured_at), end="")
        case "sarif":
            print(sarif.write(content.cases, os.path.realpath(os.curdir)), end="")
        case "markdown":
            print(markdown.write(content.page), end="")
        case "quiet":
            terminal.show([each for each in content.sections if each.name in IN_SHORT])
        case "verbose":
            terminal.show(content.page)
        case _:
            terminal.show(content.sections)


def _is_found(case: Case) -> bool:
    return bool(case.code) and not case.left_out


def _annotation(case: Case) -> Annotation:
    level: Level = "error" if case.fails else "warning"
    title = f"{case.word} ({case.code}): {case.name}"
    file = in_repository(case.file, os.environ)
    return Annotation(level, title, case.message, file, case.line)
