"""The section on health checks: when they wait, and what follows."""

from collections.abc import Sequence
from itertools import starmap

from harness.records.health import CheckBy
from harness.records.health import HealthCheck
from harness.records.health import HealthNumbers
from harness.records.report import CellReport
from harness.records.rules import Other
from harness.records.rules import with_id
from harness.records.text import seconds_range
from harness.report.document import Paragraph
from harness.report.document import PlainLine
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.sections.cell_result import configuration
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Text
from harness.report.text import Words

HEADS = (
    *("configuration", "idle answer", "waits from", "always from", "behind"),
    *("what follows", "by TCP"),
)


def section(cells: Sequence[CellReport]) -> Section:
    """A row for each cell with health checks, and how these were made."""
    known = [(cell, cell.health) for cell in cells if cell.health is not None]
    rows = starmap(_row, known)
    lines = (PlainLine(say("{}", Name(c.id)), _line(f)) for c, f in known)
    table = Table.of(HEADS, rows, range(1, 5), lines)
    checks = dict.fromkeys(_asked(found.check) for _, found in known)
    return Section.of(
        "health checks",
        "Health checks, with requests held",
        table,
        *(Paragraph(check) for check in checks),
        *([Paragraph(_finding())] if any(f.waits for _, f in known) else []),
        worth=Worth.TABLE,
    )


def _row(cell: CellReport, numbers: HealthNumbers) -> tuple[Words, ...]:
    where = configuration(cell)
    idle = f"{1000 * numbers.idle_seconds:.0f} ms" if numbers.idle_seconds else ""
    at = f"{numbers.at_times}" if numbers.waits else f"not by {numbers.tried}"
    at += f" ({numbers.status})" if numbers.status is not None else ""
    tcp = {True: "answered", False: "not answered", None: ""}[numbers.tcp]
    return (
        where,
        idle,
        at,
        "" if numbers.always is None else numbers.always,
        "" if numbers.behind is None else numbers.behind,
        _follows(numbers) if numbers.waits else "nothing",
        tcp,
    )


def _follows(numbers: HealthNumbers) -> Text:
    return say("{} after {}", str(numbers.check.then), seconds_range(numbers.after))


def _line(numbers: HealthNumbers) -> Text:
    if not numbers.waits:
        return say("health check: answered with {} held", numbers.tried)
    by = say("waits from {}", str(numbers.at_times))
    if numbers.status is not None:
        by = say("fails from {} with {}", str(numbers.at_times), str(numbers.status))
    elif numbers.always != numbers.at_times:
        by = say("{}, always from {}", by, str(numbers.always or "?"))
    return say("health check: {}; {}", by, _follows(numbers))


def _asked(check: HealthCheck) -> Text:
    """A sentence on how the checks were made."""
    what = say("a connection")
    if check.by is CheckBy.HTTP:
        what = say("{}", Name(check.path)) if check.path else say("the probe's route")
    if check.port:
        what = say("{} on port {}", what, str(check.port))
    times = f"every {check.period:g} s, {check.timeout:g} s to answer, {check.failures}"
    return say("Asked for {}: {} failures in a row, {}.", what, times, check.says)


def _finding() -> Text:
    return say(
        "“Waits from”: with that many requests in the app a check may wait for as long "
        "as they last; “always from”: whichever worker it meets. “Behind”: how many of "
        "them have to end first, in the order in which they came ({}).",
        with_id(Other.STARVED),
    )
