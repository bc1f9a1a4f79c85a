"""Evidence of environments in which nothing was measured."""

from __future__ import annotations

import harness
from harness.records.evidence import Evidence
from harness.records.nothing import unmeasured
from harness.records.plan import PlannedEnvironment
from harness.records.words import Outcome
from harness.system.machine import host
from harness.system.machine import now


def nothing_measured(
    planned: PlannedEnvironment, outcome: Outcome, reason: str, log_tail: str = ""
) -> Evidence:
    """Evidence of an environment in which nothing could be measured."""
    return Evidence(
        tool=harness.__version__,
        environment=planned.environment,
        title=planned.title,
        measured_at=now(),
        host=host(),
        sources=planned.sources,
        limit=planned.limit,
        cells=tuple(
            unmeasured(cell, Outcome.NOT_SUPPORTED, cell.not_supported)
            if cell.not_supported is not None
            else unmeasured(cell, outcome, reason, log_tail)
            for cell in planned.cells
        ),
    )
