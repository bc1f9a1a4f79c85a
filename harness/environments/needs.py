"""Checks what planned cells need of this machine besides packages, such as nginx.

Declared numbers that depend on the machine are computed as well.
"""

import shutil
from collections.abc import Iterator

import msgspec

from harness.measure.target import TARGET
from harness.plan import formulas
from harness.records.plan import Declaration
from harness.records.plan import Formula
from harness.records.plan import NeededHere
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedEnvironment
from harness.records.text import plural
from harness.system.command import output
from harness.system.machine import processors_of

TRY_SECONDS = 20.0
"""Deadline of a command that tests what a cell needs."""


def on_this_machine(planned: PlannedEnvironment) -> PlannedEnvironment:
    """Adapt a plan to this machine: mark unsupported cells, and fill in formulas."""
    missing: dict[NeededHere, str] = {}
    processors = processors_of(planned.environment.python)
    cells = tuple(_computed(_cell(cell, missing), processors) for cell in planned.cells)
    return msgspec.structs.replace(planned, cells=cells)


def _computed(cell: PlannedCell, processors: int) -> PlannedCell:
    if cell.computed is None:
        return cell
    declaration = with_number(cell.declaration, cell.computed, processors)
    return msgspec.structs.replace(cell, declaration=declaration)


def with_number(
    declaration: Declaration, computed: Formula, processors: int
) -> Declaration:
    """The declaration with the value of its formula, and a sentence about it."""
    number = formulas.value(computed, processors)
    count = plural(processors, "processor")
    sentence = f"With the {count} here {declaration.formula} is {number}."
    return msgspec.structs.replace(
        declaration, declared=number, because=f"{declaration.because} {sentence}"
    )


def _cell(cell: PlannedCell, missing: dict[NeededHere, str]) -> PlannedCell:
    if cell.not_supported is not None:
        return cell
    for need in cell.needs_here:
        if need not in missing:
            missing[need] = "; ".join(_missing(need))
        if missing[need]:
            reason = f"{missing[need]}: {need.because}"
            return msgspec.structs.replace(cell, not_supported=reason)
    return cell


def _missing(need: NeededHere) -> Iterator[str]:
    absent = [name for name in need.programs if shutil.which(name) is None]
    yield from (f"{name} not found" for name in absent)
    if need.succeeds and not absent:
        command = [word.format(target=TARGET) for word in need.succeeds]
        if fault := _fault(command):
            yield f"{' '.join(need.succeeds)} failed ({fault})"


def _fault(command: list[str]) -> str:
    """The reason why a command failed; empty if it succeeded."""
    done = output(command, seconds=TRY_SECONDS)
    lines = done.all.strip().splitlines()
    return lines[-1] if done.problem and lines else done.problem
