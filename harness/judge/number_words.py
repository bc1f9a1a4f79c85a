"""Words for a measured number, as comparisons and ``expected.toml`` use them."""

from harness.records.changes import Seen
from harness.records.report import CellReport
from harness.records.words import Outcome


def in_words(cell: CellReport) -> str:
    """The number or outcome of a cell, as ``expected.toml`` spells it."""
    if cell.outcome is not Outcome.MEASURED:
        return str(cell.outcome)
    if cell.open_ended:
        return "unbounded"
    return f"{cell.ceiling}" if always_reached(cell) else f"up to {cell.ceiling}"


def one_side(cell: CellReport) -> Seen:
    """The record of one of the two cells of a comparison."""
    return Seen(
        said=in_words(cell),
        outcome=cell.outcome,
        verdict=cell.verdict,
        declared=cell.declared,
        ceiling=cell.ceiling,
        floor=cell.floor,
        bounded=cell.bounded,
    )


def numbers(cell: CellReport) -> str:
    """The range of the number in the app, from the floor to the ceiling."""
    open_end = "" if cell.bounded else "at least "
    if always_reached(cell):
        return f"{open_end}{cell.ceiling}"
    return f"{cell.floor} to {open_end}{cell.ceiling}"


def both_numbers(before: CellReport, now: CellReport) -> str:
    """The numbers of two measured cells as a clause."""
    return f"{numbers(before)} before; now {numbers(now)}"


def always_reached(cell: CellReport) -> bool:
    """Whether every round reached the declared number, or the most ever seen."""
    ceiling = cell.ceiling or 0
    load = cell.declared if cell.declared is not None else ceiling
    return cell.floor is not None and cell.floor >= min(load, ceiling)
