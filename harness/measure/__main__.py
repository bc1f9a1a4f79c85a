"""Measures environments: ``python -m harness.measure RESULTS``.

It is a separate program so that it need not import the command line: a run starts it
once for each job, and those imports would take longer than measuring some cells. Its
standard input is a socket, over which it gets its orders.
"""

import asyncio
import gc
import socket
import sys
from pathlib import Path

from harness.measure import events
from harness.measure.environment import measure
from harness.measure.events import Event
from harness.measure.orders import orders
from harness.records.evidence import Evidence
from harness.records.plan import PlannedCell
from harness.records.results import write_evidence


def main(results: Path) -> None:
    """Measure what is ordered; write evidence after each cell."""

    def store(evidence: Evidence) -> None:
        write_evidence(results, evidence)
        events.emit(events.cell_done(evidence.cells[-1]))

    def begin(cell: PlannedCell) -> None:
        events.emit(Event(id=cell.id))

    # Imported modules stay. Without this, the garbage collector would scan them again
    # and again while thousands of requests come and go.
    gc.freeze()
    logs = results / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with socket.socket(fileno=sys.stdin.fileno()) as connection:
        for planned, installed in orders(connection):
            asyncio.run(measure(planned, installed, logs, store, begin))


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
