"""Measures one environment: ``python -m harness.measure ORDER RESULTS``.

A program of its own, without the command line and its imports: a run starts it for each
environment, and importing all of that would take longer than measuring some.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from harness.measure import events
from harness.measure.environment import measure
from harness.measure.events import Event
from harness.records.evidence import Evidence
from harness.records.plan import Installed
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.results import write_evidence


def main(order: Path, results: Path) -> None:
    """Measure the environment in the file ``order``; write evidence after each cell."""
    planned, installed = msgspec.json.decode(
        order.read_bytes(), type=tuple[PlannedEnvironment, Installed]
    )

    def seen(evidence: Evidence) -> None:
        write_evidence(results, evidence)
        events.emit(events.cell_done(evidence.cells[-1]))

    def begin(cell: PlannedCell) -> None:
        events.emit(Event(id=cell.id))

    logs = results / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    asyncio.run(measure(planned, installed, logs, seen, begin))


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
