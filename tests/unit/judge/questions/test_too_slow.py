"""A harness that is too slow never becomes an answer about a server."""

from __future__ import annotations

import pytest

from harness.records.questions import UNKNOWN
from harness.records.recovery import RecoverySeen
from harness.records.rounds import Account
from harness.records.seen import AbandonedSeen
from harness.records.seen import AnySeen
from harness.records.seen import ComputeRound
from harness.records.seen import OverflowSeen
from harness.records.seen import ParallelSeen
from harness.records.seen import SelfCallSeen
from harness.records.seen import SilentSeen
from harness.records.seen import Slow
from harness.records.seen import SlowStep
from harness.records.seen import SlowWay
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.words import Settled
from tests.builders.answers import answer
from tests.builders.answers import call
from tests.builders.answers import KILLED
from tests.builders.answers import TERMINATED
from tests.samples.make import offer

STEADY = Settled.STEADY_COUNT


def step(clients: int, admitted: int, settled: Settled) -> SlowStep:
    return SlowStep(
        clients=clients,
        closed=0,
        offered=4,
        admitted=admitted,
        waiting=4 - admitted,
        settled=settled,
        answered=4,
    )


SEEN: dict[str, AnySeen] = {
    "fewer that wait for a lock": WaitsSeen(
        waits=(
            WaitKindSeen(
                wait=Wait.LOCK,
                rounds=(offer(1, 1), offer(8, 1, settled=STEADY)),
            ),
        )
    ),
    "stuck": SelfCallSeen(rounds=(call(1, 0, 1, settled=STEADY),)),
    "waiting beyond the ceiling": OverflowSeen(
        in_app=4, waiting=60, settled=STEADY, account=Account(answered=64)
    ),
    "shut out": SilentSeen(
        ways=(
            Slow(
                way=SlowWay.SILENT,
                steps=(step(0, 4, Settled.ALL_ENTERED), step(1, 0, STEADY)),
                seconds=1.0,
            ),
        )
    ),
    "left": AbandonedSeen(offered=8, held=4, kept=4, waiting=4, quiet=False),
    "not replaced": RecoverySeen(killed=KILLED, terminated=TERMINATED, quiet=False),
    "one at a time": ParallelSeen(
        processors=2,
        rounds=(
            ComputeRound(
                computing=4,
                processes=4,
                seconds=1.0,
                used=1.0,
                waited=1.0,
                lag_seconds=0.5,
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_it_is_not_known(name: str) -> None:
    given = answer(SEEN[name])
    assert (given.answer, given.number) == (UNKNOWN, None)
    assert "It is not known" in given.sentence
