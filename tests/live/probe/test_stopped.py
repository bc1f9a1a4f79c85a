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
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from harness.judge.questions import answers
from harness.judge.verdict import verdict_on
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.numbers import contradiction
from harness.records.numbers import sum_up
from harness.records.questions import UNKNOWN
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.live.commands import gthread
from tests.live.known_shape import Shape

ROOT = Path(__file__).parents[3]

STOPPED_SECONDS = 1.2
"""Longer than any server here sleeps, so that what it does meanwhile is never seen."""

DEADLINE = 300.0

HARNESS = """
import asyncio, sys
from pathlib import Path
import msgspec
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.system.machine import allow_open_files
from harness.records.choices import Question
from tests.live.commands import planned
allow_open_files()
folder, limit, asked, declared, *command = sys.argv[1:]
bench = Bench(Path(sys.executable), int(limit), Path(folder))
cell = planned(*command, declared=int(declared))
questions = [Question(asked)] if asked else ()
seen = asyncio.run(measure_cell(bench, cell, questions))
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

QUESTIONS = {
    Question.SELF_CALL: "yes; deadlock at 3",
    Question.OVERFLOW: "≥{waiting} wait, 997 in the server",
    Question.EVENTS: "3 shut all others out",
    Question.UPLOADS: "3 shut all others out",
    Question.PROBES: "waits from 3; restarted after 21 to 31 s",
    Question.ABANDONED: "keeps its place; waiting ones run",
    Question.RECOVERY: "replaced; finishes",
    Question.WAITS: "no",
    Question.PARALLEL: "1",
}
"""What each comes to with one worker of gunicorn that has three threads. It accepts
1000 connections."""

STYLES = ("threads", "greedy", "late", "pausing", "growing", "rejecting")


def measured(
    command: Sequence[str],
    folder: Path,
    rng: random.Random,
    *,
    limit: int = 64,
    asked: str = "",
    runs_seconds: float = 1.0,
) -> CellEvidence:
    """What is seen of a server by a harness that is stopped now and then.

    ``command`` begins with the declared number. Between two stops it runs for up to
    ``runs_seconds``.
    """
    harness_words = [sys.executable, "-c", HARNESS, str(folder), str(limit), asked]
    deadline = time.monotonic() + DEADLINE
    with subprocess.Popen([*harness_words, *command], cwd=ROOT) as harness:
        try:
            while True:
                try:
                    assert harness.wait(rng.uniform(0.05, runs_seconds)) == 0
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
    command = str(shape.declared), *shape.command
    evidence = measured(command, tmp_path, random.Random(seed))
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), again
    assert contradiction(evidence.all_rounds) is None, again
    word, reason = verdict_on(evidence, 64)
    seen = sum_up(evidence.rounds, shape.declared, evidence.steered, evidence.workers)
    assert word in (shape.verdict, Verdict.UNKNOWN), f"{again}: {reason}"
    if word is not Verdict.UNKNOWN and seen.floor_by is Basis.GUARANTEED:
        most, least = shape.capacity
        assert (seen.floor, seen.ceiling) == (least(shape.declared), most), again


@pytest.mark.parametrize("asked", QUESTIONS)
def test_an_answer_is_right_or_unknown(tmp_path: Path, asked: Question) -> None:
    seed = secrets.token_hex(4)
    command = "3", *gthread(1, 3)
    evidence = measured(
        command, tmp_path, random.Random(seed), limit=8, asked=asked, runs_seconds=2.0
    )
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), seed
    (answer,) = answers(evidence)
    right = QUESTIONS[asked].format(waiting=answer.number)
    assert answer.answer in (right, UNKNOWN), f"seed {seed}: {answer.sentence}"
