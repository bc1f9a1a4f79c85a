"""The section on tapes: how many slots a server had during each act."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from harness.records.life import LostRequest
from harness.records.life import Tape
from harness.records.report import CellReport
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.drawing import Traces
from harness.report.text import first_few
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text

MOST_LOST = 12
"""Lost requests that are named for each act."""

TITLE = "Slots over the life of the server"

HOW = say(
    "Throughout, more requests were offered than there are slots. Each stayed in the "
    "app for a moment, and was then replaced by another."
)


def section(cells: Sequence[CellReport]) -> Section:
    """The tapes of all cells whose life was watched, with their results."""
    watched = {cell.id: _blocks(cell.tapes) for cell in cells if cell.tapes}
    how = [Paragraph(HOW)] if watched else []
    name = "the life of servers"
    return Section.of(name, TITLE, *how, *_named(watched), worth=Worth.TABLE)


def in_lines(cells: Sequence[CellReport]) -> Section:
    """A line for each tape, and nothing else."""
    tapes = ((cell.id, _known(cell.tapes)) for cell in cells)
    watched = {name: [Traces(known)] for name, known in tapes if known}
    return Section.of("the tapes", TITLE, *_named(watched))


def _named(watched: Mapping[str, Iterable[Block]]) -> Iterator[Block]:
    """The blocks of each cell, below its id if there are several cells."""
    for name, blocks in watched.items():
        if len(watched) > 1:
            yield Paragraph(say("{}", Name(name)))
        yield from blocks


def _known(tapes: Sequence[Tape]) -> tuple[Tape, ...]:
    return tuple(tape for tape in tapes if tape.known)


def _blocks(tapes: Sequence[Tape]) -> Iterator[Block]:
    known = _known(tapes)
    yield _table(known)
    yield Traces(known)
    yield Items(tuple(Item(say("{}", tape.sentence)) for tape in tapes))


def lost(cells: Sequence[CellReport]) -> Section:
    """Each lost request by name, with how it ended."""
    blocks: list[Block] = []
    for cell in cells:
        for tape in (each for each in cell.tapes if each.lost):
            blocks.append(Paragraph(say("{}, {}", Name(cell.id), tape.act)))
            texts = list(map(_lost, tape.lost))
            shown = first_few(texts, MOST_LOST, "and {} more, in the report")
            blocks.append(Items(tuple(map(Item, shown))))
    title = "Requests that were lost over the life of servers"
    return Section.of("the lost requests", title, *blocks, worth=Worth.FOLDED)


HEADS = ("act", "usual", "fewest", "for", "lost in the app", "others lost")


def _table(tapes: Sequence[Tape]) -> Table:
    rows = (
        (
            tape.act,
            tape.usual,
            tape.lowest,
            f"{tape.lowest_seconds:.1f} s" if tape.lowest < tape.usual else "",
            tape.lost_in_app,
            tape.lost_waiting + tape.lost_later,
        )
        for tape in tapes
    )
    return Table.of(HEADS, rows, range(1, len(HEADS)), map(_line, tapes))


def _line(tape: Tape) -> Text:
    lost_ones = len(tape.lost)
    more = f", {lost_ones} lost" if lost_ones else ""
    return say("{}: {} of {}{}", tape.act, tape.lowest, tape.usual, more)


def _lost(lost: LostRequest) -> Text:
    where = f"in process {lost.process}" if lost.process else "not in the app yet"
    ended = lost.ended.replace("_", " ")
    if lost.status:
        ended = f"{ended} with status {lost.status}"
    return say(
        "{}: {}, {} s after the act; it was offered at {} s, and was {}",
        *(Name(lost.request), ended),
        *(f"{lost.ended_at:.2f}", f"{lost.offered_at:.2f}", where),
    )
