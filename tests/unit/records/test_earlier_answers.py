"""Answers of an earlier measurement stay beside those of a later one."""

from typing import Any

from harness.records.breaks import BreaksSeen
from harness.records.earlier_answers import with_earlier_answers
from harness.records.evidence import Evidence
from harness.records.memory import MemorySeen
from harness.records.words import Outcome
from tests.samples import make


def test_answers_of_an_earlier_run_stay() -> None:
    where = make.environment("3.1.3", "gunicorn", "27.0.1")

    def run(day: int, *asked: Any, **installed: str) -> Evidence:
        cell = make.cell(where, "sync-4", 4, make.rounds(4, (4, 1)), asked=asked)
        when = f"2026-11-{day}T00:00:00+00:00"
        return make.evidence(where, [cell], measured_at=when, installed=installed)

    def answers(*runs: Evidence) -> list[list[tuple[str, str]]]:
        return [
            [(str(seen.question), seen.reason) for seen in combined.cells[0].asked]
            for combined in with_earlier_answers(runs)
        ]

    died = Outcome.DIED
    first = run(20, MemorySeen(outcome=died, reason="1"), BreaksSeen(outcome=died))
    later = run(21, MemorySeen(outcome=died, reason="2"), gevent="1")
    assert answers(later, first) == [
        [("memory", "1"), ("breaks", "")],
        [("memory", "2"), ("breaks", "")],
    ]
    other = run(20, BreaksSeen(outcome=died), gevent="2")
    assert answers(other, later)[1] == [("memory", "2")], "another version of a package"
