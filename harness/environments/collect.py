"""Collects the evidence of one run, or of several jobs of it.

For a planned cell without evidence, evidence is made that says so. So the report has a
row for every planned cell, whatever happened to a job.
"""

from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.measure.unmeasured import nothing_measured
from harness.plan.plan import only_cells
from harness.records import files
from harness.records.errors import UsageError
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.results import EVIDENCE
from harness.records.results import in_order
from harness.records.results import newest_cells
from harness.records.results import PLAN
from harness.records.results import PREVIOUS
from harness.records.results import read_one
from harness.records.results import read_plan
from harness.records.words import Outcome

MISSING = (
    "missing: it was planned, and there is no evidence of it; whatever was to measure "
    "it ended early, or its artifact was not found"
)


def collect(folder: Path) -> tuple[list[Evidence], list[UsageError]]:
    """All evidence below a folder, and an error for each file that cannot be used.

    The evidence is in the order of the plan. The folder has the results of a run, or
    several such folders, as downloaded artifacts do. Planned cells without evidence
    have the outcome harness failed.
    """
    evidence, faults = files.read_all(_files(folder, f"{EVIDENCE}/*.json"), read_one)
    plans, more = files.read_all(_files(folder, PLAN), read_plan)
    plans.sort(key=lambda plan: -len(plan.environments))
    plan = _united(environment for plan in plans for environment in plan.environments)
    evidence = newest_cells(evidence) + missing(plan, evidence)
    return in_order(evidence, plan), faults + more


def _files(folder: Path, pattern: str) -> list[Path]:
    """The files of one run: in a folder of results, or in all such folders below it."""
    if (folder / PLAN).exists() or (folder / EVIDENCE).exists():
        return sorted(folder.glob(pattern))
    return [
        path
        for path in sorted(folder.rglob(pattern))
        if PREVIOUS not in path.relative_to(folder).parts
    ]


def _united(environments: Iterable[PlannedEnvironment]) -> Plan:
    """One plan of all environments; those with the same name become one."""
    united: dict[str, PlannedEnvironment] = {}
    for planned in environments:
        name = str(planned.environment)
        first = united.setdefault(name, planned)
        known = {cell.id for cell in first.cells}
        more = tuple(cell for cell in planned.cells if cell.id not in known)
        united[name] = msgspec.structs.replace(first, cells=(*first.cells, *more))
    return Plan(environments=tuple(united.values()))


def missing(plan: Plan, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence that planned cells are missing, by environment."""
    present = {cell.id for each in evidence for cell in each.cells}
    absent = only_cells(plan, lambda cell: cell.id not in present)
    return [
        nothing_measured(environment, Outcome.HARNESS_FAILED, MISSING)
        for environment in absent.environments
    ]
