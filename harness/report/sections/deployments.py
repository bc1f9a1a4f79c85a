"""A card for each deployment of a user: what it handles, and what to do."""

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.errors import Interrupted
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.text import bound
from harness.records.text import plural
from harness.records.words import Outcome
from harness.report import words
from harness.report.document import Alert
from harness.report.document import Section
from harness.report.document import Table
from harness.report.sections import verdict
from harness.report.sections.cell_result import seen_in
from harness.report.sections.matrix_cells import number
from harness.report.text import Foreign
from harness.report.text import Name
from harness.report.text import quoted
from harness.report.text import say
from harness.report.text import say_if
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.words import Mark

LET_THROUGH = Mark("≈", "let through", "yellow")

Checked = tuple[CheckedDeployment, CellReport]


def sections(report: Report, result: CheckResult) -> list[Section]:
    """A card for each deployment that breaks its promise, or for the only one.

    A table has the others.
    """
    cells = {cell.configuration: cell for cell in report.cells}
    checked = [
        (deployment, cells[deployment.name]) for deployment in result.deployments
    ]
    early = [_early(result)] if result.exit_code == Interrupted.exit_code else []
    if len(checked) == 1:
        return [*early, _card(*checked[0], top=True)]
    broken = [each for each in checked if each[0].reason]
    passing = [each for each in checked if not each[0].reason]
    passed = say("{}", verdict.PASSED) if broken else Text()
    broken.sort(key=lambda each: not each[0].exit_code)
    return [
        *early,
        _title(checked),
        *(_card(*each) for each in broken),
        Section.of("those that pass", passed, _rows(passing)),
    ]


def _early(result: CheckResult) -> Section:
    text = say("The check ended early: {}.", Foreign(result.reason))
    return Section.of("the end of the check", "", Alert("warning", text))


def _title(checked: Sequence[Checked]) -> Section:
    failing = sum(bool(each.exit_code) for each, _ in checked)
    all_of = plural(len(checked), "deployment")
    title = say("{}: all {}", verdict.PASSED, all_of)
    if failing:
        title = say("{}: {} of {}", verdict.FAILED, failing, all_of)
    return Section.of("the answer", title, top=True)


def _mark(each: CheckedDeployment) -> Mark:
    """The mark that says whether a deployment passes."""
    let_through = each.reason and not each.exit_code
    return LET_THROUGH if let_through else verdict.mark_of(each.exit_code)


# -------------------------------------------------------------------------- one card


def _card(each: CheckedDeployment, cell: CellReport, top: bool = False) -> Section:
    """The number, the promise, the verdict, what to do, and what was seen."""
    title = say("{}: {}", _mark(each), Name(each.name))
    table = Table.of(("", _number(cell)), _lines(each, cell))
    return Section.of(f"deployment {each.name}", title, table, top=top)


def _number(cell: CellReport) -> Text:
    if cell.outcome is not Outcome.MEASURED:
        return say("no number")
    count = number(cell)
    words = "{} request at a time" if count == "1" else "{} requests at once"
    return say(words, count)


def _lines(each: CheckedDeployment, cell: CellReport) -> Iterator[tuple[Text, Text]]:
    because = cell.declared_because
    known = say_if(quoted(because), ": {}")
    yield say("Promise"), say("{}{}", _promise(each, cell), known)
    if each.found_below:
        key = Name(f'below = "{each.found_below}"')
        yield say("App"), say("found below {}; {} says so", Name(each.found_below), key)
    yield say("Verdict"), _verdict(cell)
    remedy = each.remedy or cell.remedy
    seen = say("Seen"), quoted(seen_in(cell, cell.reason, cell.remedy))
    if not cell.because:
        yield seen
    if remedy:
        yield say("What\u00a0to\u00a0do"), quoted(remedy)
    if cell.because:
        yield from ((say("Why"), quoted(cell.because)), seen)


def _promise(each: CheckedDeployment, cell: CellReport) -> Text:
    declared = bound(cell.declared)
    if each.at_least is None:
        return say("{}", Strong(declared))
    at_least = Strong(f"at least {each.at_least}")
    return say("{}, of the {} that it declares", at_least, declared)


def _verdict(cell: CellReport) -> Text:
    mark = words.mark(cell)
    return Text((mark, mark.explained)) if mark.rule else say("{}", mark)


# ------------------------------------------------------------------------ one table


def _rows(kept: Sequence[Checked]) -> Table:
    heads = "deployment", "requests at once", "promise", "verdict"
    rows = (
        (_place(each), number(cell), _promise(each, cell), words.mark(cell))
        for each, cell in kept
    )
    return Table.of(heads, rows, (1,))


def _place(each: CheckedDeployment) -> Text:
    """The name of a deployment, and the path below which its app was found."""
    if not each.found_below:
        return say("{}", Name(each.name))
    return say("{}, found below {}", Name(each.name), Name(each.found_below))
