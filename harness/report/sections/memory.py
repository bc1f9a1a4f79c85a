"""The section on what slots cost in memory."""

from collections.abc import Sequence
from itertools import starmap

from harness.records.memory import MB
from harness.records.memory import MemoryNumbers
from harness.records.report import CellReport
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.sections.cell_result import configuration
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import Words

HEADS = (
    *("configuration", "slots", "MB idle", "MB full", "not shared"),
    *("MB for a slot", "MB for a further request", "processes", "threads", "files"),
)

HOW = say(
    "Megabytes are for all processes of the server (PSS): memory that several share is "
    "counted once. The cost of a slot is the total divided by the number of slots; "
    "that of a further request is what each one after the first adds. The measured app "
    "is a bare one: a real app adds its own size, once in each process, unless it is "
    "loaded before they are forked. No more than 256 requests are held."
)


def section(cells: Sequence[CellReport]) -> Section:
    """A row for each cell that was asked."""
    known = [(cell, cell.memory) for cell in cells if cell.memory is not None]
    lines = starmap(_line, known)
    table = Table.of(HEADS, starmap(_row, known), range(1, len(HEADS)), lines)
    how = [Paragraph(HOW)] if known else []
    title = "What slots cost"
    return Section.of("the memory", title, table, *how, worth=Worth.TABLE)


def _row(cell: CellReport, numbers: MemoryNumbers) -> tuple[Words, ...]:
    further = f"{numbers.each / MB:.2f}" if numbers.places > 1 else ""
    return (
        configuration(cell),
        numbers.places,
        f"{numbers.idle / MB:.0f}",
        f"{numbers.full / MB:.0f}",
        f"{numbers.full_own / MB:.0f}",
        f"{numbers.full / numbers.places / MB:.1f}",
        further,
        numbers.processes,
        numbers.threads,
        numbers.files,
    )


def _line(cell: CellReport, numbers: MemoryNumbers) -> Text:
    megabytes = f"{numbers.full / MB:.0f} MB"
    return say("{}: {} slots, {}", Name(cell.id), numbers.places, megabytes)
