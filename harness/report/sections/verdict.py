"""The verdict on a run: the one line that is printed last."""

from collections.abc import Sequence

from harness.records.errors import GateFailed
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.errors import NothingMeasured
from harness.records.errors import UsageError
from harness.records.report import CellReport
from harness.records.report import CheckedDeployment
from harness.records.report import CheckResult
from harness.records.report import Report
from harness.records.rules import Other
from harness.records.rules import promise_in
from harness.records.text import plural
from harness.records.track import Line
from harness.records.track import Timeline
from harness.records.words import Outcome
from harness.report import words
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.sections.cell_result import number_of
from harness.report.text import say
from harness.report.text import Text
from harness.report.words import Mark

NAME = "the verdict"

MOST_NAMES = 4
"""Most deployments that are named."""

BESIDE = {
    Other.NEVER_BELOW: "at some moment there are fewer slots than never-below",
    Other.ON_TERM: "requests in the app are lost on SIGTERM",
}
"""Words for a broken promise, printed beside the number."""

PASSED = Mark("✓", "passed", "green")
FAILED = Mark("✗", "failed", "red")
OPEN = Mark("?", "unknown", "magenta")
NOTHING = Mark("✗", "nothing was measured", "red")
ENDED = Mark("✗", "could not be measured", "red")
BROKEN = Mark("!", "the harness failed", "red")
FOUND = Mark("✓", "found", "green")
DONE = Mark("✓", "done", "green")
INTERRUPTED = Mark("–", "interrupted", "yellow")


def of_run(
    report: Report,
    fault: HarnessError | None,
    missing: int = 0,
    seconds: float | None = None,
) -> Section:
    """The verdict on a run: its counts, and whether it passes.

    ``missing`` is how many cells were not reached, ``seconds`` how long it took.
    """
    tally = words.tally(report.cells)
    kinds = ", ".join(f"{count} {mark.word}" for count, mark in tally)
    if missing:
        were = "was" if missing == 1 else "were"
        total = plural(len(report.cells) + missing, "cell")
        left = f"{missing} of {total} {were} not measured"
        return _line(INTERRUPTED, f"{left}; {kinds}" if kinds else left)
    cells = plural(len(report.cells), "cell")
    text = f"{kinds}, of {cells}" if tally else "the evidence has no cells"
    if len(tally) == 1:
        text = f"{cells}, {'all ' if len(report.cells) > 1 else ''}{tally[0][1].word}"
    if seconds is not None:
        text += f", in {seconds:.0f} s"
    match fault:
        case None:
            return _line(PASSED, text)
        case GateFailed():
            return _line(FAILED, fault.brief or str(fault))
        case UsageError():
            return _line(FAILED, f"not all evidence could be read; {text}")
        case NothingMeasured():
            return _line(NOTHING, text)
    return _line(BROKEN, text)


def of_check(
    report: Report, result: CheckResult, fault: HarnessError | None = None
) -> Section:
    """The verdict on a check: the numbers of deployments, and their promises."""
    if isinstance(fault, Interrupted):
        return _line(INTERRUPTED, fault.brief or str(fault))
    cells = {cell.configuration: cell for cell in report.cells}
    failing = [deployment for deployment in result.deployments if deployment.exit_code]
    named = failing if result.exit_code else result.deployments
    each_one = [_number_of(each, cells[each.name]) for each in named[:MOST_NAMES]]
    if more := len(named) - len(each_one):
        each_one.append(f"{more} more")
    text = "; ".join(each_one)
    if len(result.deployments) > 1:
        total = plural(len(result.deployments), "deployment")
        text = f"{f'{len(failing)} of ' if result.exit_code else ''}{total}: {text}"
    # If deployments fail in different ways, only the plain word fits all of them.
    differ = len({each.exit_code for each in failing}) > 1
    return _line(FAILED if differ else mark_of(result.exit_code), text)


def mark_of(exit_code: int) -> Mark:
    """The mark of a check, or of one deployment."""
    marks = {0: PASSED, 1: FAILED, 3: OPEN, 5: ENDED, 130: INTERRUPTED}
    return marks.get(exit_code, BROKEN)


def _number_of(each: CheckedDeployment, cell: CellReport) -> str:
    """The number of one deployment."""
    if cell.outcome is not Outcome.MEASURED:
        return f"{each.name} {cell.outcome}"
    number = f"{each.name} handles {number_of(cell)} at once"
    promise = promise_in(each.reason)
    if promise is Other.AT_LEAST:
        return f"{number}, fewer than the required {each.at_least}"
    broken = promise in BESIDE and each.exit_code == GateFailed.exit_code
    more = f", but {BESIDE[promise]}" if promise and broken else ""
    where = f"; its app was found below {each.found_below}" if each.found_below else ""
    return f"{number}, {cell.verdict}{more}{where}"


def of_changes(counts: str, fault: HarnessError | None) -> Section:
    """The verdict on changes, whose number of each kind is ``counts``."""
    if fault is None:
        return _line(PASSED, counts)
    if isinstance(fault, GateFailed):
        return _line(FAILED, f"{fault.brief or fault}; {counts}")
    return _line(BROKEN, str(fault))


def of_timeline(timeline: Timeline) -> Section:
    """The verdict on a timeline: the number of changes."""
    lines = timeline.lines
    spans = [span for line in lines for span in line.spans if span.change is not None]
    new = sum(span.new for span in spans)
    changes = f"{plural(len(spans), 'change')}, {new} of them new"
    return _line(DONE, f"{changes if spans else 'no change'}, {_followed(lines)}")


def _followed(lines: Sequence[Line]) -> str:
    releases = sum(len(span.releases) for line in lines for span in line.spans)
    return f"{plural(len(lines), 'configuration')}, {plural(releases, 'release')}"


def of_bisection(headline: Text) -> Section:
    """The verdict on a bisection: the change that was found."""
    return Section.of(NAME, "", Paragraph(say("{}: {}", FOUND, headline), FOUND))


def _line(mark: Mark, text: str) -> Section:
    line = Paragraph(say("{}: {}", mark, text), mark)
    return Section.of(NAME, "", line)
