"""Asks one question about one server."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from harness.judge.questions import answers
from harness.measure.bench import Bench
from harness.measure.cell import measure_cell
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedFront
from harness.records.questions import Answer
from harness.records.words import Outcome
from harness.system.machine import allow_open_files
from tests.live.commands import planned

Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., tuple[CellEvidence, Answer]]:
    """Ask one question about one command; return the evidence and the answer."""
    allow_open_files()

    def one(
        argv: tuple[str, ...],
        declared: int | None,
        question: Question,
        limit: int = 8,
        front: PlannedFront | None = None,
        **changed: object,
    ) -> tuple[CellEvidence, Answer]:
        bench = Bench(Path(sys.executable), limit, tmp_path)
        cell = planned(*argv, declared=declared, front=front)
        cell = msgspec.structs.replace(cell, **changed)
        evidence = asyncio.run(measure_cell(bench, cell, (question,)))
        assert (evidence.outcome, evidence.reason) == (Outcome.MEASURED, "")
        (answer,) = answers(evidence)
        assert answer.question is question
        return evidence, answer

    return one
