"""Reads and writes the folder of results that a run leaves.

A file that cannot be read does not keep the others from being read.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.records import files
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.plan import Plan
from harness.records.report import Report

EVIDENCE = "evidence"
"""Folder with a file of evidence for each environment."""

PREVIOUS = "previous"
"""Folder for the files of the previous run, until the next run begins."""

LOCK = ".flask-concurrency.lock"
"""File that is locked during a run."""

PLAN, REPORT, CHANGES = "plan.json", "report.json", "changes.json"
CHECK, TIMELINE, BISECTION = "check.json", "timeline.json", "bisection.json"

SINGLE = (
    *(PLAN, REPORT, "report.md", "report.html"),
    *(CHANGES, CHECK, TIMELINE, BISECTION),
)
"""Files that a run writes beside its evidence, each for the record of its name."""


def evidence_path(results: Path, environment: Environment) -> Path:
    """Path of the evidence of one environment."""
    return results / EVIDENCE / f"{environment.slug}.json"


def begin(results: Path, plan: Plan) -> None:
    """Make room for a run, and write its plan.

    Files of the run before are moved aside and stay until the next run begins. So a
    report has only cells of its own run, and yet starting a run loses nothing. Raises
    ``UsageError``.
    """
    previous = results / PREVIOUS
    try:
        refuse_others(results)
        _occupy(results)
        for old in _of_a_run(previous):
            old.unlink()
        for path in _of_a_run(results):
            aside = previous / path.relative_to(results)
            aside.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, aside)
    except OSError as problem:
        raise UsageError(
            f"{results}: cannot be used for results: {problem.strerror}; choose "
            "another folder with --results"
        ) from problem
    files.write(results / PLAN, plan)


def refuse_others(results: Path) -> None:
    """Raise ``UsageError`` if a file that no run wrote has the name of one of ours.

    It would be moved aside, and removed by the next run. In a folder that a run has
    locked before, all such files are ours.
    """
    if (results / LOCK).exists():
        return
    for folder in (results, results / PREVIOUS):
        present = _of_a_run(folder)
        records = [each for each in present if each.suffix == ".json"]
        foreign = [record for record in records if not _is_ours(record)]
        if not records:
            foreign = present
        if foreign:
            raise UsageError(
                f"{foreign[0]}: is there already, and no run wrote it; choose another "
                "folder with --results"
            )


def _is_ours(path: Path) -> bool:
    """Whether one of our runs wrote a file, whole or not."""
    try:
        content = files.read_bytes(path)
    except UsageError:
        return False
    return b'"schema"' in content or b'"environments"' in content


_LOCKS: dict[Path, int] = {}
"""Descriptors that are open until this process ends, by folder."""


def _occupy(results: Path) -> None:
    """Keep other runs out of a folder, and a new one out of git.

    Raises ``OSError`` and ``UsageError``.
    """
    results.mkdir(parents=True, exist_ok=True)
    if not any(results.iterdir()):
        (results / ".gitignore").write_text("*\n")
    if results in _LOCKS:
        return
    lock = os.open(results / LOCK, os.O_WRONLY | os.O_CREAT, 0o666)
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise UsageError(
            f"{results}: another run is writing there; wait until it ends, or choose "
            "another folder with --results"
        ) from None
    _LOCKS[results] = lock


def _of_a_run(results: Path) -> list[Path]:
    single = [results / name for name in SINGLE]
    evidence = (results / EVIDENCE).glob("*.json")
    return [path for path in (*single, *evidence) if path.is_file()]


def read_plan(path: Path) -> Plan:
    """Read a plan. Raises ``UsageError``."""
    return files.read(path, Plan, remedy="make the plan again")


def read_report(path: Path) -> Report:
    """Read a report from a file or a folder of results. Raises ``UsageError``."""
    return files.read(path / REPORT if path.is_dir() else path, Report)


def write_evidence(results: Path, evidence: Evidence, name: str | None = None) -> Path:
    """Write the evidence of one environment; return its path. Raises ``UsageError``.

    The file is named after the environment, or has a ``name`` of its own.
    """
    path = evidence_path(results, evidence.environment)
    return files.write(path.with_name(f"{name}.json") if name else path, evidence)


def read_evidence(results: Path) -> tuple[list[Evidence], list[UsageError]]:
    """All evidence below a folder of results, and the files that cannot be used.

    In the order of the plan, if that is there, and otherwise of the file names.
    """
    paths = sorted((results / EVIDENCE).glob("*.json"))
    evidence, faults = files.read_all(paths, read_one)
    plans, _ = files.read_all([results / PLAN], read_plan)
    return in_order(newest_cells(evidence), *plans), faults


def read_one(path: Path) -> Evidence:
    """Read the evidence of one environment. Raises ``UsageError``."""
    return files.read(path, Evidence)


def in_order(evidence: Sequence[Evidence], *plans: Plan) -> list[Evidence]:
    """Sort evidence in the order of a plan; evidence that is not in it comes last."""
    planned = [str(e.environment) for plan in plans for e in plan.environments]
    order = {name: n for n, name in enumerate(planned)}
    return sorted(
        evidence, key=lambda each: order.get(str(each.environment), len(order))
    )


def newest_cells(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with only the newest measurement of each cell.

    Pieces of one environment stay apart, since each has a control of its own that its
    cells are judged by; one that has no cell left is dropped.
    """
    newest: dict[str, Evidence] = {}
    for each in sorted(evidence, key=lambda each: each.measured_at):
        newest.update((cell.id, each) for cell in each.cells)
    return [
        msgspec.structs.replace(each, cells=cells)
        for each in evidence
        for cells in [tuple(cell for cell in each.cells if newest[cell.id] is each)]
        if cells or not each.cells
    ]
