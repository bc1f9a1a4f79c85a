"""Sections with details: all numbers, declarations, versions and commands."""

import shlex
from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.report import Report
from harness.records.text import bound
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.records.words import Verdict
from harness.report.document import Block
from harness.report.document import Code
from harness.report.document import Item
from harness.report.document import Items
from harness.report.document import Paragraph
from harness.report.document import Section
from harness.report.document import Table
from harness.report.document import Worth
from harness.report.sections import claims
from harness.report.sections.findings import not_supported
from harness.report.sections.findings import Notes
from harness.report.sections.matrix_cells import number
from harness.report.text import joined
from harness.report.text import Name
from harness.report.text import say
from harness.report.text import Strong
from harness.report.text import Text
from harness.report.text import WebLink

_QUIET = {
    Settled.SCHEDSTAT: "by the scheduler's statistics of every thread",
    Settled.CPU_TIMES: "by the processor times of its processes, which is less sure",
    Settled.IN_VAIN: "by threads that computed for long and let none in",
    Settled.STEADY_COUNT: "by a count that no longer changed, which is less sure",
    Settled.ALL_ENTERED: "by nothing",
}

CURVES = say("Requests in the app, in rounds whose order was left to chance:")

HOW = (
    say(
        "Every request that enters the app reports that over its own connection, and "
        "stays in the view function until the probe releases it. The number of "
        "requests held there is the concurrency: nothing is inferred from elapsed time."
    ),
    say(
        "Each configuration is offered as many requests as it declares, both all at "
        "once and one by one, and also fewer and more. {} is the most ever seen in the "
        "app at once, {} the fewest when exactly the declared number was offered. A "
        "ceiling is final only if a further request was seen to wait while the server "
        "was quiet.",
        Strong("Ceiling"),
        Strong("floor"),
    ),
    say(
        "If several processes take requests, chance decides which of them gets the "
        "next one. So the probe chooses their order: it pauses all but one, and "
        "resumes them one after another; if each has its own listening socket, it uses "
        "source ports instead. A floor found in this way, or that of a single process, "
        "is {}: no order of arrival gives less. If the order could not be chosen, or "
        "the server starts its threads by chance, the floor is the lowest number "
        "{} in several rounds, and may be lower still.",
        Strong("guaranteed"),
        Strong("seen"),
    ),
)


def sections(report: Report, notes: Notes) -> list[Section]:
    """The sections; each is folded until clicked."""
    cells = report.cells
    return [
        _section(
            "the admission curves",
            "Admission curves of uneven configurations",
            *_curves(notes),
        ),
        _section(
            "the output of servers",
            "What servers and installers printed where something went wrong",
            *_log_tails(cells),
        ),
        not_supported(notes),
        _section("all numbers", "All numbers, cell by cell", _numbers(cells)),
        _section(
            "what is declared", "What each declares, and why", _declarations(cells)
        ),
        claims.details(cells),
        _section("how it was measured", "How it was measured", *_how(report)),
        _section(
            "what stood in front",
            "The commands of a proxy and of the server behind it",
            *_fronts(cells),
        ),
        _section(
            "the commands that measure a cell again",
            "The command that measures a cell again",
            *_commands(cells),
        ),
        _section(
            "the versions installed",
            "Versions installed",
            _versions(report.environments),
        ),
    ]


def _section(name: str, title: str, *blocks: Block) -> Section:
    return Section.of(name, title, *blocks, worth=Worth.FOLDED)


def _curves(notes: Notes) -> Iterator[Block]:
    heads = "offered", "worst", "median", "best", "rounds"
    uneven = [cell for note in notes.get(Verdict.UNEVEN, []) for cell in note.cells]
    if uneven:
        yield Paragraph(CURVES)
    for cell in uneven:
        rows = (
            (p.offered, p.worst, f"{p.median:g}", p.best, p.rounds) for p in cell.curve
        )
        yield Paragraph(say("{}", Name(cell.id)))
        yield Table.of(heads, rows, range(5))


