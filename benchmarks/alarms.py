"""How often ``compare`` is wrong, for unchanged configurations and for known changes.

Every configuration is measured the same number of times, in turn, so that all of them
see the same load on the machine. Then all runs of one configuration are compared with
each other: any change found there is a false alarm. And all runs of one are compared
with all runs of another that is known to differ: a pair called the same is a missed
change. Each comparison is that of a report with one uneven cell, where a false alarm is
likeliest: the more cells are compared at once, the stricter the rule is.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from itertools import product
from pathlib import Path

import msgspec

from harness.cli.reproduce import probe_again
from harness.judge.difference import Conditions
from harness.judge.difference import differ
from harness.judge.judge import judge
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.measure.control import measure_control
from harness.plan import catalog
from harness.plan.plan import make_plan
from harness.records.catalog import Selection
from harness.records.changes import Change
from harness.records.evidence import Evidence
from harness.records.plan import Environment
from harness.records.plan import PlannedCell
from harness.records.report import CellReport
from harness.system.machine import allow_open_files
from harness.system.machine import host
from harness.system.machine import now

RUNS = 40
LIMIT = 64
FLASK, GUNICORN = "3.1.3", "27.0.1"
"""The releases in the catalog; measured are those installed with the benchmark."""

SHIPPED = (
    "gthread-2x4",
    "gthread-4x2",
    "gthread-2x4-connections-4",
    "gthread-4x2-connections-2",
)
OTHERS = {"4 x 4": (4, 4, 16), "2 x 2 for 8": (2, 2, 8), "1 x 4 for 8": (1, 4, 8)}
"""By name: workers, threads, and the declared number, which may be too high."""

KNOWN = (
    ("gthread-4x2", "gthread-4x2-connections-2"),
    ("gthread-4x2-connections-2", "gthread-4x2"),
    ("gthread-2x4", "gthread-2x4-connections-4"),
    ("gthread-2x4-connections-4", "gthread-2x4"),
    ("gthread-2x4", "2 x 2 for 8"),
    ("gthread-4x2", "2 x 2 for 8"),
    ("gthread-2x4", "1 x 4 for 8"),
    ("gthread-4x2", "1 x 4 for 8"),
    ("gthread-4x2-connections-2", "1 x 4 for 8"),
)
"""Real changes. For 2 x 2 and 1 x 4, the number falls from 8 to 4."""


def cells() -> dict[str, PlannedCell]:
    """Return the cells to measure, by name."""
    globs = tuple(f"flask-{FLASK}/gunicorn-{GUNICORN}/{name}/*" for name in SHIPPED)
    plan = make_plan(catalog.load(), Selection(only=globs))
    found = {
        c.configuration: c
        for environment in plan.environments
        for c in environment.cells
    }
    for name, (workers, threads, declared) in OTHERS.items():
        argv = list(found["gthread-4x2"].argv)
        argv[argv.index("--workers") + 1] = str(workers)
        argv[argv.index("--threads") + 1] = str(threads)
        found[name] = msgspec.structs.replace(
            found["gthread-4x2"],
            argv=tuple(argv),
            declaration=msgspec.structs.replace(
                found["gthread-4x2"].declaration, declared=declared
            ),
        )
    return found


async def measured(runs: int, logs: Path) -> dict[str, list[CellReport]]:
    """Measure every configuration ``runs`` times, in turn."""
    allow_open_files()
    bench = Bench(Path(sys.executable), LIMIT, logs)
    checked = await measure_control(bench)
    where = Environment(
        flask=FLASK, server="gunicorn", server_version=GUNICORN, python="3"
    )
    found: dict[str, list[CellReport]] = {}
    for _ in range(runs):
        for name, planned in cells().items():
            evidence = Evidence(
                environment=where,
                measured_at=now(),
                host=host(),
                control=checked,
                limit=LIMIT,
                cells=(await measure_cell(bench, planned),),
            )
            found.setdefault(name, []).append(judge([evidence], probe_again()).cells[0])
    return found


def count_changes(pairs: Iterable[tuple[CellReport, CellReport]]) -> Counter[Change]:
    """Return how often each change was found, comparing the pairs one by one."""
    terms = Conditions((LIMIT, LIMIT), (1, 1))
    return Counter(differ([(one, other, terms)])[0].change for one, other in pairs)


def _share(part: int, whole: int) -> str:
    return f"{part:>6} of {whole:<6} {part / whole:7.2%}"


def main(runs: int = RUNS) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(runs, Path(folder)))
    print(f"\nThe same thing against itself, {runs} runs each: false alarms")
    for name, reports in found.items():
        counts = count_changes(combinations(reports, 2))
        alarms = counts.total() - counts[Change.SAME]
        spans = sorted({(report.floor, report.ceiling) for report in reports})
        words = " ".join(f"{floor}-{ceiling}" for floor, ceiling in spans)
        print(f"  {_share(alarms, counts.total())}  {name:26} {words}")
    print("\nKnown changes: those that were noticed")
    for one, other in KNOWN:
        counts = count_changes(product(found[one], found[other]))
        noticed = counts[Change.FEWER] + counts[Change.MORE]
        print(f"  {_share(noticed, counts.total())}  {one} -> {other}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
