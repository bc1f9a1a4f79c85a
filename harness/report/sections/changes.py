"""The section on changes since a baseline."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.changes import CellChange
from harness.records.changes import Change
from harness.records.changes import Changes
from harness.records.changes import Difference
from harness.records.changes import Unmatched
from harness.report import words
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.sections.remedies import what_to_do
from harness.report.text import first_few
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import some
from harness.report.text import Text
from harness.report.text import WebLink

MOST = 50
"""Most cells that are named for each change."""

MOST_OF_ONE = 3
"""Most cells named that only one run has: most of these were merely not selected."""

FEW, SOME = 4, 12
"""Most versions named for one cell, and for all cells."""


WHOLE = say("see {}", Name("changes.json"))
"""A sentence that says where to find the cells that are not named."""


def section(changes: Changes, whole: Text = WHOLE) -> Section:
    """The counts, then each cell that changed; ``whole`` says where all of them are."""
    common = _common(changes)
    versions = say("Different everywhere: {}.", versions_changed(common, SOME))
    return Section.of(
        "the changes",
        "Since the baseline",
        Paragraph(tally(changes)),
        Paragraph(versions if common else Text()),
        *_lists(changes, common, whole),
    )


def page_section(changes: Changes) -> Section:
    """The changes, with what to do about each kind."""
    whole = section(changes)
    blocks: list[Block] = []
    for block in whole.blocks:
        blocks.append(block)
        if isinstance(block, Items) and isinstance(block.head, words.Mark):
            blocks.append(Paragraph(what_to_do(block.head)))
    return Section.of(whole.name, whole.title, *blocks)


def in_lists(changes: Changes) -> Section:
    """The lists without the counts, which a terminal prints as the last line."""
    whole = section(changes, say("{} has all", Name("--output-format json")))
    title = say("Since the run of {}", _baseline(changes))
    return whole._replace(title=title, blocks=whole.blocks[1:])


def tally(changes: Changes) -> Text:
    """The number of cells with each change, as marks."""
    return say("Compared with the run of {}: {}.", _baseline(changes), counted(changes))


def _baseline(changes: Changes) -> str:
    return changes.baseline.measured_at if changes.baseline else "nothing"


def counted(changes: Changes) -> str:
    """The number of cells with each change, such as ``8 same, 1 fewer``."""
    counts = Counter(cell.change for cell in changes.cells)
    kinds = [f"{counts[change]} {change}" for change in Change if counts[change]]
    if expected := sum(cell.expected is not None for cell in changes.cells):
        kinds.append(f"{expected} of these expected")
    return ", ".join(kinds or ["no cells"])


def versions_changed(differences: Sequence[Difference], most: int) -> Text:
    """Some of the versions that changed, each with the earlier version."""
    versions = [
        say("{} {} (was {})", d.name, d.now or "gone", d.before or "not there")
        for d in differences
    ]
    return some(versions, most)


def _common(changes: Changes) -> tuple[Difference, ...]:
    """Differences shared by all cells in both runs, so that they are listed once."""
    both = [set(cell.versions) for cell in changes.cells if cell.before and cell.now]
    shared = set.intersection(*both) if both else set()
    order = dict.fromkeys(v for cell in changes.cells for v in cell.versions)
    return (*changes.machine, *(v for v in order if v in shared))


def _lists(
    changes: Changes, common: Sequence[Difference], whole: Text
) -> Iterator[Items]:
    """Cells by change; then expected changes, and expected ones that were not found."""
    for change, mark in words.CHANGES.items():
        cells = [c for c in changes.cells if c.change is change and not c.expected]
        if cells:
            most = MOST_OF_ONE if change in (Change.GONE, Change.NEW) else MOST
            yield _list(mark, [_cell(cell, common) for cell in cells], whole, most)
    if expected := [cell for cell in changes.cells if cell.expected]:
        yield _list(words.EXPECTED, [_cell(cell, common) for cell in expected], whole)
    if changes.unmatched:
        yield _list(
            words.UNMATCHED, [_unmatched(each) for each in changes.unmatched], whole
        )


def _list(
    mark: words.Mark, texts: Sequence[Text], whole: Text, most: int = MOST
) -> Items:
    items = map(Item, first_few(texts, most, "and {} more: {}", whole))
    return Items(tuple(items), mark)


def _cell(cell: CellChange, common: Sequence[Difference]) -> Text:
    was = say(" (was {})", Name(cell.previous_id)) if cell.previous_id else Text()
    expected = Text()
    if cell.expected:
        link = WebLink("more", cell.expected.link)
        why = cell.change, cell.expected.why, link
        expected = say("{}, because {} ({}): ", *why)
    own = [version for version in cell.versions if version not in common]
    versions = say(". With {}", versions_changed(own, FEW)) if own else Text()
    return say("{}{}: {}{}{}", Name(cell.id), was, expected, cell.reason, versions)


def _unmatched(entry: Unmatched) -> Text:
    change = Name(entry.cell), entry.before, entry.now
    return say("{} from {} to {}: {}", *change, entry.problem)
