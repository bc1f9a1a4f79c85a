"""The section on findings for a terminal: one line each, below the matrix."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.groups import grouped
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.rules import promise_in
from harness.records.versions import release_order
from harness.records.words import NOTEWORTHY
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words
from harness.report.document import Block
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Section
from harness.report.sections.cell_result import number_of
from harness.report.sections.cell_result import seen_in
from harness.report.sections.cell_result import without_declared
from harness.report.text import first_few
from harness.report.text import listed
from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text

MOST_NAMES = 4
"""Most configurations or releases that are named; more are counted."""

MOST_LINES = 8
"""Most lines on one kind of finding."""

NUMBERS = (Verdict.UNEVEN, Verdict.FEWER, Verdict.MORE)
"""Verdicts for which the number says enough."""

BROKEN = {
    Other.AT_LEAST: "it declares fewer than are asked for",
    Other.NEVER_BELOW: "there are fewer slots than are asked for at some moment",
    Other.ON_TERM: "requests that should finish do not",
}
"""The marks of promises that a deployment may break although it is as declared."""

Word = Outcome | Verdict


def section(cells: Sequence[CellReport]) -> Section:
    """Each kind of finding, worst first, with one line for findings that are alike."""
    blocks = [
        block
        for word in NOTEWORTHY
        if (several := [cell for cell in cells if cell.word is word])
        for block in _blocks(word, several)
    ]
    return Section.of("the findings in short", "", *blocks)


def in_full(
    cells: Sequence[CellReport], deployments: Sequence[CheckedDeployment] = ()
) -> Section:
    """Findings about a few cells: each with its whole reason, and what to do.

    ``deployments`` are the deployments of the cells, if a check measured them.
    """
    checked = {
        deployment.name: deployment for deployment in deployments if deployment.reason
    }
    blocks: list[Block] = []
    for cell in cells:
        broken = checked.get(cell.configuration)
        if cell.word in NOTEWORTHY:
            blocks.append(Items(tuple(_whole(cell, broken)), words.mark(cell)))
        elif broken:
            blocks.append(Items(tuple(_whole(cell, broken)), _broken(broken)))
    return Section.of("the findings in short", "", *blocks)


def _broken(checked: CheckedDeployment) -> words.Mark:
    """The mark of a broken promise of a deployment that handles what it declares."""
    word = promise_in(checked.reason) or Other.AT_LEAST
    return words.Mark("✗", str(word), "red", BROKEN[word], code_of(word))


def _whole(cell: CellReport, broken: CheckedDeployment | None) -> Iterator[Item]:
    """Everything on one cell: what was seen, why, what to do, how to measure again."""
    seen, remedy = seen_in(cell, cell.reason, cell.remedy), cell.remedy
    if broken:
        remedy = broken.remedy or remedy
        if cell.word not in NOTEWORTHY:
            _, _, reason = broken.reason.partition(": ")
            seen = seen_in(cell, reason, remedy)
    lines = [say("{}: {}", Name(cell.configuration), quoted(seen))]
    if cell.because:
        lines.append(say("{}: {}", Strong("why"), quoted(cell.because)))
    if remedy:
        lines.append(say("{}: {}", Strong("what to do"), quoted(remedy)))
    again = say("again: {}", Name(cell.reproduce, 400))
    yield from map(Item, lines[:-1])
    yield Item(lines[-1], (again,))


def _blocks(word: Word, cells: Sequence[CellReport]) -> list[Block]:
    # A number belongs to one server; a reason may be shared by all.
    server = words.release if word in NUMBERS else lambda _: ""
    alike = grouped(cells, lambda cell: (server(cell), _why(cell)))
    lines = [say("{}: {}", _where(same), why) for (_, why), same in alike.items()]
    lines = first_few(lines, MOST_LINES, "and {} more, in the report")
    return [Items(tuple(map(Item, lines)), words.MARKS[word])]


def _why(cell: CellReport) -> str:
    """The number if that says enough, else the reason without the declared number."""
    if cell.word in NUMBERS:
        more = cell.verdict is Verdict.MORE and cell.declared is not None
        beside = f", more than {cell.declared}" if more else ""
        return f"{number_of(cell)}{beside}"
    return without_declared(cell, cell.reason)


def _where(cells: Sequence[CellReport]) -> Text:
    """The servers and configurations, or their count, and the releases of Flask."""
    servers = list(dict.fromkeys(map(words.release, cells)))
    labels = list(dict.fromkeys(cell.configuration for cell in cells))
    flasks = sorted({cell.flask for cell in cells}, key=release_order)
    if len(servers) == 1 and len(labels) <= MOST_NAMES:
        names = say("{} {}", servers[0], listed([Name(label) for label in labels]))
    elif len(servers) <= MOST_NAMES:
        names = say(
            "{} cells of {}", len(cells), listed([say("{}", s) for s in servers])
        )
    else:
        names = say("{} cells of {} servers", len(cells), len(servers))
    releases = listed([say("{}", flask) for flask in flasks])
    if len(flasks) > MOST_NAMES:
        releases = say("{} to {}", flasks[0], flasks[-1])
    return say("{} on Flask {}", names, releases)
