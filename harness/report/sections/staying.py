"""The section on clients that stay: slow uploads, event streams, WebSockets."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.choices import Question
from harness.records.report import CellReport
from harness.records.rules import code_of
from harness.records.rules import Other
from harness.records.staying import NOTICED_SECONDS
from harness.records.staying import StayNumbers
from harness.records.staying import Taking
from harness.records.staying import WORDS
from harness.records.text import plural
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
    "configuration",
    "clients",
    "how many shut everyone out",
    "takes",
    "notes",
)
TAKES = {
    Taking.EACH: "a slot each",
    Taking.SOME: "some slots",
    Taking.NONE: "none that was seen",
}


def section(cells: Sequence[CellReport]) -> Section:
    """A row for each way to stay that was asked, in each cell."""
    known = [(cell, found) for cell in cells for found in cell.staying]
    rows = [_row(cell, found) for cell, found in known]
    lines = [
        say("{}: {} {}", Name(cell.id), WORDS[found.question].several, _from(found))
        for cell, found in known
    ]
    how = [Paragraph(each) for each in _how(known)]
    title = "Clients that stay"
    table = Table.of(HEADS, rows, (2,), lines)
    return Section.of("clients that stay", title, table, *how, worth=Worth.TABLE)


def _row(cell: CellReport, numbers: StayNumbers) -> tuple[Words, ...]:
    return (
        configuration(cell),
        WORDS[numbers.question].several,
        _from(numbers),
        TAKES[numbers.taking],
        "; ".join(_besides(numbers)),
    )


def _from(numbers: StayNumbers) -> str:
    if numbers.shut_out_by is None:
        return f"not by {numbers.tried}"
    return numbers.in_short(str(numbers.shut_out_by))


def _besides(numbers: StayNumbers) -> Iterator[str]:
    if numbers.question is Question.UPLOADS and numbers.in_app is not None:
        yield "read by the app" if numbers.in_app else "read before the app is called"
    if numbers.held_back:
        yield f"events held back ({code_of(Other.HELD_BACK)})"
    if numbers.kept_seconds >= NOTICED_SECONDS:
        kept = f"keeps its slot for {numbers.kept_seconds:.0f} s"
        yield f"{kept} after its client has left"
    if numbers.left and numbers.gone_after != 0:
        events = plural(numbers.gone_after or len(numbers.left) - 1, "event")
        kept = f"keeps its slot for {events} after its client has left"
        yield kept if numbers.gone_after else f"{kept}, and longer"


def _how(known: Sequence[tuple[CellReport, StayNumbers]]) -> Iterator[Text]:
    if known:
        yield say(
            "“How many shut everyone out”: with that many such clients, no ordinary "
            "request gets in ({} {}). “A slot each”: each client takes one slot.",
            str(Other.SHUT_OUT),
            code_of(Other.SHUT_OUT),
        )
    if any(found.waits_from for _, found in known):
        yield say(
            "“One may wait from”: with that many, one worker can be full; a request "
            "that reaches it waits, although another worker has room."
        )
