"""How long it takes to build the atlas, and what it weighs.

Cells are made up: those of the catalog, under as many releases of Flask as it takes,
each with rounds around what it declares.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.cli.again import probe_by
from harness.cli.site import write
from harness.plan import catalog
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.evidence import CellEvidence
from harness.records.evidence import ControlEvidence
from harness.records.evidence import Evidence
from harness.records.evidence import Host
from harness.records.plan import PlannedCell
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.words import Arrival
from harness.records.words import Outcome
from harness.records.words import Settled
from harness.site import questions
from harness.site.atlas import Atlas
from harness.site.pages import site

SIZES = (1_000, 10_000)
FIRST_VIEWS = ("index.html", "server/gunicorn.html", "servers.html", "questions.html")
HOST = Host(
    system="Linux",
    kernel="6",
    machine="x86_64",
    processors=2,
    quiet_by=Settled.SCHEDSTAT,
    open_files=1024,
)


def main() -> None:
    """Print time and size for each number of cells."""
    print("the atlas:")
    for size in SIZES:
        _build(size)


def _build(size: int) -> None:
    evidence = _evidence(size)
    begun, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        atlas = Atlas(evidence, catalog.load(), probe_by("flask-concurrency probe"))
        count, total = write(out, site(atlas, questions.load()))
        took, used = time.monotonic() - begun, time.process_time() - used
        print(
            f"  {len(atlas.entries)} cells: {took:.1f} s ({used:.1f} s of processor), "
            f"{count} files, {total / 1e6:.1f} MB"
        )
        sizes = [(name, (out / name).stat().st_size) for name in FIRST_VIEWS]
        views = ", ".join(f"{name} {size / 1e3:.0f} kB" for name, size in sizes)
        print(f"    first views, nothing compressed: {views}")


def _evidence(size: int) -> list[Evidence]:
    """At least so many cells."""
    evidence: list[Evidence] = []
    releases = (f"3.{minor}.{patch}" for minor in range(1, 99) for patch in range(10))
    while sum(len(each.cells) for each in evidence) < size:
        evidence += _of_flask(next(releases))
    return evidence


def _of_flask(flask: str) -> Iterator[Evidence]:
    selection = Selection(everything=True, flask=(flask,), python="3.13")
    for planned in make_plan(catalog.load(), selection).environments:
        yield Evidence(
            environment=planned.environment,
            title=planned.title,
            measured_at="2026-01-01T00:00:00+00:00",
            host=HOST,
            installed={"Flask": flask, planned.environment.server: "1"},
            control=ControlEvidence(
                processes=2, threads=2, outcome=Outcome.MEASURED, rounds=_rounds(4)
            ),
            limit=64,
            cells=tuple(map(_cell, planned.cells)),
        )


def _cell(planned: PlannedCell) -> CellEvidence:
    declared = planned.declaration.declared or 64
    return CellEvidence(
        id=planned.id,
        configuration=planned.configuration,
        outcome=Outcome.MEASURED,
        declaration=msgspec.structs.replace(planned.declaration, declared=declared),
        command=planned.argv,
        rounds=_rounds(declared),
    )


def _rounds(number: int) -> tuple[Round, ...]:
    loads = (1, number, number, number, number, number + 1, 2 * number)
    return tuple(_round(load, min(load, number)) for load in loads)


def _round(load: int, admitted: int) -> Round:
    half = admitted // 2 if admitted > 1 else 1
    return Round(
        arrival=Arrival.BURST,
        asked=load,
        offered=load,
        admitted=admitted,
        peak=admitted,
        waiting=load - admitted,
        late=0,
        processes=min(2, admitted),
        threads=half,
        settled=Settled.SCHEDSTAT,
        settle_seconds=0.04,
        account=Account(answered=load),
    )
