"""Evidence of what was not measured."""

from __future__ import annotations

import harness
from harness.records.evidence import CellEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Front
from harness.records.evidence import Host
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome


def nothing_measured(
    planned: PlannedEnvironment,
    outcome: Outcome,
    reason: str,
    log_tail: str = "",
    *,
    host: Host,
    measured_at: str,
) -> Evidence:
    """Evidence that no cell of an environment was measured, and why.

    A cell that the plan says is not supported stays so, for the reason in the plan.
    """
    return Evidence(
        tool=harness.__version__,
        environment=planned.environment,
        title=planned.title,
        measured_at=measured_at,
        host=host,
        sources=planned.sources,
        limit=planned.limit,
        cells=tuple(
            unmeasured(cell, Outcome.NOT_SUPPORTED, cell.not_supported)
            if cell.not_supported is not None
            else unmeasured(cell, outcome, reason, log_tail)
            for cell in planned.cells
        ),
    )


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
