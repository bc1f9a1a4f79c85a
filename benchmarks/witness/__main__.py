"""``nox -s witness``: compares the probe's numbers with those of other witnesses.

It measures a selection, by default the usual one. Then it sends plain timed requests to
the same configurations, and asks servers for their own figures if they have any. It
writes ``docs/witness.json``, and exits with 1 if witnesses disagree.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from benchmarks.selection import run
from benchmarks.witness.counters import Counter
from benchmarks.witness.counters import COUNTERS
from benchmarks.witness.timed import at_once
from benchmarks.witness.timed import DEADLINE
from docs.make import witness
from harness.judge.witness import disagreement
from harness.measure.app import HOST
from harness.measure.app import TargetApp
from harness.measure.bench import Bench
from harness.measure.start import FreshServers
from harness.measure.target import TARGET
from harness.probe.probe import Probe
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedCell
from harness.records.report import CellReport
from harness.records.results import PLAN
from harness.records.results import read_evidence
from harness.records.results import read_plan
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.words import Outcome
from harness.system.ports import free_port

ROOT = Path(__file__).parents[2]
SLEEP_SECONDS = 2.0
TRIES = 3
SLEEP_VIEW = """

@app.route("/sleep")
def sleep():
    import time

    time.sleep(float(request.args["seconds"]))
    return "slept"
"""
"""A view added to the app, which reports nothing to anybody."""

MOST = 64
"""The highest number of requests that are sent at once."""


class SleepyBench(Bench):
    """Serves the same app with one more view, which sleeps."""

    def __init__(self, python: Path, folder: Path, counter: Counter) -> None:
        super().__init__(python, MOST, folder, TargetApp(python))
        self.counter = counter
        self.stats = free_port(HOST)
        self._target = folder / "target"
        shutil.copytree(TARGET, self._target)
        with (self._target / "app.py").open("a") as file:
            file.write(SLEEP_VIEW)
            file.write(counter.in_app.format(host=HOST, stats=self.stats))

    def placeholders(self, port: int, folder: Path) -> dict[str, str]:
        """Return the values of the placeholders in a planned command."""
        others = {"target": str(self._target), "stats": str(self.stats)}
        return super().placeholders(port, folder) | others


class Tries(msgspec.Struct):
    """The results of one configuration, seen from outside."""

    timed: list[int] = []
    own: list[int] = []


def offered_to(cell: CellReport) -> int:
    """Return twice the declared number, so that some requests must wait."""
    return MOST if cell.declared is None else min(MOST, 2 * cell.declared)


async def ask_others(
    bench: SleepyBench, planned: PlannedCell, requests: int, folder: Path
) -> Tries:
    """Send timed requests to a configuration, and ask its server for its own figure."""
    counter = bench.counter
    argv = (*planned.argv, *counter.options)
    tries = Tries()
    servers = FreshServers(bench, msgspec.structs.replace(planned, argv=argv), folder)

    async def ask(probe: Probe) -> None:
        loop = asyncio.get_running_loop()
        to = probe.destination.endpoint
        send = partial(at_once, to.host, to.port, requests, SLEEP_SECONDS)
        for _ in range(TRIES):
            sent = loop.run_in_executor(None, send)
            if counter.ask is not None:
                await asyncio.sleep(counter.after * SLEEP_SECONDS)
                own = partial(counter.ask, HOST, bench.stats)
                tries.own.append(await loop.run_in_executor(None, own))
            tries.timed.append(await probe.server.unless_ended(sent, DEADLINE))

    await servers.use(ask)
    if counter.queued is not None:
        tries.own.append(requests - counter.queued(servers.tail))
    return tries


def testimonies(results: Path) -> Iterator[witness.Testimony]:
    """Return the results of all witnesses for each measured cell of a run."""
    reported = {cell.id: cell for cell in read_report(results / REPORT).cells}
    evidence, _ = read_evidence(results)
    seen = {cell.id: cell for each in evidence for cell in each.cells}
    plan = read_plan(results / PLAN)
    for planned in plan.cells:
        cell, evidence_of_it = reported[planned.id], seen[planned.id]
        if evidence_of_it.outcome is not Outcome.MEASURED:
            continue
        with tempfile.TemporaryDirectory(prefix="flask-concurrency-") as name:
            folder = Path(name)
            counter = COUNTERS.get(cell.server, Counter(""))
            bench = SleepyBench(python_of(evidence_of_it), folder, counter)
            asked = ask_others(bench, planned, offered_to(cell), folder)
            tries = asyncio.run(asked)
        one = testimony(cell, evidence_of_it, tries)
        print(f"{one.agreement:>10}  {one.id}  {one.timed} {one.own}", flush=True)
        yield one


def python_of(cell: CellEvidence) -> Path:
    """Return the interpreter of the environment that a cell was measured in."""
    beside = (Path(word).parent / "python" for word in cell.command)
    return next(path for path in beside if path.is_absolute() and path.exists())


def testimony(
    cell: CellReport, evidence: CellEvidence, tries: Tries
) -> witness.Testimony:
    """Return the probe's numbers beside those of the other witnesses."""
    counter = COUNTERS.get(cell.server)
    return witness.Testimony(
        id=cell.id,
        floor=cell.floor,
        ceiling=cell.ceiling,
        bounded=bool(cell.bounded),
        kernel=evidence.kernel,
        kernel_fault=disagreement(evidence.kernel),
        offered=offered_to(cell),
        timed=tuple(tries.timed),
        counter=counter.name if counter else "",
        own=tuple(tries.own),
    )


def main() -> None:
    """Measure, ask the other witnesses, and store their answers."""
    with tempfile.TemporaryDirectory() as name:
        results = Path(name, "results")
        run(ROOT, results, "--fail-on", "never", *sys.argv[1:])
        report = read_report(results / REPORT)
        made = witness.Testimonies(
            measured_at=report.measured_at,
            processors=report.host.processors,
            sleep_seconds=SLEEP_SECONDS,
            cells=tuple(testimonies(results)),
        )
    witness.save(made)
    if wrong := [cell for cell in made.cells if cell.disagreements]:
        sys.exit(f"witnesses disagree in {len(wrong)} of {len(made.cells)} cells")


if __name__ == "__main__":
    main()
