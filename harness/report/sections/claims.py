"""Knows how what servers tell apps of themselves (PEP 3333) is told beside what was
seen; must not find any contradiction between the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from harness.records.report import CellReport
from harness.report import words as legend
from harness.report.escape import code
from harness.report.escape import prose
from harness.report.escape import terminal as safe

TITLE = "What servers tell apps, and what was seen instead"


class Denied(NamedTuple):
    """A claim that what was seen denies, and where it was."""

    server: str
    configurations: tuple[str, ...]
    flasks: tuple[str, ...]
    fault: str


def denied(cells: Sequence[CellReport]) -> Iterator[Denied]:
    """Each contradiction once, in the order of the report."""
    groups: dict[tuple[str, str], list[CellReport]] = defaultdict(list)
    for cell in cells:
        if cell.claims_fault:
            server = f"{legend.chain(cell)} {cell.server_version}"
            groups[server, cell.claims_fault].append(cell)
    for (server, fault), several in groups.items():
        configurations = dict.fromkeys(cell.configuration for cell in several)
        flasks = dict.fromkeys(cell.flask for cell in several)
        yield Denied(server, tuple(configurations), tuple(flasks), fault)


def section(cells: Sequence[CellReport]) -> str:
    """The contradictions as Markdown; empty without any."""
    items = [
        f"- {prose(each.server)} {', '.join(map(code, each.configurations))} on Flask "
        f"{', '.join(map(prose, each.flasks))}: {prose(each.fault)}"
        for each in denied(cells)
    ]
    return "\n".join([f"### {TITLE}", "", *items]) if items else ""


def plain(cells: Sequence[CellReport]) -> list[str]:
    """The same as lines for a terminal or a log."""
    return [
        f"{safe(each.server)} · {', '.join(map(safe, each.configurations))} on Flask "
        f"{', '.join(map(safe, each.flasks))}: {safe(each.fault)}"
        for each in denied(cells)
    ]


def rows(cells: Sequence[CellReport]) -> list[tuple[str, ...]]:
    """Claims and what was seen as cells of a table, each row once."""
    found = []
    for cell in cells:
        if cell.claims is not None and cell.processes is not None:
            found.append(
                (
                    code(f"{cell.server} {cell.configuration}"),
                    str(cell.claims.multithread),
                    f"{max(each.threads for each in cell.rounds)}",
                    str(cell.claims.multiprocess),
                    f"{max(each.processes for each in cell.rounds)}",
                )
            )
    return list(dict.fromkeys(found))
