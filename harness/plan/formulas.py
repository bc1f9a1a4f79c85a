"""Formulas from servers' documentation for numbers that depend on the machine.

A catalog names one, such as ``thread-pool`` or ``2 x thread-pool``; nothing in it is
ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from harness.records.catalog import Promised
from harness.records.plan import Formula

UNBOUNDED = "unbounded"

_SPELLED = re.compile(r"(?:(?P<times>[1-9][0-9]*) x )?(?P<name>[a-z][a-z-]*)")


class KnownFormula(NamedTuple):
    """One formula."""

    words: str
    """The formula, as the documentation writes it."""
    value: Callable[[int], int]
    """Computes the value from the number of processors."""


FORMULAS = {
    # https://docs.python.org/3/library/concurrent.futures.html: since Python 3.8 the
    # default of a ThreadPoolExecutor, which is also what asyncio runs functions in.
    "thread-pool": KnownFormula("min(32, processors + 4)", lambda p: min(32, p + 4)),
}


def parse(declared: Promised) -> Formula | None:
    """Parse a declaration in the catalog; ``None`` for a number or ``unbounded``.

    Raises ``ValueError`` for a word that is no formula.
    """
    if isinstance(declared, int) or declared == UNBOUNDED:
        return None
    spelled = _SPELLED.fullmatch(declared)
    if spelled is None or spelled["name"] not in FORMULAS:
        raise ValueError(f"{declared!r} is neither a number nor a formula")
    return Formula(name=spelled["name"], times=int(spelled["times"] or 1))


def words(formula: Formula) -> str:
    """A formula as documentation writes it."""
    known = FORMULAS[formula.name].words
    return known if formula.times == 1 else f"{formula.times} × {known}"


def value(formula: Formula, processors: int) -> int:
    """The value of a formula with this number of processors."""
    return formula.times * FORMULAS[formula.name].value(processors)
