"""Formulas from servers' documentation for numbers that depend on the machine.

A catalog names a formula, such as ``thread-pool`` or ``2 x thread-pool``; nothing in a
catalog is ever evaluated as code.
"""

import re

from harness.records.catalog import Promised
from harness.records.plan import Formula

UNBOUNDED = "unbounded"

_SPELLED = re.compile(r"(?:(?P<times>[1-9][0-9]*) x )?(?P<name>[a-z][a-z-]*)")


def thread_pool(processors: int) -> int:
    """The default size of a ThreadPoolExecutor, in which asyncio runs functions too.

    Since Python 3.8: https://docs.python.org/3/library/concurrent.futures.html
    """
    return min(32, processors + 4)


FORMULAS = {"thread-pool": ("min(32, processors + 4)", thread_pool)}
"""By name: the formula as the documentation writes it, and as a function of the number
of processors."""


def parse(declared: Promised) -> Formula | None:
    """Parse a declaration in the catalog; ``None`` for a number or ``unbounded``.

    Raises ``ValueError`` for a word that is not a formula.
    """
    if isinstance(declared, int) or declared == UNBOUNDED:
        return None
    spelled = _SPELLED.fullmatch(declared)
    if spelled is None or spelled["name"] not in FORMULAS:
        raise ValueError(f"{declared!r} is neither a number nor a formula")
    return Formula(name=spelled["name"], times=int(spelled["times"] or 1))


def words(formula: Formula) -> str:
    """A formula as documentation writes it."""
    known, _ = FORMULAS[formula.name]
    return known if formula.times == 1 else f"{formula.times} × {known}"


def value(formula: Formula, processors: int) -> int:
    """The value of a formula with this number of processors."""
    _, computed = FORMULAS[formula.name]
    return formula.times * computed(processors)
