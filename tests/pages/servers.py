"""Knows how the catalog's servers make a page of the documentation, with what a run
saw of them beside it; must not know any server.

``python -m tests.pages.servers RESULTS ...`` keeps what is needed of one or several
runs in ``docs/servers.json`` and writes ``docs/servers.md``; without folders of results
it writes the page, and the list in the README, anew for what the catalog says now.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import msgspec

from harness.plan import catalog
from harness.plan import formulas as formula
from harness.records import results as store
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
from harness.report.sections import matrix

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "servers.md"
KEPT = DOCS / "servers.json"
README = DOCS.parent / "README.md"
LISTED = re.compile(r"(?<=<!-- servers -->\n).*?(?=<!-- /servers -->)", re.DOTALL)

HEAD = """\
# Every server, and every configuration of it

<!-- Made of the catalog and of docs/servers.json: python -m tests.pages.servers -->

What each promises, where its documentation says so, and what was seen, under {flask}
on {system} with {processors} processors and Python {python}. **A number in bold is not
the one that is declared**: the documentation, or what is read into it, is wrong there.
`8 (≥4)` is up to 8, but at times no more than 4; `≥64` is at least 64, and more were
not tried.
"""

WRONG = """\
## What is not as declared

Each with what it declares, and the page that says so:
"""

DENIED = """\
## What servers tell apps, and what was seen instead

