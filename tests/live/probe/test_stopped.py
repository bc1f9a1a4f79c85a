"""Even if the harness itself is stopped at random moments, results are right or
unknown.

A suspended virtual machine or a busy host has the same effect. What a server did
meanwhile is read later, and the time that passed does not count as watched.
"""

import json
import os
import random
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from harness.judge.questions import answers
from harness.judge.questions import numbers_of
from harness.judge.questions import tapes
from harness.judge.verdict import verdict_on
from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.choices import Act
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.memory import MB
from harness.records.numbers import contradiction
from harness.records.numbers import sum_up
from harness.records.plan import PlannedCell
from harness.records.questions import Answer
from harness.records.questions import UNKNOWN
from harness.records.words import Basis
from harness.records.words import Outcome
from harness.records.words import Verdict
from tests.live.commands import Command
from tests.live.commands import gthread
from tests.live.commands import gunicorn
from tests.live.commands import odd
from tests.live.commands import planned
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
from harness.records.plan import PlannedCell
allow_open_files()
folder, limit, asked, cell = sys.argv[1:]
bench = Bench(Path(sys.executable), int(limit), Path(folder))
cell = msgspec.json.decode(cell, type=PlannedCell)
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


class Asked(NamedTuple):
    """A question, a server, and the right result."""

    question: Question
    right: str
    """A pattern of the answer."""
    argv: Command = gthread(1, 3)
    """By default one worker of gunicorn. It accepts 1000 connections."""
    env: Mapping[str, str] = {}


BESIDE = {"PYTHONPATH": "{target}"}
THREADING = {"FLASK_CONCURRENCY_SOCKETS": "threading"}
GRANIAN = (
    *("{scripts}/granian", "--interface", "wsgi", "--host", "{host}", "--port"),
    *("{port}", "--blocking-threads", "3", "app:app"),
)
SOCKETS = *gunicorn("--threads", "3")[:-1], "with_flask_sock:app"
POLLS = *gunicorn("--threads", "3")[:-1], "with_flask_socketio:app"

QUESTIONS = (
    Asked(Question.SELF_CALL, "yes; deadlock at 3"),
    Asked(Question.OVERFLOW, "≥[0-9]+ wait, 997 in the server"),
    Asked(Question.EVENTS, "3 shut all others out"),
    Asked(Question.UPLOADS, "3 shut all others out"),
    Asked(Question.PROBES, "waits from 3; restarted after 21 to 31 s"),
    Asked(Question.ABANDONED, "keeps its slot; waiting ones run"),
    Asked(Question.RECOVERY, "replaced; finishes"),
    Asked(Question.WAITS, "no"),
    Asked(Question.PARALLEL, "1"),
    Asked(Question.SILENT, "3 shut all others out"),
    Asked(Question.BREAKS, "holds 3|([a-z ]+: (unknown|holds 3)(; |$))+"),
    Asked(Question.HTTP2, "as many: 3", GRANIAN, BESIDE),
    Asked(Question.SOCKETS, "3 shut all others out", SOCKETS),
    # A poll ends by itself, perhaps while this process is stopped.
    Asked(Question.POLLS, "3 shut all others out( for 2[0-9] s)?", POLLS, THREADING),
)
"""The answer to each question for a server that handles three at once."""


LIVING = (
    *("{python}", str(ROOT / "tests" / "live" / "living_server.py")),
    *("{host}", "{port}", "gently"),
)

PLACES = {
    "gives-up": "3 at sqlalchemy",
    "roomy": "6 at shop:check_out",
    "uneven": "3–6 at sqlalchemy",
}

STYLES = ("threads", "greedy", "late", "pausing", "growing", "rejecting")


def stopped_now_and_then(
    harness_words: Sequence[str],
    folder: Path,
    rng: random.Random,
    runs_seconds: float = 1.0,
) -> int:
    """Run a harness that is stopped at random to its end; return its exit status.

    Between two stops it runs for up to ``runs_seconds``.
    """
    deadline = time.monotonic() + DEADLINE
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    env = os.environ | {"PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, *harness_words]
    with subprocess.Popen(words, cwd=folder, env=env) as harness:
        try:
            while True:
                try:
                    return harness.wait(rng.uniform(0.05, runs_seconds))
                except subprocess.TimeoutExpired:
                    assert time.monotonic() < deadline
                harness.send_signal(signal.SIGSTOP)
                time.sleep(STOPPED_SECONDS)
                harness.send_signal(signal.SIGCONT)
        finally:
            harness.send_signal(signal.SIGCONT)
            harness.kill()


def measured(
    cell: PlannedCell,
    folder: Path,
    rng: random.Random,
    *,
    limit: int = 64,
    asked: str = "",
    runs_seconds: float = 1.0,
) -> CellEvidence:
    """Return the evidence of a server from a harness that is stopped at random."""
    planned_cell = msgspec.json.encode(cell).decode()
    words = "-c", HARNESS, str(folder), str(limit), asked, planned_cell
    assert stopped_now_and_then(words, ROOT, rng, runs_seconds) == 0
    return msgspec.json.decode((folder / "evidence").read_bytes(), type=CellEvidence)


def ask(
    question: Question, cell: PlannedCell, folder: Path, runs_seconds: float = 2.0
) -> tuple[CellEvidence, Answer, str]:
    """Return the evidence, the answer, and a function that stops just like that."""
    seed = secrets.token_hex(4)
    evidence = measured(
        *(cell, folder, random.Random(seed)),
        limit=8,
        asked=question,
        runs_seconds=runs_seconds,
    )
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), seed
    (answer,) = answers(evidence)
    return evidence, answer, f"seed {seed}: {answer.answer}: {answer.sentence}"


