"""Puts the result of one cell into a few words."""

from harness.records.report import CellReport
from harness.records.text import bound
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Value
from harness.report.sections.matrix_cells import number
from harness.report.sections.matrix_cells import shown_floor
from harness.report.sections.matrix_cells import VARYING
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text


def configuration(cell: CellReport) -> Text:
    """The server of a cell, with its proxy, and the configuration."""
    return say("{} {}", words.chain(cell), Name(cell.configuration))


def number_of(cell: CellReport) -> str:
    """The number in the app at once, such as ``4``, ``≥64``, or ``4–8 of 8``."""
    text, seen = number(cell), shown_floor(cell) is Basis.SEEN
    if cell.verdict not in VARYING or cell.declared is None or seen:
        return text
    return f"{text} of {cell.declared}"


def seen_in(cell: CellReport, reason: str, remedy: str) -> str:
    """The part of a reason that says what was seen.

    In a reason, this part is followed by the cause, ``cell.because``, and the remedy.
    """
    seen = reason.removesuffix(f"; {remedy}")
    return without_declared(cell, seen.removesuffix(f"; because {cell.because}"))


def without_declared(cell: CellReport, reason: str) -> str:
    """A reason without the declared number, which is printed beside it."""
    return reason.removeprefix(f"declares {bound(cell.declared)}; ")


def result(cell: CellReport) -> Value:
    """The number of a cell, with a mark if it is not simply as declared.

    The note is why there is no number, or the number that it is compared with.
    """
    mark = words.mark(cell)
    if cell.outcome is not Outcome.MEASURED:
        return Value("", mark, cell.reason)
    if cell.verdict is Verdict.AS_DECLARED:
        return Value(number(cell), None)
    more = cell.verdict is Verdict.MORE and cell.declared is not None
    return Value(number_of(cell), mark, f"than {cell.declared}" if more else "")
