"""Knows how records are kept on disk; must not know what they mean.

A file appears whole or not at all, always with the same order of keys, and one file
that cannot be read never costs the others.

How files of an older schema are read: a key that is added has a default, so that files
without it are good as they are, and ``SCHEMA`` stays. When a key changes its meaning or
its name, or goes, ``SCHEMA`` is raised, and ``OLDER`` gets a function that turns what
was written before into what would be written now; several run one after the other. The
frozen files in ``tests/frozen/schema-1`` hold this: they are never written anew.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import NoReturn
from typing import TypeVar

import msgspec

from harness.records.changes import Changes
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.plan import Plan
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.track import Bisection
from harness.records.track import Timeline
from harness.records.words import SCHEMA

Kind = TypeVar("Kind")

EVIDENCE = "evidence"
SINGLE = (
    *("plan.json", "report.json", "report.md", "changes.json", "check.json"),
    *("timeline.json", "bisection.json"),
)
"""Files that a run writes beside its evidence."""

CHANGES = "changes.json"
TIMELINE = "timeline.json"

PREVIOUS = "previous"
"""Folder for what the run before left, until the next run begins."""

AGAIN = "measure again, or use the release of this project that wrote it"

OLDER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By schema: what turns a file of it into one of the next. None is needed yet."""


class _Shape(msgspec.Struct):
    """The one key that is looked at before any other."""

    schema: int


# ---------------------------------------------------------------------------- places


def plan_path(results: Path) -> Path:
    """Where the plan of a run is kept."""
    return results / "plan.json"


def report_path(results: Path) -> Path:
    """Where the report of a run is kept."""
    return results / "report.json"


def check_path(results: Path) -> Path:
    """Where it is kept what a check came to."""
    return results / "check.json"


def evidence_path(results: Path, environment: Environment) -> Path:
    """Where the evidence of one environment is kept."""
    return results / EVIDENCE / f"{environment.slug}.json"


