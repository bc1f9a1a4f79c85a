"""One cell in a few words, where there is no table."""

from __future__ import annotations

from harness.records.report import CellReport
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Value
from harness.report.sections.matrix import number

SHORT = (Verdict.UNEVEN, Verdict.FEWER)
"""Verdicts with which the declared number is named."""


def number_of(cell: CellReport) -> str:
    """How many were in the app at once: ``4``, ``≥64``, or ``4–8 of 8``."""
    text = number(cell)
    if cell.verdict not in SHORT or cell.declared is None or "seen" in text:
        return text
    return f"{text} of {cell.declared}"


def result(cell: CellReport) -> Value:
    """The number, and how it looks where it is not simply as declared.

    The note is why there is no number, or what else the number is compared with.
    """
    mark = words.mark(cell)
    if cell.outcome is not Outcome.MEASURED:
        return Value("", mark, cell.reason)
    if cell.verdict is Verdict.AS_DECLARED:
        return Value(number(cell), None)
    more = cell.verdict is Verdict.MORE and cell.declared is not None
    return Value(number_of(cell), mark, f"than {cell.declared}" if more else "")
