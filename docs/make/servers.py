"""``docs/servers.md``: every configuration of the catalog, and its measurement.

The measurements are stored in ``docs/servers.json``, so that the page can be written
again after a change of the catalog without measuring.
"""

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.plan import formulas
from harness.records import files
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import DeclaredFor
from harness.records.catalog import Need
from harness.records.catalog import Server
from harness.records.report import CellReport
from harness.records.report import Report
from harness.records.versions import release_order
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report.sections import matrix_cells

from .blocks import table

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "servers.md"
SEEN = DOCS / "servers.json"

HEAD = """\
# Every server, and every configuration of it

<!-- Made of the catalog and of docs/servers.json: nox -s docs -->

Of {cells} numbers that were measured, {kept} are always what is declared, and {broken}
are not: [these](#what-is-not-as-declared).

For each configuration: what it declares, where its documentation says so, and what was
seen with {flask} on {system}, {processors} processors and Python {python}. **A number
in bold is not the declared one**: the documentation is wrong, or was misread. `4–8`
means up to 8, of which 4 are guaranteed; `8 (seen 4)` up to 8, but 4 in some rounds.
`≥64` means at least 64: more were not tried.
"""

WRONG = """\
## What is not as declared

What each of these declares, and the page that says so:
"""

DENIED = """\
## What servers tell the app, and what was seen instead

By [PEP 3333](https://peps.python.org/pep-3333/#environ-variables) a server tells the
app whether it may be called again while a call is running: in the same process with
`wsgi.multithread`, in another one with `wsgi.multiprocess`. A server may say that it
does this and never do it. The following say that they do not, and yet they do:
"""

