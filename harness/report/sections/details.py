"""Knows the parts of the summary that open on a click; must not hold any finding."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from collections.abc import Sequence
from itertools import chain

from harness.records.report import CellReport
from harness.records.report import EnvironmentReport
from harness.records.report import Report
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.records.words import Verdict
from harness.report.escape import code
from harness.report.escape import fence
from harness.report.escape import prose
from harness.report.sections import claims
from harness.report.sections.matrix import Note
from harness.report.sections.matrix import number

_LINK = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?[A-Za-z0-9._~/#%?=&+,;-]*")

_QUIET = {
    Settled.SCHEDSTAT: "by the scheduler's statistics of every thread",
    Settled.CPU_TIMES: "by the processor times of its processes, which is less sure",
    Settled.STEADY_COUNT: "by a count that no longer changed, which is less sure",
    Settled.ALL_ENTERED: "by nothing",
}

HOW = """\
Every request that enters the app says so over a connection of its own, and stays in \
the view function until the probe lets it go. The number of requests held there is the \
concurrency: no time is measured, and nothing is inferred from any.

Each configuration is offered loads around the number that it declares, that number \
several times, all at once and one after another. *Ceiling* is the most ever seen in \
the app at once, *floor* the least when exactly the declared number was offered. A \
ceiling is final only if a further request was seen to wait while the server was \
quiet."""


def sections(
    report: Report, notes: dict[Outcome | Verdict, list[Note]]
) -> Iterable[tuple[str, str]]:
    """Name and text of each part; the text is empty where there is nothing to show."""
    yield "the admission curves", _curves(notes.get(Verdict.UNEVEN, []))
    yield "the output of servers", _log_tails(report.cells)
    yield "what is not supported", _not_supported(notes)
    yield "all numbers", _numbers(report.cells)
    yield "what is declared", _declarations(report.cells)
    yield "what servers tell apps", _claims(report.cells)
    yield "how it was measured", _how(report)
    yield "what stood in front", _fronts(report.cells)
    yield "the commands that measure a cell again", _commands(report.cells)
    yield "the versions installed", _versions(report.environments)


def _details(summary: str, *paragraphs: str) -> str:
    body = "\n\n".join(filter(None, paragraphs))
    if not body:
        return ""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _table(
    head: Sequence[str], align: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, align, *rows)]
    return "\n".join(lines) if len(lines) > 2 else ""


def _curves(notes: Sequence[Note]) -> str:
    return _details(
        "Admission curves of the uneven ones",
        "How many were in the app of how many that were offered together:"
        if notes
        else "",
        *(_curve(cell) for note in notes for cell in note.cells),
    )


def _curve(cell: CellReport) -> str:
    rows = [
        [f"{p.offered}", f"{p.worst}", f"{p.median:g}", f"{p.best}", f"{p.rounds}"]
        for p in cell.curve
    ]
    head = ["offered", "worst", "median", "best", "rounds"]
    return f"{code(cell.id)}\n\n{_table(head, ['--:'] * 5, rows)}"


def _log_tails(cells: Sequence[CellReport]) -> str:
    tails = [cell for cell in cells if cell.log_tail.strip()]
    return _details(
        "What servers and installers printed where something went wrong",
        *chain.from_iterable(
            (f"{code(cell.id)} ({cell.outcome})", fence(cell.log_tail))
            for cell in tails
        ),
    )


def _not_supported(notes: dict[Outcome | Verdict, list[Note]]) -> str:
    items = map(item, notes.get(Outcome.NOT_SUPPORTED, []))
    return _details("What is not supported, and why", "\n".join(items))


def item(note: Note) -> str:
    """One reason, as an item of a list on a line of its own."""
    labels = ", ".join(map(code, note.labels))
    releases = ", ".join(map(prose, note.releases))
    said = f"{prose(note.reason)}{_documented(note)}"
    return f"- {prose(note.server)} {labels} on Flask {releases}: {said}"


def _documented(note: Note) -> str:
    """Where it says so, for numbers that are others than these: it may be wrong."""
    wrong = [
        cell for cell in note.cells if cell.verdict in (Verdict.FEWER, Verdict.MORE)
    ]
    pages = dict.fromkeys(cell.declared_source for cell in wrong)
    return "".join(
        f" ([its documentation]({page}))" for page in pages if _LINK.fullmatch(page)
    )


def _numbers(cells: Sequence[CellReport]) -> str:
    head = ["cell", "declared", "seen", "floor", "processes × threads", "hand-off"]
    rows = [
        [
            code(cell.id),
            _declared(cell),
            number(cell),
            f"{cell.floor}" if cell.floor is not None else "",
            f"{cell.processes} × {cell.threads}",
            _milliseconds(cell.hand_off_seconds),
        ]
        for cell in cells
        if cell.outcome is Outcome.MEASURED
    ]
    return _details(
        "All numbers, cell by cell", _table(head, [":--", *["--:"] * 5], rows)
    )


def _declared(cell: CellReport) -> str:
    if cell.declared_formula:
        number = "" if cell.declared is None else f" = {cell.declared}"
        return f"{prose(cell.declared_formula)}{number}"
    return "no bound" if cell.declared is None else f"{cell.declared}"


def _claims(cells: Sequence[CellReport]) -> str:
    head = [
        "configuration",
        "`wsgi.multithread`",
        "most in one process",
        "`wsgi.multiprocess`",
        "processes",
    ]
    return _details(
        "What servers tell apps of themselves, and what was seen",
        _table(head, [":--", *["--:"] * 4], claims.rows(cells)),
    )


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f} ms"


def _declarations(cells: Sequence[CellReport]) -> str:
    """Each once: they seldom differ by the release of Flask."""
    rows = dict.fromkeys(
        (
            code(f"{cell.server} {cell.configuration}"),
            _declared(cell),
            f"{prose(cell.declared_because)} {_source(cell.declared_source)}",
        )
        for cell in cells
    )
    head = ["configuration", "declares", "because"]
    return _details(
        "What each declares, and why", _table(head, [":--"] * 3, list(rows))
    )


def _source(url: str) -> str:
    return f"([source]({url}))" if _LINK.fullmatch(url) else ""


def _how(report: Report) -> str:
    host = report.host
    wrong = [e for e in report.environments if e.control is not Outcome.MEASURED]
    right = len(report.environments) - len(wrong)
    return _details(
        "How it was measured",
        HOW,
        f"On {prose(host.system)} {prose(host.kernel)} ({prose(host.machine)}), "
        f"{host.processors} processors, {host.open_files} open files allowed. That a "
        f"server is quiet was told {_QUIET[host.quiet_by]}. Last measured at "
        f"{prose(report.measured_at)}; an open end was tried up to {report.limit}.",
        "A control of exactly known capacity was measured in each environment: "
        f"exactly right in {right} of {len(report.environments)}.",
        "\n".join(map(_control, wrong)),
    )


def _control(environment: EnvironmentReport) -> str:
    return f"- {code(environment.id)}: {prose(environment.control_reason)}"


def _fronts(cells: Sequence[CellReport]) -> str:
    """Both commands of each chain; the proxy's file is in ``report.json``."""
    parts = []
    for cell in cells:
        if cell.front is not None and cell.front.command:
            commands = [shlex.join(cell.front.command), shlex.join(cell.command)]
            release = prose(" ".join((cell.front.title, cell.front.version)).strip())
            parts += [f"{code(cell.id)} behind {release}:", fence("\n".join(commands))]
    return _details("The commands of a proxy and of the server behind it", *parts)


def _commands(cells: Sequence[CellReport]) -> str:
    if not cells:
        return ""
    commands = "\n".join(" ".join(cell.reproduce.split()) for cell in cells)
    ours = all(cell.reproduce.startswith("nox ") for cell in cells)
    return _details(
        "The command that measures a cell again",
        "In a checkout of this project:"
        if ours
        else "In the folder that it was measured in:",
        fence(commands, "sh", characters=max(4000, len(commands))),
    )


def _versions(environments: Sequence[EnvironmentReport]) -> str:
    rows = [
        [
            code(each.id),
            ", ".join(
                prose(f"{name} {version}")
                for name, version in sorted(
                    each.installed.items(), key=lambda pair: pair[0].lower()
                )
            )
            or "nothing",
        ]
        for each in environments
    ]
    return _details(
        "Versions installed", _table(["environment", "installed"], [":--"] * 2, rows)
    )