@pytest.mark.parametrize("style", STYLES)
def test_the_overlap_is_right_or_unknown(tmp_path: Path, style: str) -> None:
    shape = Shape(style, NUMBERS, 2 if style in {"late", "rejecting"} else 4)
    if style in {"pausing", "growing"}:
        shape = shape._replace(declared=2)
    seed = secrets.token_hex(4)
    again = f"seed {seed}"
    cell = planned(*shape.command, declared=shape.declared)
    evidence = measured(cell, tmp_path, random.Random(seed))
    assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, ""), again
    assert contradiction(evidence.all_rounds) is None, again
    word, reason = verdict_on(evidence, 64)
    seen = sum_up(evidence.rounds, shape.declared, evidence.steered, evidence.workers)
    assert word in (shape.verdict, Verdict.UNKNOWN), f"{again}: {reason}"
    if word is not Verdict.UNKNOWN and seen.floor_by is Basis.GUARANTEED:
        most, least = shape.capacity
        assert (seen.floor, seen.ceiling) == (least(shape.declared), most), again


@pytest.mark.parametrize("asked", QUESTIONS, ids=[a.question for a in QUESTIONS])
def test_an_answer_is_right_or_unknown(tmp_path: Path, asked: Asked) -> None:
    cell = planned(*asked.argv, declared=3)
    cell = msgspec.structs.replace(cell, env=dict(asked.env))
    _, answer, said = ask(asked.question, cell, tmp_path)
    assert re.fullmatch(f"{asked.right}|{UNKNOWN}", answer.answer), said


def test_answers_about_breaking_are_right_or_unknown(tmp_path: Path) -> None:
    cell = planned(*odd("spawns"), declared=None)
    evidence, _, said = ask(Question.BREAKS, cell, tmp_path)
    (seen,) = evidence.asked
    assert isinstance(seen, BreaksSeen)
    limits = {limit.scarce: limit for limit in seen.limits}
    files = limits[Scarce.FILES]
    assert files.is_in_doubt or 64 // 2 - 8 < files.held <= 64 // 2, said
    memory = limits[Scarce.MEMORY]
    assert memory.is_in_doubt or 0 < memory.held <= 256 // 8, said
    assert all(each.again or each.is_in_doubt for each in (files, memory)), said


def test_the_memory_of_a_slot_is_right(tmp_path: Path) -> None:
    cell = planned(*odd("hoards"), declared=4)
    evidence, _, said = ask(Question.MEMORY, cell, tmp_path, runs_seconds=1.0)
    found = numbers_of(evidence)["memory"]
    if found is not None:
        assert found.places == 4, said
        assert 19 * MB < found.each < 23 * MB, said


def test_a_tape_is_right_or_unknown(tmp_path: Path) -> None:
    cell = planned(*LIVING, declared=3)
    cell = msgspec.structs.replace(cell, acts=(Act.RELOAD, Act.KILL, Act.END))
    # A tape takes some seconds, and is unknown if the harness was stopped meanwhile.
    evidence, _, said = ask(Question.LIFE, cell, tmp_path, runs_seconds=20.0)
    lowest = {Act.RELOAD: 3, Act.KILL: 2}
    for tape in filter(lambda tape: tape.known, tapes(evidence)):
        assert (tape.usual, tape.lost_in_app) == (3, int(tape.act is Act.KILL)), said
        assert tape.act is Act.END or tape.lowest == lowest[tape.act], said


def test_places_are_right_or_unknown(tmp_path: Path) -> None:
    shop = shutil.copytree(ROOT / "tests" / "deployments" / "places", tmp_path / "shop")
    seed = secrets.token_hex(4)
    words = (
        *("-m", "harness", "check", *(f"--only={name}" for name in PLACES)),
        *("--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")),
    )
    assert stopped_now_and_then(words, shop, random.Random(seed), 2.0) in (0, 1, 3)
    report = json.loads((tmp_path / "results" / "report.json").read_text())
    for cell in report["cells"]:
        (answer,) = [a for a in cell["answers"] if a["question"] == Question.PLACES]
        right = PLACES[cell["configuration"]]
        assert answer["answer"] in (right, UNKNOWN), f"seed {seed}: {answer}"
