"""Answers to what was asked of a cell that is otherwise as declared."""

from __future__ import annotations

from harness.judge.questions import answers
from harness.records.questions import Answer
from harness.records.questions import AnySeen
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import rounds

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


def answer(asked: AnySeen, declared: int = 4) -> Answer:
    """The answer to one question of a cell that is as declared."""
    seen = rounds(declared, (declared, 1))
    (found,) = answers(cell(WHERE, "sync-4", declared, seen, asked=(asked,)))
    assert found.question is asked.question
    return found