MISSING = """\
## What could not be measured

On the same machine, with Python {python}:
"""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The data of one measured cell that the page shows."""

    number: str
    """As in the matrix; empty if there is none."""
    outcome: str
    as_declared: bool
    finding: str = ""
    """What differs from the declaration, and the page of the documentation."""
    denied: str = ""
    """Observations that contradict the server's claims."""
    reason: str = ""
    """Why it has no number on the page's main Python."""
    python: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The data of some runs that the page shows."""

    flask: str
    system: str
    processors: int
    python: str
    cells: dict[str, Seen]
    """Cells, by ``SERVER-RELEASE/CONFIGURATION``."""


# -------------------------------------------------------------------- what runs show


def seen_in(reports: Sequence[Report]) -> Run:
    """Take the page's data from some reports; the first is of the page's main Python.

    A cell without a number there may have one in a later report, of another Python.
    """
    first = reports[0]
    newest = max((cell.flask for cell in first.cells), key=release_order)
    cells: dict[str, Seen] = {}
    for cell in (cell for report in reports for cell in report.cells):
        if cell.flask == newest:
            known = cells.get(_key(cell))
            if known is None or not known.number:
                reason = known.reason if known else ""
                cells[_key(cell)] = _seen_of(cell, reason)
    return Run(
        flask=newest,
        system=first.host.system,
        processors=first.host.processors,
        python=first.cells[0].python,
        cells=cells,
    )


def _key(cell: CellReport) -> str:
    return f"{cell.server}-{cell.server_version}/{cell.configuration}"


def _seen_of(cell: CellReport, reason: str) -> Seen:
    measured = cell.outcome is Outcome.MEASURED
    return Seen(
        number=matrix_cells.value(cell).number,
        outcome=cell.outcome,
        as_declared=cell.verdict is Verdict.AS_DECLARED,
        finding=_finding(cell) if measured else "",
        denied=cell.claims_fault,
        reason=reason if measured else f"{cell.outcome}: {cell.reason}",
        python=cell.python,
    )


def _finding(cell: CellReport) -> str:
    if cell.verdict is Verdict.AS_DECLARED:
        return ""
    page = f"([source]({cell.declared_source}))"
    return f"{cell.verdict}: {cell.reason}. {cell.declared_because} {page}"


# --------------------------------------------------------------------------- the page


def page(known: Catalog, run: Run) -> str:
    """Return the whole page."""
    measured = [seen for seen in run.cells.values() if seen.number]
    kept = sum(seen.as_declared for seen in measured)
    head = HEAD.format(
        cells=len(measured),
        kept=kept,
        broken=len(measured) - kept,
        flask=f"Flask {run.flask}",
        system=run.system,
        processors=run.processors,
        python=run.python,
    )
    return "\n".join(
        [
            head,
            *_section(WRONG, _wrong(run)),
            *(_server(known, server, run) for server in known.servers),
            *_section(DENIED, sorted(_denied(run))),
            *_section(MISSING.format(python=run.python), _missing(run)),
        ]
    )


def _section(head: str, items: Iterable[str]) -> list[str]:
    """Return a section with a list, or nothing if the list is empty."""
    lines = "\n".join(items)
    return [f"{head}\n{lines}\n"] if lines else []


def _wrong(run: Run) -> Iterator[str]:
    for key, seen in run.cells.items():
        if seen.finding:
            yield f"- `{key}`: {seen.finding}"


def _server(known: Catalog, server: Server, run: Run) -> str:
    lines = [f"## {server.title}", "", f"{_releases(known, server)}", ""]
    needs = [f"- {words}" for need in server.needs if (words := _need(need))]
    lines += ["Needs:", "", *needs, ""] if needs else []
    rows = (_row(server, each, run) for each in server.configuration)
    heads = ("configuration", "declared", "seen", "because")
    return "\n".join([*lines, table(heads, rows, numbers=(1, 2))])


def _releases(known: Catalog, server: Server) -> str:
    link = f"[Documentation]({server.documentation})"
    file = f"[data](../harness/catalog/servers/{server.name}.toml)"
    if server.part_of_python:
        releases = "It is a part of Python"
    elif server.pinned_by_flask:
        releases = f"Its release is the {server.package} that goes with the Flask"
    else:
        own = {str(release) for release in server.releases}
        for configuration in server.configuration:
            own |= {str(release) for release in configuration.releases}
        ordered = sorted(own, key=release_order)
        releases = f"Releases of `{server.package}`: {', '.join(ordered)}"
    return f"{releases}. {link}, {file}."


def _need(need: Need) -> str:
    said = []
    if need.python:
        said.append(f"Python {need.python}")
    if need.flask:
        said.append(f"Flask {need.flask}")
    if need.release:
        said.append(f"a release {need.release}")
    if need.platforms:
        said.append(" or ".join(need.platforms))
    said += [f"`{program}`" for program in need.programs]
    if need.succeeds:
        said.append(f"that `{' '.join(need.succeeds)}` succeeds")
    where = f" (releases {need.where})" if need.where else ""
    return f"{' and '.join(said)}{where}: {need.because}" if said else ""


def _row(server: Server, configuration: Configuration, run: Run) -> tuple[str, ...]:
    declares = _spelled(configuration)
    others = [
        f"{_spelled(other)} ({_where(other)})" for other in configuration.declaration
    ]
    because = f"{configuration.because} ([source]({configuration.source}))"
    return (
        f"`{configuration.id}`",
        "; ".join((declares, *others)),
        _seen(server, configuration, run),
        because,
    )


def _where(other: DeclaredFor) -> str:
    said = [f"Flask {other.flask}"] if other.flask else []
    said += [f"releases {other.release}"] if other.release else []
    return ", ".join(said)


def _spelled(declares: Configuration | DeclaredFor) -> str:
    computed = formulas.parse(declares.declared)
    if computed is not None:
        return formulas.words(computed)
    unbounded = declares.declared == formulas.UNBOUNDED
    return "no bound" if unbounded else str(declares.declared)


def _seen(server: Server, configuration: Configuration, run: Run) -> str:
    """Return the measured number, by release if there are several."""
    prefix, suffix = f"{server.name}-", f"/{configuration.id}"
    found = {
        key[len(prefix) : -len(suffix)]: seen
        for key, seen in run.cells.items()
        if re.fullmatch(rf"{re.escape(prefix)}\d[^/]*{re.escape(suffix)}", key)
    }
    alone = len(found) == 1 and not configuration.releases
    shown = [
        _number(seen, run) if alone else f"{release}: {_number(seen, run)}"
        for release, seen in sorted(
            found.items(), key=lambda pair: release_order(pair[0])
        )
    ]
    return "<br>".join(shown)


def _number(seen: Seen, run: Run) -> str:
    number = seen.number or seen.outcome
    shown = number if seen.as_declared else f"**{number}**"
    return shown if seen.python == run.python else f"{shown} (Python {seen.python})"


def _denied(run: Run) -> Iterator[str]:
    for key, seen in run.cells.items():
        if seen.denied:
            yield f"- `{key}`: {seen.denied}."


def _missing(run: Run) -> Iterator[str]:
    for key, seen in run.cells.items():
        if seen.reason:
            other = f" It was measured on Python {seen.python}." if seen.number else ""
            yield f"- `{key}`: {seen.reason}.{other}"


def listed(known: Catalog) -> str:
    """Return the README's sentence with every server."""
    names = [server.title for server in known.servers]
    return f"{', '.join(names[:-1])} and {names[-1]}.\n"


def read() -> Run:
    """Read the stored data of the page."""
    return files.read(SEEN, Run)


def save(reports: Iterable[Report]) -> None:
    """Store the page's data from other runs."""
    files.write(SEEN, seen_in(list(reports)))
