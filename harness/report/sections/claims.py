"""The section on servers' claims about themselves (PEP 3333), beside what was seen."""

from collections.abc import Sequence

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.report import words
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Words


def section(cells: Sequence[CellReport], worth: Worth = Worth.TABLE) -> Section:
    """Each claim that the measurement contradicts, in the order of the report."""
    wrong = (cell for cell in cells if cell.claims_fault)
    groups = grouped(wrong, lambda cell: (words.release(cell), cell.claims_fault))
    items = (_item(*key, several) for key, several in groups.items())
    return Section.of(
        "what servers tell apps",
        "What servers tell apps, and what was seen instead",
        Items(tuple(items)),
        worth=worth,
    )


def _item(server: str, fault: str, cells: Sequence[CellReport]) -> Item:
    configurations = dict.fromkeys(Name(cell.configuration) for cell in cells)
    flasks = dict.fromkeys(cell.flask for cell in cells)
    where = joined(", ", configurations), joined(", ", flasks)
    return Item(say("{} {} on Flask {}: {}", server, *where, fault))


def details(cells: Sequence[CellReport]) -> Section:
    """All claims and what was seen, each row once."""
    heads: tuple[Words, ...] = (
        *("configuration", Name("wsgi.multithread"), "most in one process"),
        *(Name("wsgi.multiprocess"), "processes"),
    )
    rows = dict.fromkeys(
        (
            Name(f"{cell.server} {cell.configuration}"),
            str(cell.claims.multithread),
            max(round_.threads for round_ in cell.rounds),
            str(cell.claims.multiprocess),
            max(each.processes for each in cell.rounds),
        )
        for cell in cells
        if cell.claims is not None and cell.processes is not None
    )
    return Section.of(
        "what servers tell apps",
        "What servers tell apps about themselves, and what was seen",
        Table.of(heads, rows, range(1, 5)),
        worth=Worth.FOLDED,
    )