# --------------------------------------------------------------------------- writing


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ``UsageError`` if it cannot be."""
    # Created like any other file (and not for the owner alone, as tempfile does): the
    # results may be read by another user, such as one that uploads them.
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as problem:
        raise UsageError(
            f"{path}: cannot be written: {problem.strerror}; choose another folder "
            "with --results"
        ) from problem
    finally:
        with suppress(OSError):
            part.unlink()


def _write(path: Path, record: msgspec.Struct) -> Path:
    compact = msgspec.json.encode(record, order="deterministic")
    write_text(path, msgspec.json.format(compact, indent=2).decode() + "\n")
    return path


def write_plan(results: Path, plan: Plan) -> Path:
    """Write the plan of a run; the path. Raises ``UsageError``."""
    return _write(plan_path(results), plan)


def bring_wheels(plan: Plan, beside: Path, results: Path) -> None:
    """Have the wheels of a plan below ``results``; they were made ``beside`` it.

    Raises ``UsageError`` when one is in neither place.
    """
    for built in (built for each in plan.environments for built in each.built):
        source, target = beside / built.wheel, results / built.wheel
        if target.exists():
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{os.getpid()}.part")
            shutil.copyfile(source, part)
            os.replace(part, target)
        except OSError as problem:
            raise UsageError(
                f"{source}: cannot be read: {problem.strerror}; the plan measures "
                f"{built.package} {built.version} from it: copy the folder of wheels "
                "together with the plan, or make the plan again"
            ) from problem


def write_evidence(results: Path, evidence: Evidence, name: str | None = None) -> Path:
    """Write the evidence of one environment; the path. Raises ``UsageError``.

    It is filed under the environment, or under a ``name`` of its own.
    """
    path = evidence_path(results, evidence.environment)
    return _write(path.with_name(f"{name}.json") if name else path, evidence)


def write_report(results: Path, report: Report) -> Path:
    """Write ``report.json``; the path. Raises ``UsageError``."""
    return _write(report_path(results), report)


def write_check(results: Path, result: CheckResult) -> Path:
    """Write ``check.json``; the path. Raises ``UsageError``."""
    return _write(check_path(results), result)


def begin(results: Path, plan: Plan) -> None:
    """Make room for a run, and write its plan.

    What an earlier run left is moved aside and kept until the next run begins, so that
    the new report has cells of its own run only and yet nothing is lost by starting.
    Raises ``UsageError``.
    """
    previous = results / PREVIOUS
    try:
        for old in (*previous.glob("*.*"), *(previous / EVIDENCE).glob("*.json")):
            old.unlink()
        for path in _of_a_run(results):
            kept = previous / path.relative_to(results)
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, kept)
    except OSError as problem:
        raise UsageError(
            f"{results}: cannot be used for results: {problem.strerror}; choose "
            "another folder with --results"
        ) from problem
    write_plan(results, plan)


def _of_a_run(results: Path) -> list[Path]:
    single = [results / name for name in SINGLE]
    evidence = (results / EVIDENCE).glob("*.json")
    return [path for path in (*single, *evidence) if path.is_file()]


# --------------------------------------------------------------------------- reading


def _refuse(path: Path | str, problem: object, remedy: str) -> NoReturn:
    raise Unreadable(f"{path}: {problem}; {remedy}") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"{path}: cannot be read: {problem.strerror}; check the path"
        ) from None


def _decode(path: Path | str, content: bytes, kind: type[Kind], remedy: str) -> Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as problem:
        _refuse(path, f"is not a file of this project: {problem}", remedy)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        _refuse(path, f"is not whole: {problem}", remedy)


def _read(path: Path | str, content: bytes, kind: type[Kind]) -> Kind:
    remedy = f"remove it, or {AGAIN}"
    schema = _decode(path, content, _Shape, remedy).schema
    known = [*OLDER, SCHEMA]
    if schema not in known:
        can = " and ".join(map(str, known))
        _refuse(path, f"has schema {schema}, and only {can} can be read", AGAIN)
    if schema != SCHEMA:
        content = _brought_up(_decode(path, content, dict[str, Any], remedy), schema)
    return _decode(path, content, kind, remedy)


def _brought_up(written: dict[str, Any], schema: int) -> bytes:
    """What would be written now, of what was written with an older schema."""
    while schema != SCHEMA:
        written = OLDER[schema](written)
        schema += 1
    return msgspec.json.encode(written | {"schema": schema})


def read_plan(path: Path) -> Plan:
    """Read a plan. Raises ``UsageError`` naming the file, the fault and a remedy."""
    return _decode(path, _content(path), Plan, "make the plan again")


def read_evidence_file(path: Path) -> Evidence:
    """Read the evidence of one environment. Raises ``UsageError`` like all readers.

    Evidence of another ``probe`` is read too: it is good, only never compared.
    """
    return _read(path, _content(path), Evidence)


def read_report(path: Path) -> Report:
    """Read a ``report.json``, or that of a folder of results.

    Raises ``UsageError`` like all readers; ``Unreadable``, which is one, when there is
    such a file but it is no whole report.
    """
    path = report_path(path) if path.is_dir() else path
    return parse_report(_content(path), str(path))


def parse_report(content: bytes, origin: str) -> Report:
    """A report from what a file or an address holds. Raises ``Unreadable``."""
    return _read(origin, content, Report)


def read_changes(path: Path) -> Changes:
    """Read a ``changes.json``. Raises ``UsageError`` like all readers."""
    return _read(path, _content(path), Changes)


def write_changes(path: Path, changes: Changes) -> Path:
    """Write a ``changes.json``; the path. Raises ``UsageError``."""
    return _write(path, changes)


def write_timeline(results: Path, timeline: Timeline) -> Path:
    """Write ``timeline.json``; the path. Raises ``UsageError``."""
    return _write(results / TIMELINE, timeline)


def read_timeline(path: Path) -> Timeline:
    """Read a ``timeline.json``. Raises ``UsageError`` like all readers."""
    return _read(path, _content(path), Timeline)


def write_bisection(results: Path, bisection: Bisection) -> Path:
    """Write ``bisection.json``; the path. Raises ``UsageError``."""
    return _write(results / "bisection.json", bisection)


def read_check(path: Path) -> CheckResult:
    """Read a ``check.json``. Raises ``UsageError`` like all readers."""
    return _read(path, _content(path), CheckResult)


def read_evidence(results: Path) -> tuple[list[Evidence], list[UsageError]]:
    """All evidence below a folder of results, and the files that cannot be used.

    In the order of the plan, if that is there, and otherwise of the file names.
    """
    evidence, faults = [], []
    for path in sorted((results / EVIDENCE).glob("*.json")):
        try:
            evidence.append(read_evidence_file(path))
        except UsageError as fault:
            faults.append(fault)
    order = _planned_order(results)
    evidence.sort(key=lambda each: order.get(str(each.environment), len(order)))
    return newest_cells(evidence), faults


def _planned_order(results: Path) -> dict[str, int]:
    """Position of each environment in the plan; empty when there is no good one."""
    try:
        plan = read_plan(plan_path(results))
    except UsageError:
        return {}
    return {str(each.environment): n for n, each in enumerate(plan.environments)}


def newest_cells(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same evidence with every cell once: where it was measured last.

    Pieces of one environment stay apart, since each has a control of its own that its
    cells are judged by; one that has no cell left is dropped.
    """
    newest: dict[str, Evidence] = {}
    for each in sorted(evidence, key=lambda each: each.measured_at):
        newest.update((cell.id, each) for cell in each.cells)
    return list(_without_older(evidence, newest))


def _without_older(
    evidence: Iterable[Evidence], newest: dict[str, Evidence]
) -> Iterable[Evidence]:
    for each in evidence:
        cells = tuple(cell for cell in each.cells if newest[cell.id] is each)
        if cells or not each.cells:
            yield msgspec.structs.replace(each, cells=cells)
