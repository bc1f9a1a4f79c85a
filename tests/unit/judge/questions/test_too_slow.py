"""If the harness is too slow, the answer is unknown."""

import pytest

from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.health import CheckOrder
from harness.records.health import HealthCheck
from harness.records.health import HealthStep
from harness.records.health import ProbesSeen
from harness.records.questions import UNKNOWN
from harness.records.recovery import RecoverySeen
from harness.records.rounds import Account
from harness.records.seen import AbandonedSeen
from harness.records.seen import AnySeen
from harness.records.seen import ComputeRound
from harness.records.seen import OverflowSeen
from harness.records.seen import ParallelSeen
from harness.records.seen import SelfCallSeen
from harness.records.seen import Wait
from harness.records.seen import WaitKindSeen
from harness.records.seen import WaitsSeen
from harness.records.slow_clients import SilentSeen
from harness.records.slow_clients import Slow
from harness.records.slow_clients import SlowStep
from harness.records.slow_clients import SlowWay
from harness.records.staying import StayStep
from harness.records.staying import UploadsSeen
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


def beside(clients: int, admitted: int, *, given_up_early: bool = False) -> StayStep:
    return StayStep(
        clients=clients,
        offered=4,
        admitted=admitted,
        waiting=4 - admitted,
        settled=Settled.SCHEDSTAT,
        answered=0 if given_up_early else 4,
        given_up_early=given_up_early,
    )


def health(held: int) -> HealthStep:
    """A health check whose answer the harness read two seconds late."""
    return HealthStep(
        held=held,
        order=CheckOrder.ONLY,
        in_app=held,
        answered=True,
        status=200,
        seconds=2.1,
        lag_seconds=2.0,
        settled=Settled.ALL_ENTERED,
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
    "given up while waiting": OverflowSeen(
        in_app=4,
        waiting=60,
        stalled=60,
        given_up_early=True,
        settled=Settled.SCHEDSTAT,
        account=Account(answered=4, timed_out=60),
    ),
    "not served afterwards": UploadsSeen(
        watched_seconds=10.0,
        steps=(beside(0, 4), beside(2, 0, given_up_early=True)),
    ),
    "broken": BreaksSeen(
        limits=(
            Strained(scarce=Scarce.FILES, offered=8, held=4, waiting=4, settled=STEADY),
            Strained(scarce=Scarce.THREADS, offered=8, held=8, quiet=False),
        )
    ),
    "slow to answer a check": ProbesSeen(
        check=HealthCheck(timeout=1.0), steps=(health(0), health(4))
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
def test_a_late_harness_answers_unknown(name: str) -> None:
    given = answer(SEEN[name])
    assert (given.answer, given.number) == (UNKNOWN, None)
    assert "It is not known" in given.sentence


def test_one_doubtful_limit_leaves_the_others_known() -> None:
    (sure, *_), slow = BREAKS.limits, Scarce.THREADS
    doubt = Strained(scarce=slow, offered=8, held=4, waiting=4, settled=STEADY)
    given = answer(BreaksSeen(limits=(sure, doubt)))
    assert (given.answer, given.number) == ("files: breaks at 2; threads: unknown", 2)
    assert "With 0 more threads than when idle: it is not known" in given.sentence


BREAKS = BreaksSeen(
    limits=(
        Strained(
            scarce=Scarce.FILES,
            offered=8,
            held=2,
            waiting=6,
            settled=Settled.SCHEDSTAT,
            again=True,
        ),
    )
)
