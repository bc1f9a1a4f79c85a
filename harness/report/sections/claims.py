"""What servers claim about themselves (PEP 3333), beside what was seen of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.records.report import CellReport
from harness.report import words
from harness.report.document import Cell
from harness.report.document import Column
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import joined
from harness.report.document import Name
from harness.report.document import RowGroup
from harness.report.document import say
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Words
from harness.report.document import Worth


def section(cells: Sequence[CellReport]) -> Section:
    """Each claim that what was seen contradicts, in the order of the report."""
    groups: dict[tuple[str, str], list[CellReport]] = defaultdict(list)
    for cell in cells:
        if cell.claims_fault:
            server = f"{words.chain(cell)} {cell.server_version}"
            groups[server, cell.claims_fault].append(cell)
    items = tuple(
        _item(server, fault, several) for (server, fault), several in groups.items()
    )
    return Section(
        "what servers tell apps",
        say("What servers tell apps, and what was seen instead"),
        (Items(items),) if items else (),
        Worth.TABLE,
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
    rows: dict[tuple[Cell, ...], None] = {}
    for cell in cells:
        if cell.claims is not None and cell.processes is not None:
            row: tuple[Words, ...] = (
                Name(f"{cell.server} {cell.configuration}"),
                str(cell.claims.multithread),
                max(each.threads for each in cell.rounds),
                str(cell.claims.multiprocess),
                max(each.processes for each in cell.rounds),
            )
            rows[tuple(say("{}", each) for each in row)] = None
    columns = (Column(say("{}", each), right=n > 0) for n, each in enumerate(heads))
    return Section(
        "what servers tell apps",
        say("What servers tell apps of themselves, and what was seen"),
        (Table(tuple(columns), (RowGroup(tuple(rows)),)),) if rows else (),
        Worth.FOLDED,
    )
