"""Makes evidence of an environment, and of cells that were not measured."""

from typing import Any

import harness
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Front
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome
from harness.system.machine import host
from harness.system.machine import now


def evidence_of(
    planned: PlannedEnvironment, cells: tuple[CellEvidence, ...], **others: Any
) -> Evidence:
    """New evidence of an environment, with this machine and the present time."""
    return Evidence(
        tool=harness.__version__,
        environment=planned.environment,
        title=planned.title,
        measured_at=now(),
        host=host(),
        sources=planned.sources,
        limit=planned.limit,
        cells=cells,
        **others,
    )


def nothing_measured(
    planned: PlannedEnvironment, outcome: Outcome, reason: str, log_tail: str = ""
) -> Evidence:
    """Evidence that no cell of an environment was measured, and why.

    A cell that the plan says is not supported stays so, for the reason in the plan.
    """
    cells = (
        unmeasured(cell, outcome, reason, log_tail)
        if cell.not_supported is None
        else unmeasured(cell, Outcome.NOT_SUPPORTED, cell.not_supported)
        for cell in planned.cells
    )
    return evidence_of(planned, tuple(cells))


def unmeasured(
    planned: PlannedCell, outcome: Outcome, reason: str, log_tail: str = ""
) -> CellEvidence:
    """Evidence that a planned cell was not measured, and why."""
    return CellEvidence(
        id=planned.id,
        configuration=planned.configuration,
        outcome=outcome,
        reason=reason,
        log_tail=log_tail,
        command=planned.argv,
        front=Front(title=planned.front.title) if planned.front else None,
        declaration=planned.declaration,
    )
