"""The control: a server of exactly known capacity, measured in every environment."""

from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.records.evidence import ControlEvidence
from harness.records.plan import Declaration
from harness.records.plan import PlannedCell

CONTROL_SHAPE = (2, 2)
"""Processes and threads of the control that is measured in every environment."""

_CONTROL = Declaration(
    declared=CONTROL_SHAPE[0] * CONTROL_SHAPE[1],
    because="The control runs this many threads, each of which takes one request",
    source="",
)


async def measure_control(bench: Bench, module: str = "app") -> ControlEvidence:
    """Measure the control server in this environment.

    ``module`` is the file in ``target/`` that has its app; ``plain_app`` needs no
    Flask.
    """
    processes, threads = CONTROL_SHAPE
    address = ("--host", "{host}", "--port", "{port}")
    shape = ("--processes", str(processes), "--threads", str(threads), "--app", module)
    planned = PlannedCell(
        id="control",
        configuration="control",
        argv=("{python}", "{target}/control.py", *address, *shape),
        declaration=_CONTROL,
    )
    cell = await measure_cell(bench, planned)
    return ControlEvidence(
        processes=processes,
        threads=threads,
        outcome=cell.outcome,
        reason=" ".join(filter(None, (cell.reason, cell.log_tail))),
        rounds=cell.rounds,
        steered=cell.steered,
        workers=cell.workers,
    )
