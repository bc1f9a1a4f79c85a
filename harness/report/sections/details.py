"""Sections with details: all numbers, declarations, versions and commands."""

import shlex
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
    return [
        _curves(notes),
        _log_tails(report.cells),
        not_supported(notes),
        _numbers(report.cells),
        _declarations(report.cells),
        claims.details(report.cells),
        _how(report),
        _fronts(report.cells),
        _commands(report.cells),
        _versions(report.environments),
    ]


def _section(name: str, title: str, *blocks: Block) -> Section:
    return Section.of(name, title, *blocks, worth=Worth.FOLDED)


def _curves(notes: Notes) -> Section:
    blocks: list[Block] = []
    heads = "offered", "worst", "median", "best", "rounds"
    for cell in (cell for note in notes.get(Verdict.UNEVEN, []) for cell in note.cells):
        rows = (
            (p.offered, p.worst, f"{p.median:g}", p.best, p.rounds) for p in cell.curve
        )
        blocks.append(Paragraph(say("{}", Name(cell.id))))
        blocks.append(Table.of(heads, rows, range(5)))
    text = say("Requests in the app, in rounds whose order was left to chance:")
    if blocks:
        blocks.insert(0, Paragraph(text))
    title = "Admission curves of uneven configurations"
    return _section("the admission curves", title, *blocks)


def _log_tails(cells: Sequence[CellReport]) -> Section:
    blocks: list[Block] = []
    for cell in cells:
        if cell.log_tail.strip():
            blocks.append(Paragraph(say("{} ({})", Name(cell.id), cell.outcome)))
            blocks.append(Code(cell.log_tail))
    title = "What servers and installers printed where something went wrong"
    return _section("the output of servers", title, *blocks)


def _numbers(cells: Sequence[CellReport]) -> Section:
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
    table = Table.of(heads, rows, range(1, 6))
    return _section("all numbers", "All numbers, cell by cell", table)


def _declared(cell: CellReport) -> Text:
    if not cell.declared_formula:
        return say(bound(cell.declared))
    if cell.declared is None:
        return say("{}", cell.declared_formula)
    return say("{} = {}", cell.declared_formula, cell.declared)


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f} ms"


def _declarations(cells: Sequence[CellReport]) -> Section:
    """Each declaration once, since they seldom differ by the release of Flask."""
    rows = dict.fromkeys(
        (
            Name(f"{cell.server} {cell.configuration}"),
            _declared(cell),
            say("{} {}", cell.declared_because, _source(cell.declared_source)),
        )
        for cell in cells
    )
    table = Table.of(("configuration", "declares", "because"), rows)
    return _section("what is declared", "What each declares, and why", table)


def _source(url: str) -> Text:
    return say("({})", WebLink("source", url)) if url else Text()


def _how(report: Report) -> Section:
    host, environments = report.host, report.environments
    wrong = [
        environment
        for environment in environments
        if environment.control is not Outcome.MEASURED
    ]
    right = len(environments) - len(wrong)
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
        *(right, len(environments)),
    )
    faults = (Item(say("{}: {}", Name(e.id), e.control_reason)) for e in wrong)
    blocks = map(Paragraph, (*HOW, machine, control))
    title = "How it was measured"
    return _section("how it was measured", title, *blocks, Items(tuple(faults)))


def _fronts(cells: Sequence[CellReport]) -> Section:
    """Both commands of each chain; the proxy's file is in ``report.json``."""
    blocks: list[Block] = []
    for cell in cells:
        if cell.front is not None and cell.front.command:
            commands = [shlex.join(cell.front.command), shlex.join(cell.command)]
            release = " ".join((cell.front.title, cell.front.version)).strip()
            blocks.append(Paragraph(say("{} behind {}:", Name(cell.id), release)))
            blocks.append(Code("\n".join(commands)))
    title = "The commands of a proxy and of the server behind it"
    return _section("what stood in front", title, *blocks)


def _commands(cells: Sequence[CellReport]) -> Section:
    commands = "\n".join(" ".join(cell.reproduce.split()) for cell in cells)
    ours = all(cell.reproduce.startswith("nox -s ") for cell in cells)
    where = "In the folder that it was measured in:"
    if ours:
        where = "In a checkout of this project:"
    return _section(
        "the commands that measure a cell again",
        "The command that measures a cell again",
        Paragraph(say(where)),
        Code(commands, "sh", max(4000, len(commands))),
    )


def _versions(environments: Sequence[EnvironmentReport]) -> Section:
    rows = (
        (
            Name(environment.id),
            joined(", ", (f"{n} {v}" for n, v in _sorted(environment)))
            or say("nothing"),
        )
        for environment in environments
    )
    table = Table.of(("environment", "installed"), rows)
    return _section("the versions installed", "Versions installed", table)


def _sorted(environment: EnvironmentReport) -> list[tuple[str, str]]:
    return sorted(environment.installed.items(), key=lambda pair: pair[0].lower())
