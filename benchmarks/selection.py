"""The wall time of the default selection, and of only starting and stopping servers.

*Warm* reuses the environments and the installer's cache, *cold* starts with neither.
The bare time is for starting each server of the selection, waiting for its first
answer, sending SIGTERM and waiting for its end, one after the other. Anybody who tries
the same servers by hand needs as long.
"""

import asyncio
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from harness.measure.app import HOST
from harness.measure.bench import Bench
from harness.measure.target import server_environment
from harness.probe.ready import not_from_app
from harness.probe.ready import wait_ready
from harness.probe.transports import Endpoint
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedCell
from harness.records.results import PLAN
from harness.records.results import read_evidence
from harness.records.results import read_plan
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.records.words import Outcome
from harness.system.ports import free_port
from harness.system.process import running
from harness.system.spawn import Command

ROOT = Path(__file__).parents[1]
TOKEN = "bare"
FAULT_OF = partial(not_from_app, TOKEN)
DEADLINE = 30.0
STOP_DEADLINE = 5.0
BOUNDED = 32
AIM = 0.8
JOBS = (1, 2, 3, 4)


def run(checkout: Path, results: Path, *arguments: str, **environment: str) -> float:
    """Run ``nox -s probe`` in a checkout; return its wall time in seconds."""
    command = [sys.executable, "-m", "nox", "-f", str(checkout / "noxfile.py")]
    command += ["-s", "probe", "--", "--results", str(results), *arguments]
    begun = time.monotonic()
    subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - begun


def cells(results: Path) -> list[CellEvidence]:
    """Return all cells that a run has measured."""
    evidence, faults = read_evidence(results)
    assert not faults, faults
    return [cell for each in evidence for cell in each.cells]


async def bare(planned: PlannedCell, scripts: Path, log: Path) -> float:
    """Return the seconds to start one server, see it answer, and stop it, as by hand.

    A server that does not end is killed after a while, and reported.
    """
    bench = Bench(scripts / "python", 1, log.parent)
    port = free_port(HOST)
    places = bench.placeholders(port, log.parent)
    command = [word.format_map(places) for word in planned.argv]
    own = {key: value.format_map(places) for key, value in planned.env.items()}
    own["FLASK_CONCURRENCY_TOKEN"] = TOKEN
    env = server_environment(os.environ, scripts, own)
    begun = time.monotonic()
    async with running(Command(command, env, log.parent, log)) as server:
        await wait_ready(server, Endpoint(HOST, port), DEADLINE, FAULT_OF)
        os.kill(server.started.result(), signal.SIGTERM)
        await asyncio.wait((server.ended,), timeout=STOP_DEADLINE)
        if not server.ended.done():
            print(f"  killed, {STOP_DEADLINE:.0f} s after SIGTERM: {planned.id}")
    return time.monotonic() - begun


def bare_seconds(results: Path) -> tuple[float, int]:
    """Return the sum over the measured servers of a run, and their number."""
    seen = {cell.id: cell for cell in cells(results)}
    plan = read_plan(results / PLAN)
    seconds = [
        asyncio.run(
            bare(planned, Path(seen[planned.id].command[0]).parent, results / "bare")
        )
        for environment in plan.environments
        for planned in environment.cells
        if seen[planned.id].outcome is Outcome.MEASURED
    ]
    return sum(seconds), len(seconds)


def verdicts(results: Path) -> None:
    """Print the time from a ready server to a verdict, by configuration."""
    taken: dict[str, list[float]] = {}
    declared: dict[str, int | None] = {}
    for cell in cells(results):
        name = "/".join(cell.id.split("/")[1:3])
        taken.setdefault(name, []).append(cell.measure_seconds)
        declared[name] = cell.declaration.declared
    print("\nFrom server ready to verdict, seconds (median), one at a time")
    for name, seconds in sorted(taken.items(), key=lambda pair: pair[1]):
        number = declared[name] or "unbounded"
        print(f"  {statistics.median(seconds):6.2f}  declares {number:>9}  {name}")
    bounded = [
        statistics.median(seconds)
        for name, seconds in taken.items()
        if (declared[name] or 1000) <= BOUNDED
    ]
    print(f"  {statistics.median(bounded):6.2f}  median of those up to {BOUNDED}")


def alone(folder: Path) -> float:
    """Print verdict times on an idle machine; return gunicorn's with ``-w 4``."""
    results = folder / "alone"
    run(ROOT, results, "--jobs", "1", "--flask", "3.1.3")
    verdicts(results)
    return next(c.measure_seconds for c in cells(results) if "/sync-4/" in c.id)


def spans(results: Path) -> dict[str, str]:
    """Return the floor and the ceiling of every cell of a run."""
    return {
        cell.id: f"{cell.floor}-{cell.ceiling}"
        for cell in read_report(results / REPORT).cells
    }


def side_by_side(folder: Path) -> None:
    """Print whether the numbers depend on how many cells are measured in parallel."""
    numbers: dict[str, dict[int, str]] = {}
    for jobs in JOBS:
        results = folder / f"jobs-{jobs}"
        seconds = run(ROOT, results, "--jobs", str(jobs))
        print(f"  {jobs} at a time: {seconds:5.1f} s", flush=True)
        for cell, span in spans(results).items():
            numbers.setdefault(cell, {})[jobs] = span
    differ = {
        cell: seen for cell, seen in numbers.items() if len(set(seen.values())) > 1
    }
    print(f"  cells whose floor or ceiling differs: {len(differ)} of {len(numbers)}")
    for cell, seen in differ.items():
        words = ", ".join(f"{span} with {jobs}" for jobs, span in seen.items())
        print(f"    {cell}: {words}")


def main() -> None:
    """Print all results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(ROOT, folder / "first")
        print("\nThe default selection, environments side by side")
        side_by_side(folder)
        warm = run(ROOT, folder / "warm")
        seconds, count = bare_seconds(folder / "warm")
        print(f"\nThe default selection, warm, against {count} servers by hand")
        print(f"  {warm:6.1f} s to measure it: environments, verdicts and the report")
        print(f"  {seconds:6.1f} s to start and stop its servers bare, one by one")
        print(f"  {warm / seconds:6.2f} times as long; the aim is at most {AIM}")
        checkout = folder / "checkout"
        shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".*", "results"))
        cache = str(folder / "cache")
        cold = run(checkout, folder / "cold", UV_CACHE_DIR=cache)
        print(f"  {cold:6.1f} s cold: no environments, nothing cached, uWSGI compiled")


if __name__ == "__main__":
    main()
