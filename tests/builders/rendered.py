"""Reports of samples and of cells made by hand, and their texts in each format."""

import functools
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.judge.changes import changes_in
from harness.records.changes import Changes
from harness.records.evidence import CellEvidence
from harness.records.evidence import Front
from harness.records.plan import Environment
from harness.records.report import Report
from harness.records.results import read_evidence
from harness.records.words import Outcome
from harness.report import contents
from harness.report import markdown
from harness.report import plain
from harness.report import terminal
from harness.report.document import Section
from harness.report.overview import overview
from harness.report.sections import verdict
from harness.report.sections.changes import section
from tests.samples import cases
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import judge
from tests.samples.make import rounds

SAMPLES = Path(cases.__file__).parent


def page(report: Report, **options: Any) -> str:
    """Return a report as Markdown."""
    return markdown.write(contents.page(report, changes_in(report)), **options)


def in_short(report: Report, folder: str = "") -> list[Section]:
    """Return the sections that every output format prints of a report."""
    end = verdict.of_run(report, None)
    return overview(report, changes_in(report), end, folder)


def lines(report: Report) -> str:
    """Return a report as plain lines."""
    return plain.write(in_short(report))


def drawn(sections: Sequence[Section], width: int = 80, **options: Any) -> str:
    """Return what a terminal shows of sections. No line may end with spaces."""
    options = {"color_system": None, "highlight": False, **options}
    console = Console(file=io.StringIO(), width=width, force_terminal=True, **options)
    terminal.show(sections, console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@functools.cache
def sample(case: str) -> Report:
    """Judge the evidence of one sample case."""
    found, faults = read_evidence(SAMPLES / case)
    assert not faults
    return judge(found)


def together(*cells: tuple[Environment, CellEvidence]) -> Report:
    """Judge several cells, each in its environment."""
    return judge([evidence(where, [one]) for where, one in cells])


def measured(
    flask: str, server: str, version: str, configuration: str, python: str = "3.11"
) -> tuple[Environment, CellEvidence]:
    """A cell that is as declared, and its environment."""
    where = environment(flask, server, version, python)
    return where, cell(where, configuration, 4, rounds(4, (4, 1)))


def behind_nginx(outcome: Outcome, **front: Any) -> Report:
    """A report with a configuration on its own and another behind nginx."""
    where = environment("3.1.3", "gunicorn", "27.0.1")
    proxied = cell(
        where,
        "nginx-sync-4",
        4,
        rounds(4, (4, 1)) if outcome is Outcome.MEASURED else (),
        outcome=outcome,
        reason="It is so.",
        front=Front(title="nginx", **front),
    )
    return judge(
        [evidence(where, [cell(where, "sync-4", 4, rounds(4, (4, 1))), proxied])]
    )


def written(changes: Changes) -> tuple[str, str]:
    """Return changes as Markdown and as plain lines."""
    return markdown.write([section(changes)]), plain.write([section(changes)])