def _log_tails(cells: Sequence[CellReport]) -> Iterator[Block]:
    for cell in cells:
        if cell.log_tail.strip():
            yield Paragraph(say("{} ({})", Name(cell.id), cell.outcome))
            yield Code(cell.log_tail)


def _numbers(cells: Sequence[CellReport]) -> Table:
    heads = "cell", "declared", "seen", "floor", "processes × threads", "hand-off"
    rows = (
        (
            Name(cell.id),
            _declared(cell),
            number(cell),
            "" if cell.floor is None else f"{cell.floor} {cell.floor_by}",
            say("{} × {}", cell.processes or 0, cell.threads or 0),
            _milliseconds(cell.hand_off_seconds),
        )
        for cell in cells
        if cell.outcome is Outcome.MEASURED
    )
    return Table.of(heads, rows, range(1, 6))


def _declared(cell: CellReport) -> Text:
    if not cell.declared_formula:
        return say(bound(cell.declared))
    if cell.declared is None:
        return say("{}", cell.declared_formula)
    return say("{} = {}", cell.declared_formula, cell.declared)


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f} ms"


def _declarations(cells: Sequence[CellReport]) -> Table:
    """Each declaration once, since they seldom differ by the release of Flask."""
    rows = dict.fromkeys(
        (
            Name(f"{cell.server} {cell.configuration}"),
            _declared(cell),
            say("{} {}", cell.declared_because, _source(cell.declared_source)),
        )
        for cell in cells
    )
    return Table.of(("configuration", "declares", "because"), rows)


def _source(url: str) -> Text:
    return say("({})", WebLink("source", url)) if url else Text()


def _how(report: Report) -> Iterator[Block]:
    host, environments = report.host, report.environments
    wrong = [each for each in environments if each.control is not Outcome.MEASURED]
    machine = say(
        "On {} {} ({}), {} processors, {} open files allowed. Whether a server is "
        "quiet was decided {}. Last measured at {}; configurations without a bound "
        "were tried up to {}.",
        *(host.system, host.kernel, host.machine, host.processors, host.open_files),
        *(_QUIET[host.quiet_by], report.measured_at, report.limit),
    )
    control = say(
        "A control of exactly known capacity was measured in each environment: exactly "
        "right in {} of {}.",
        *(len(environments) - len(wrong), len(environments)),
    )
    faults = (Item(say("{}: {}", Name(e.id), e.control_reason)) for e in wrong)
    yield from map(Paragraph, (*HOW, machine, control))
    yield Items(tuple(faults))


def _fronts(cells: Sequence[CellReport]) -> Iterator[Block]:
    """Both commands of each chain; the proxy's file is in ``report.json``."""
    for cell in cells:
        if cell.front is not None and cell.front.command:
            commands = [shlex.join(cell.front.command), shlex.join(cell.command)]
            release = " ".join((cell.front.title, cell.front.version)).strip()
            yield Paragraph(say("{} behind {}:", Name(cell.id), release))
            yield Code("\n".join(commands))


def _commands(cells: Sequence[CellReport]) -> Iterator[Block]:
    commands = "\n".join(" ".join(cell.reproduce.split()) for cell in cells)
    where = "In the folder that it was measured in:"
    if all(cell.reproduce.startswith("nox -s ") for cell in cells):
        where = "In a checkout of this project:"
    yield Paragraph(say(where))
    yield Code(commands, "sh", max(4000, len(commands)))


def _versions(environments: Sequence[EnvironmentReport]) -> Table:
    rows = (
        (
            Name(each.id),
            joined(", ", (f"{n} {v}" for n, v in _sorted(each))) or say("nothing"),
        )
        for each in environments
    )
    return Table.of(("environment", "installed"), rows)


def _sorted(environment: EnvironmentReport) -> list[tuple[str, str]]:
    return sorted(environment.installed.items(), key=lambda pair: pair[0].lower())
