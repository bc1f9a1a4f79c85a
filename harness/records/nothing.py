"""Evidence of cells that were not measured."""

from __future__ import annotations

from harness.records.evidence import CellEvidence
from harness.records.evidence import Front
from harness.records.plan import PlannedCell
from harness.records.words import Outcome


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
