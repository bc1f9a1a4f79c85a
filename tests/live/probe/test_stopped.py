"""The harness is stopped itself at random moments: right or unknown, never wrong.

So it is with a virtual machine that is suspended, and with a busy host. What a server
did meanwhile is read later, and time that passed is no time that it was watched.
"""

from __future__ import annotations

import random
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from harness.judge.verdict import verdict_on
from harness.records.evidence import CellEvidence
from harness.records.numbers import contradiction
from harness.records.numbers import sum_up
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.live.known_shape import Shape

ROOT = Path(__file__).parents[3]

STOPPED_SECONDS = 2.0

DEADLINE = 300.0

HARNESS = """
import asyncio, sys
from pathlib import Path
import msgspec
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.system.machine import allow_open_files
from tests.live.commands import planned
allow_open_files()
folder, declared, *command = sys.argv[1:]
bench = Bench(Path(sys.executable), 64, Path(folder))
cell = planned(*command, declared=int(declared))
seen = asyncio.run(measure_cell(bench, cell))
Path(folder, "evidence").write_bytes(msgspec.json.encode(seen))
"""

NUMBERS = {
    "processes": 2,
    "threads": 2,
    "seconds": 0.3,
    "sleeps": [1.0],
    "steps": 100,
    "requests": 9,
    "random": True,
    "answers": True,
    "locks": True,
    "seed": 0.5,
}

STYLES = ("threads", "greedy", "late", "pausing", "growing", "rejecting")


def measured(shape: Shape, folder: Path, rng: random.Random) -> CellEvidence:
    """What is seen of a server by a harness that is stopped now and then."""
    command = [sys.executable, "-c", HARNESS, str(folder), str(shape.declared)]
    deadline = time.monotonic() + DEADLINE
    with subprocess.Popen([*command, *shape.command], cwd=ROOT) as harness:
        try:
            while True:
                try:
                    assert harness.wait(rng.uniform(0.05, 1.0)) == 0
                    break
                except subprocess.TimeoutExpired:
                    assert time.monotonic() < deadline
                harness.send_signal(signal.SIGSTOP)
                time.sleep(STOPPED_SECONDS)
                harness.send_signal(signal.SIGCONT)
        finally:
            harness.send_signal(signal.SIGCONT)
            harness.kill()
    return msgspec.json.decode((folder / "evidence").read_bytes(), type=CellEvidence)


@pytest.mark.parametrize("style", STYLES)
def test_right_or_unknown(tmp_path: Path, style: str) -> None:
    shape = Shape(style, NUMBERS, 2 if style in {"late", "rejecting"} else 4)
    if style in {"pausing", "growing"}:
        shape = shape._replace(declared=2)
    seed = secrets.token_hex(4)
    again = f"seed {seed}"
    evidence = measured(shape, tmp_path, random.Random(seed))
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), again
    assert contradiction(evidence.all_rounds) is None, again
    word, reason = verdict_on(evidence, 64)
    seen = sum_up(evidence.rounds, shape.declared, evidence.steered, evidence.workers)
    assert word in (shape.verdict, Verdict.UNKNOWN), f"{again}: {reason}"
    if word is not Verdict.UNKNOWN and seen.floor_by is Basis.GUARANTEED:
        most, least = shape.capacity
        assert (seen.floor, seen.ceiling) == (least(shape.declared), most), again
