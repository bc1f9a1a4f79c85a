"""The section on findings: each reason with all its cells."""

from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.words import NOTEWORTHY
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Worth
from harness.report.grid import Grid
from harness.report.sections.remedies import what_to_do
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import WebLink

Word = Outcome | Verdict


class Note(NamedTuple):
    """One reason, and all cells of one server to which it applies."""

    word: Word
    server: str
    """The server's title as in its rows, with the releases if these are the columns."""
    labels: tuple[str, ...]
    """Labels of the rows."""
    releases: tuple[str, ...]
    """Releases of Flask."""
    reason: str
    cells: tuple[CellReport, ...]

    @property
    def where(self) -> Text:
        """The rows, and the releases of Flask."""
        labels = joined(", ", map(Name, self.labels))
        releases = joined(", ", self.releases)
        return say("{} {} on Flask {}", self.server, labels, releases)


Notes = dict[Word, list[Note]]
"""Notes on everything that is not simply as declared, by word, worst first."""


def find_notes(grid: Grid) -> Notes:
    """Notes on the cells of a grid.

    The same reason for several rows of a server is one note.
    """
    alike = grouped(
        _notes(grid), lambda note: (note.word, note.reason, note.server, note.releases)
    )
    notes = grouped(map(_merge, alike.values()), lambda note: note.word)
    return {word: notes[word] for word in NOTEWORTHY if word in notes}


def _notes(grid: Grid) -> Iterator[Note]:
    """A note for each reason in each row."""
    for row in grid.rows:
        same = grouped(filter(None, row.cells), lambda cell: (cell.word, cell.reason))
        for (word, reason), cells in same.items():
            releases = tuple(dict.fromkeys(cell.flask for cell in cells))
            server = row.server
            if grid.under:
                server += f" {', '.join(cell.server_version for cell in cells)}"
            yield Note(word, server, (row.label,), releases, reason, tuple(cells))


def _merge(several: list[Note]) -> Note:
    return several[0]._replace(
        labels=tuple(label for note in several for label in note.labels),
        cells=tuple(cell for note in several for cell in note.cells),
    )


# ---------------------------------------------------------------------- the sections


def section(notes: Notes) -> Section:
    """What is not as declared.

    The same number on several releases is listed once, and each kind of finding has a
    remedy.
    """
    blocks: list[Block] = []
    for word, several in notes.items():
        if word is not Outcome.NOT_SUPPORTED:
            mark = words.MARKS[word]
            blocks.append(Items(tuple(map(_item, _once(several))), mark))
            blocks.append(Paragraph(what_to_do(mark)))
    return Section.of("the findings", "What is not as declared", *blocks)


def _once(several: Iterable[Note]) -> list[Note]:
    """Merge notes that differ only by their releases, or by chance.

    The last one remains, with the releases of all.
    """

    def what_was_seen(note: Note) -> tuple[object, ...]:
        cell = note.cells[-1]
        counted = cell.outcome is Outcome.MEASURED
        numbers = (cell.declared, cell.ceiling, cell.floor) if counted else note.reason
        return note.server, note.labels, numbers

    return [
        same[-1]._replace(
            releases=tuple(
                dict.fromkeys(release for n in same for release in n.releases)
            )
        )
        for same in grouped(several, what_was_seen).values()
    ]


def not_supported(notes: Notes) -> Section:
    """Cells that cannot be measured for a known reason, which is not news."""
    items = tuple(_item(note) for note in notes.get(Outcome.NOT_SUPPORTED, []))
    return Section.of(
        "what is not supported",
        "What is not supported, and why",
        Items(items),
        worth=Worth.FOLDED,
    )


def _item(note: Note) -> Item:
    text = "{}: {}{}"
    return Item(say(text, note.where, quoted(note.reason), _documentation(note)))


def _documentation(note: Note) -> Text:
    """The page whose declared number was not confirmed: the page may be wrong."""
    wrong = (c for c in note.cells if c.verdict in (Verdict.FEWER, Verdict.MORE))
    pages = dict.fromkeys(cell.declared_source for cell in wrong)
    links = (say(" ({})", WebLink("its documentation", page)) for page in pages if page)
    return joined("", links)
