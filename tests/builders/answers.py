"""Answers to questions about a cell that is otherwise as declared."""

from typing import Any

from harness.judge.questions import answers
from harness.records.questions import Answer
from harness.records.recovery import Killed
from harness.records.recovery import Terminated
from harness.records.rounds import Account
from harness.records.seen import AnySeen
from harness.records.seen import CallRound
from harness.records.words import Settled
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import rounds

WHERE = environment("3.1.3", "gunicorn", "27.0.1")


KILLED = Killed(
    offered=4,
    before=(4, 4),
    processes=4,
    held=4,
    lost=1,
    first=False,
    lost_account=Account(reset=1),
    others_kept=3,
    after=(4, 4),
    new_processes=1,
)


TERMINATED = Terminated(
    held=4,
    kept=4,
    held_account=Account(answered=4),
    held_statuses=(200,),
    waiting=4,
    entered=0,
    waiting_account=Account(reset=4),
    ended="the server exited with status 0",
    watched_seconds=10.0,
)


def answer(asked: AnySeen, declared: int = 4) -> Answer:
    """Judge one question about a cell that is as declared."""
    seen = rounds(declared, (declared, 1))
    (found,) = answers(cell(WHERE, "sync-4", declared, seen, asked=(asked,)))
    assert found.question is asked.question
    return found


def call(calls: int, answered: int, stuck: int = 0, **other: Any) -> CallRound:
    """A round of requests that call their own server."""
    fields: dict[str, Any] = {
        "calls": calls,
        "together": calls,
        "answered": answered,
        "failed": calls - answered - stuck,
        "stuck": stuck,
        "waiting": 0,
        "settled": Settled.SCHEDSTAT if stuck else Settled.ALL_ENTERED,
        "account": Account(answered=answered, failed=calls - answered),
    }
    return CallRound(**fields | other)
