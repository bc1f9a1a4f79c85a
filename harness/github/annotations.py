"""Annotations: what GitHub shows beside a run and beside the lines of files.

Exactly what fails the run is an error. Foreign text (names, reasons, output of servers)
never reaches the runner as a command: it is escaped.
"""

import os
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Literal
from typing import NamedTuple

from harness.judge.compare import REGRESSIONS
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.rules import Other
from harness.records.rules import with_id
from harness.records.words import FAILURES
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.cases import Case
from harness.report.cases import of_changes
from harness.report.escape import printable
from harness.report.grid import lay_out
from harness.report.sections.findings import find_notes
from harness.report.words import MARKS

Level = Literal["error", "warning", "notice"]

TITLE = "Flask Concurrency Matrix"
"""The title of an annotation that is about no cell."""

BUDGET: dict[Level, int] = {"error": 8, "warning": 8, "notice": 8}
"""Annotations of each level: GitHub shows ten for a step, and a composite action is one
step. Its failure adds an error, and actions that it uses may warn as well."""

CHARACTERS = 1_000
"""Characters of one annotation: GitHub cuts at 4096 bytes, and a character has up to
four."""


class Annotation(NamedTuple):
    """One annotation."""

    level: Level
    title: str
    message: str
    file: str = ""
    """Path relative to the repository; empty for an annotation of the run."""
    line: int = 0
    """Line of that file, counted from one; zero for the file as a whole."""


def annotate(annotations: Sequence[Annotation]) -> None:
    """Print the commands that make the runner show annotations."""
    for annotation in annotations:
        print(command(annotation), flush=True)


def annotate_error(problem: object) -> None:
    """Show what made a stage fail."""
    annotate([Annotation("error", TITLE, str(problem))])


def command(annotation: Annotation) -> str:
    """The line that makes the runner show an annotation."""
    # The path is neither shortened nor made printable: it must be the name of the file.
    file = annotation.file if annotation.file.isprintable() else ""
    properties = {
        "file": _property(file),
        "line": str(annotation.line) if file and annotation.line else "",
        "title": _property(printable(annotation.title)),
    }
    given = ",".join(f"{name}={value}" for name, value in properties.items() if value)
    message = _data(printable(annotation.message, characters=CHARACTERS))
    return f"::{annotation.level} {given}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def in_repository(path: str, environ: Mapping[str, str]) -> str:
    """A path relative to the repository; empty for a file outside of it.

    Without a runner the current folder stands for the repository.
    """
    root = os.path.realpath(environ.get("GITHUB_WORKSPACE") or os.curdir)
    real_path = os.path.realpath(path)
    inside = bool(path) and os.path.commonpath((root, real_path)) == root
    return os.path.relpath(real_path, root) if inside else ""


# ------------------------------------------------------------------ what is annotated


def cell_annotations(
    report: Report, forbidden: Collection[Outcome | Verdict]
) -> list[Annotation]:
    """Annotations of a report, most urgent first; ``forbidden`` words fail the run."""
    annotations: list[Annotation] = []
    for key, several in find_notes(lay_out(report)).items():
        if key is not Outcome.NOT_SUPPORTED:
            level = _level(key, forbidden)
            word = MARKS[key].named
            annotations += (
                Annotation(level, f"{word}: {note.where}", note.reason)
                for note in several
            )
    return roll_up(annotations)


def of_case(case: Case, environ: Mapping[str, str]) -> Annotation:
    """The annotation of a finding."""
    level: Level = "error" if case.fails else "warning"
    title = f"{case.word} ({case.code}): {case.name}"
    file = in_repository(case.file, environ)
    return Annotation(level, title, case.message, file, case.line)


def change_annotations(changes: Changes, fatal: Collection[Change]) -> list[Annotation]:
    """Annotations of changes that are worse or fatal, and not expected.

    Expected changes that were not found are annotated too.
    """
    worse = [
        of_case(case, {})
        for case in of_changes(changes, fatal)
        if case.fails or (case.code and case.word in REGRESSIONS)
    ]
    unmatched = [
        Annotation(
            "warning",
            f"{with_id(Other.UNMATCHED)}: {each.cell}",
            f"from {each.before} to {each.now}: {each.problem}",
        )
        for each in changes.unmatched
    ]
    return roll_up([*worse, *unmatched])


def deployment_annotations(
    report: Report, result: CheckResult, environ: Mapping[str, str]
) -> list[Annotation]:
    """Annotations of broken promises, each at its setting."""
    words = {cell.configuration: MARKS[cell.word].named for cell in report.cells}
    return roll_up(
        [
            Annotation(
                "error" if deployment.exit_code else "warning",
                f"{deployment.name}: {words[deployment.name]}",
                deployment.reason,
                in_repository(deployment.file, environ),
                deployment.line,
            )
            for deployment in result.deployments
            if deployment.reason
        ]
        + [
            Annotation(
                "notice" if remark.word is Other.PLATFORM_FEWER else "warning",
                f"{deployment.name}: {with_id(remark.word)}",
                f"{remark.reason}; {remark.remedy}",
                in_repository(remark.file, environ),
                remark.line,
            )
            for deployment in result.deployments
            for remark in deployment.remarks
        ]
    )


def _level(key: Outcome | Verdict, forbidden: Collection[Outcome | Verdict]) -> Level:
    if key in forbidden:
        return "error"
    if key in FAILURES or key in (Verdict.FEWER, Verdict.UNEVEN):
        return "warning"
    return "notice"


def roll_up(annotations: Sequence[Annotation]) -> list[Annotation]:
    """Keep as many of each level as GitHub shows; the last one sums up the rest."""
    shown: list[Annotation] = []
    for level, budget in BUDGET.items():
        of_level = [
            annotation for annotation in annotations if annotation.level == level
        ]
        if len(of_level) > budget:
            rest = of_level[budget - 1 :]
            more = Annotation(
                level,
                f"and {len(rest)} more",
                "The summary has all: " + "; ".join(each.title for each in rest),
            )
            of_level = [*of_level[: budget - 1], more]
        shown += of_level
    return shown
