"""Measures a plan: several nox processes side by side, each with a part of it.

Each nox process fills its environments and measures in them one after the other.
Everything runs below wardens: when this process is interrupted or killed, installers,
measuring processes and servers end too.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from harness.environments.folder import environments_folder
from harness.environments.folder import RESULTS
from harness.environments.folder import ROOT
from harness.environments.occupied import occupied
from harness.measure import events
from harness.measure.events import Event
from harness.measure.unmeasured import nothing_measured
from harness.plan.shards import shards
from harness.records.evidence import Evidence
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.results import evidence_path
from harness.records.results import write_evidence
from harness.records.words import Outcome
from harness.system.machine import check_open_files
from harness.system.process import running
from harness.system.pythons import pythons
from harness.system.spawn import Command

NOXFILE = Path(__file__).with_name("noxfile.py")

BYTECODE = ".bytecode"

SHARD_SECONDS = 6 * 3600.0
"""Deadline of one nox process; measurements made by then are kept."""


def check_limit(plan: Plan) -> None:
    """Check that this machine can offer the planned requests. Raises ``UsageError``."""
    most = max((environment.limit for environment in plan.environments), default=1)
    check_open_files(most, f"--limit {most}")


def variables(results: Path, environments: Path) -> dict[str, str]:
    """Variables of a nox process and the programs that it starts, except servers."""
    caller = dict(os.environ)
    if caller.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Many images set this variable to stay small. Here it would make dozens of
        # processes compile the same modules again; the compiled files go to a folder of
        # ours.
        caller.setdefault("PYTHONPYCACHEPREFIX", str(environments / BYTECODE))
    return {
        **caller,
        RESULTS: str(results),
        # This interpreter already has what the noxfile needs.
        "NOX_SCRIPT_MODE": "none",
        "PYTHONUNBUFFERED": "1",
    }


def _words(shard: Plan, environments: Path) -> list[str]:
    sessions = [planned.environment.slug for planned in shard.environments]
    nox = [sys.executable, "-m", "nox", "-f", str(NOXFILE)]
    return [*nox, "--envdir", str(environments), "-s", *sessions]


async def _follow(read: int, log: Path, on_event: Callable[[Event], None]) -> None:
    """Pass on the events that arrive on a pipe, and log everything else."""
    loop = asyncio.get_running_loop()
    # An event is one line, and may have the reason for an outcome in it.
    reader = asyncio.StreamReader(limit=2**20)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(read, "rb"))
    with contextlib.closing(transport), log.open("ab") as output:
        while line := await reader.readline():
            event = events.parse(line.decode("utf-8", "replace"))
            if event is not None:
                on_event(event)
            else:
                output.write(line)


async def _run_shard(
    shard: Plan,
    results: Path,
    log: Path,
    on_event: Callable[[Event], None],
    environments: Path,
) -> None:
    read, write = os.pipe()
    output = os.fdopen(write, "wb")
    following = asyncio.ensure_future(_follow(read, log, on_event))
    words, env = _words(shard, environments), variables(results, environments)
    try:
        async with running(
            Command(words, env, ROOT, log), output=output.fileno()
        ) as nox:
            # What nox starts has the other end too: reading ends when all have ended.
            output.close()
            with contextlib.suppress(TimeoutError):
                await nox.wait(SHARD_SECONDS)
        await following
    finally:
        output.close()  # even if nox could not be started
        following.cancel()


async def carry_out(
    plan: Plan,
    results: Path,
    jobs: int,
    on_event: Callable[[Event], None],
    say: Callable[[str], None],
    environments: Path | None = None,
) -> None:
    """Measure a plan, or a shard of it; the evidence appears below ``results``.

    The whole plan has been written there. ``jobs`` is the number of environments that
    are filled and measured side by side. ``on_event`` is called with each event, and
    ``say`` when the run waits for another run. ``environments`` is the folder for
    environments, by default the usual one. If a session leaves no evidence, evidence is
    made that says so. Raises ``UsageError``.
    """
    environments = environments or environments_folder().resolve()
    for planned in plan.environments:
        evidence_path(results, planned.environment).unlink(missing_ok=True)
    logs = results / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    async def run(number: int, shard: Plan) -> None:
        names = [planned.environment.slug for planned in shard.environments]
        async with occupied(environments, names, say, SHARD_SECONDS):
            log = logs / f"nox-{number}.log"
            await _run_shard(shard, results, log, on_event, environments)

    parts = enumerate(shards(plan, jobs), start=1)
    await asyncio.gather(*(run(number, shard) for number, shard in parts))
    for planned in plan.environments:
        if not evidence_path(results, planned.environment).exists():
            evidence = _without_evidence(planned, logs)
            write_evidence(results, evidence)
            for cell in evidence.cells:
                on_event(events.cell_done(cell))


def _without_evidence(planned: PlannedEnvironment, logs: Path) -> Evidence:
    """Evidence for an environment whose session left none, and the likely reason."""
    python, present = planned.environment.python, pythons()
    if python not in present:
        reason = f"Python {python} was not found; there are: {', '.join(present)}"
        return nothing_measured(planned, Outcome.NOT_SUPPORTED, reason)
    reason = f"its nox session left no evidence; see {logs.name}/nox-*.log"
    return nothing_measured(planned, Outcome.HARNESS_FAILED, reason)