By [PEP 3333](https://peps.python.org/pep-3333/#environ-variables) a server tells the
app in `wsgi.multithread` whether it may be called again in the same process while it
is running there, and in `wsgi.multiprocess` whether in another process. Saying so
without doing it is allowed; not saying so and doing it is not:
"""

MISSING = """\
## What could not be measured

On that machine, with Python {python}:
"""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one measured cell."""

    number: str
    """As the matrix shows it; empty where there is none."""
    outcome: str
    as_declared: bool
    finding: str = ""
    """What is not as declared, and where the documentation says otherwise."""
    denied: str = ""
    """What was seen that denies the server's claims."""
    reason: str = ""
    """Why it has no number on the Python of the page."""
    python: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of the runs that the page shows."""

    flask: str
    system: str
    processors: int
    python: str
    cells: dict[str, Kept]
    """By ``SERVER-RELEASE/CONFIGURATION``."""


# ----------------------------------------------------------------------- what is kept


def keep(reports: Sequence[Report]) -> Run:
    """What the page needs of some reports; the first says on which Python.

    What has no number there may have one in a later report, on another Python.
    """
    first = reports[0]
    newest = max((cell.flask for cell in first.cells), key=release_order)
    cells: dict[str, Kept] = {}
    for cell in (cell for report in reports for cell in report.cells):
        if cell.flask == newest:
            known = cells.get(_key(cell))
            if known is None or not known.number:
                reason = known.reason if known else ""
                cells[_key(cell)] = _kept(cell, reason)
    return Run(
        flask=newest,
        system=first.host.system,
        processors=first.host.processors,
        python=first.cells[0].python,
        cells=cells,
    )


def _key(cell: CellReport) -> str:
    return f"{cell.server}-{cell.server_version}/{cell.configuration}"


def _kept(cell: CellReport, reason: str) -> Kept:
    measured = cell.outcome is Outcome.MEASURED
    return Kept(
        number=matrix.text(cell).number,
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
    """The whole page."""
    head = HEAD.format(
        flask=f"Flask {run.flask}",
        system=run.system,
        processors=run.processors,
        python=run.python,
    )
    wrong = [
        f"- `{k}`: {kept.finding}" for k, kept in run.cells.items() if kept.finding
    ]
    denied = sorted(_denied(run))
    missing = list(_missing(run))
    parts = [head]
    parts += [WRONG + "\n" + "\n".join(wrong) + "\n"] if wrong else []
    parts += [_server(known, server, run) for server in known.servers]
    parts += [DENIED + "\n" + "\n".join(denied) + "\n"] if denied else []
    parts += (
        [MISSING.format(python=run.python) + "\n" + "\n".join(missing) + "\n"]
        if missing
        else []
    )
    return "\n".join(parts)


def _server(known: Catalog, server: Server, run: Run) -> str:
    lines = [f"## {server.title}", "", f"{_releases(known, server)}", ""]
    needs = [f"- {words}" for need in server.needs if (words := _need(need))]
    lines += ["Needs:", "", *needs, ""] if needs else []
    lines += [
        "| configuration | declared | seen | because |",
        "| :-- | --: | --: | :-- |",
    ]
    for configuration in server.configuration:
        lines.append(_row(server, configuration, run))
    return "\n".join([*lines, ""])


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
        said.append(f"that `{_cell(' '.join(need.succeeds))}` succeeds")
    where = f" (releases {need.where})" if need.where else ""
    return f"{' and '.join(said)}{where}: {need.because}" if said else ""


def _row(server: Server, configuration: Configuration, run: Run) -> str:
    declares = _spelled(configuration)
    others = [
        f"{_spelled(other)} ({_where(other)})" for other in configuration.declaration
    ]
    because = f"{configuration.because} ([source]({configuration.source}))"
    cells = [
        f"`{configuration.id}`",
        "; ".join((declares, *others)),
        _seen(server, configuration, run),
        _cell(because),
    ]
    return f"| {' | '.join(cells)} |"


def _where(other: DeclaredFor) -> str:
    said = [f"Flask {other.flask}"] if other.flask else []
    said += [f"releases {other.release}"] if other.release else []
    return ", ".join(said)


def _spelled(declares: Configuration | DeclaredFor) -> str:
    computed = formula.parse(declares.declared)
    if computed is not None:
        return formula.words(computed)
    return (
        "no bound" if declares.declared == formula.UNBOUNDED else f"{declares.declared}"
    )


def _seen(server: Server, configuration: Configuration, run: Run) -> str:
    """What was seen, by release where there are several."""
    prefix, suffix = f"{server.name}-", f"/{configuration.id}"
    found = {
        key[len(prefix) : -len(suffix)]: kept
        for key, kept in run.cells.items()
        if re.fullmatch(rf"{re.escape(prefix)}\d[^/]*{re.escape(suffix)}", key)
    }
    alone = len(found) == 1 and not configuration.releases
    shown = [
        _number(kept, run) if alone else f"{release}: {_number(kept, run)}"
        for release, kept in sorted(
            found.items(), key=lambda pair: release_order(pair[0])
        )
    ]
    return "<br>".join(shown)


def _number(kept: Kept, run: Run) -> str:
    number = kept.number or kept.outcome
    shown = number if kept.as_declared else f"**{number}**"
    return shown if kept.python == run.python else f"{shown} (Python {kept.python})"


def _denied(run: Run) -> Iterator[str]:
    for key, kept in run.cells.items():
        if kept.denied:
            yield f"- `{key}`: {kept.denied}."


def _missing(run: Run) -> Iterator[str]:
    for key, kept in run.cells.items():
        if kept.reason:
            other = f" It was measured on Python {kept.python}." if kept.number else ""
            yield f"- `{key}`: {kept.reason}.{other}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def listed(known: Catalog) -> str:
    """The sentence of the README with every server."""
    names = [server.title for server in known.servers]
    return f"{', '.join(names[:-1])} and {names[-1]}.\n"


def listed_in_readme() -> str:
    """The same as it stands there."""
    found = LISTED.search(README.read_text())
    assert found, "the README has no markers for the servers"
    return found[0]


def read() -> Run:
    """What is kept of the last runs."""
    return msgspec.json.decode(KEPT.read_bytes(), type=Run)


def main(folders: Sequence[str]) -> None:
    """Write the page, and what it shows if there are new results."""
    if folders:
        run = keep([store.read_report(Path(folder)) for folder in folders])
        compact = msgspec.json.encode(run, order="deterministic")
        KEPT.write_bytes(msgspec.json.format(compact, indent=1) + b"\n")
    known = catalog.load()
    PAGE.write_text(page(known, read()))
    README.write_text(LISTED.sub(lambda _: listed(known), README.read_text()))


if __name__ == "__main__":
    main(sys.argv[1:])
