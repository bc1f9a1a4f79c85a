"""What slow clients, clients that leave and signals did, and the answers to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.records.questions import AbandonedSeen
from harness.records.questions import Freed
from harness.records.questions import Killed
from harness.records.questions import RecoverySeen
from harness.records.questions import SilentSeen
from harness.records.questions import Slow
from harness.records.questions import SlowStep
from harness.records.questions import SlowWay
from harness.records.questions import Terminated
from harness.records.rounds import Account
from harness.records.words import Settled
from tests.builders.answers import answer

# ------------------------------------------------------------------------------ slow


def step(clients: int, admitted: int, offered: int = 4, **other: Any) -> SlowStep:
    """Ordinary requests beside slow clients."""
    fields: dict[str, Any] = {
        "clients": clients,
        "closed": 0,
        "offered": offered,
        "admitted": admitted,
        "waiting": offered - admitted,
        "settled": Settled.SCHEDSTAT,
        "answered": offered,
    }
    return SlowStep(**fields | other)


def slow(way: SlowWay, *steps: SlowStep) -> Slow:
    return Slow(way=way, steps=steps, seconds=1.0)


def silent(*ways: Slow) -> SilentSeen:
    return SilentSeen(ways=ways, watched_seconds=8.0)


EACH = (step(0, 4), step(1, 3), step(2, 2), step(4, 0), step(3, 1), step(4, 0))
NONE = (step(0, 4), step(1, 4), step(128, 4))
FREED = Freed(seconds=3.97, closed=1)


@pytest.mark.parametrize(
    ("seen", "word", "number", "said"),
    [
        (
            silent(slow(SlowWay.SILENT, *EACH), slow(SlowWay.HALF_BODY, *EACH)),
            "shut out by 4",
            4,
            "Clients sending nothing or half a body take a place each: as many as "
            "there are places shut everyone out for at least the 8 s that it was "
            "watched.",
        ),
        (
            silent(slow(SlowWay.SILENT, *EACH[:-1], step(4, 0, freed=FREED))),
            "shut out by 4 for 4 s",
            4,
            "shut everyone out until the server frees itself, after 4 s.",
        ),
        (
            silent(slow(SlowWay.SILENT, step(0, 4), step(97, 1), step(98, 0))),
            "shut out by 98",
            98,
            "98 clients sending nothing shut everyone out for at least",
        ),
        (
            silent(slow(SlowWay.IDLE, *NONE), slow(SlowWay.HALF_HEADER, *NONE)),
            "not by 128",
            None,
            "Clients sending half a header or keeping an idle connection take no "
            "place.",
        ),
        (
            silent(slow(SlowWay.IDLE, step(0, 4), step(1, 2), step(4, 1))),
            "not by 4",
            None,
            "Clients keeping an idle connection take some places.",
        ),
        (
            silent(slow(SlowWay.SILENT, step(0, 1, 1), step(1, 0, 1, answered=0))),
            "shut out by 1",
            1,
            "and what waited is not served afterwards.",
        ),
        (
            silent(slow(SlowWay.IDLE, step(0, 4), step(8, 4, closed=8))),
            "not by 8",
            None,
            "take no place: the server closes it.",
        ),
        (silent(slow(SlowWay.SILENT, step(0, 0))), "unknown", None, "not known"),
        (silent(), "unknown", None, "not known"),
    ],
)
def test_slow_clients(
    seen: SilentSeen, word: str, number: int | None, said: str
) -> None:
    found = answer(seen)
    assert (found.answer, found.number) == (word, number)
    assert said in found.sentence


def test_the_worst_comes_first() -> None:
    ways = (
        slow(SlowWay.IDLE, *NONE),
        slow(SlowWay.SILENT, step(0, 4), step(1, 0, freed=FREED)),
        slow(SlowWay.HALF_BODY, *EACH),
        slow(SlowWay.READS_NOTHING, step(0, 4), step(1, 4), step(2, 0)),
    )
    found = answer(silent(*ways))
    assert found.answer == "shut out by 2"
    order = ["2 clients reading", "half a body", "sending nothing", "an idle"]
    assert sorted(order, key=found.sentence.index) == order


# ------------------------------------------------------------------------- abandoned

LEFT = AbandonedSeen(
    offered=8,
    held=4,
    kept=4,
    waiting=4,
    entered_instead=0,
    waiting_left=4,
    entered_later=4,
    after=(4,),
)


@pytest.mark.parametrize(
    ("fields", "words", "said"),
    [
        ({}, "keeps its place; waiting ones run", "run all the same."),
        ({"entered_later": 0}, "keeps its place; waiting ones are dropped", "dropped"),
        ({"entered_later": 1}, "keeps its place; 1 of 4 waiting ones run", "Some that"),
        (
            {"entered_instead": 4, "waiting_left": 0, "entered_later": 0},
            "runs on without its place; none waits",
            "gives its place to a waiting one",
        ),
        ({"kept": 0}, "is ended; waiting ones run", "ended when its client leaves"),
        ({"kept": 1}, "3 of 4 are ended; waiting ones run", "Some requests in the app"),
        ({"after": (1, 0, 1)}, "keeps its place; waiting ones run", "Afterwards fewer"),
        ({"held": 0}, "unknown", "no request was in the app"),
    ],
)
def test_abandoned_requests(fields: dict[str, Any], words: str, said: str) -> None:
    found = answer(msgspec.structs.replace(LEFT, **fields))
    assert found.answer == words
    assert said in found.sentence


def test_none_afterwards_is_told_where_the_same_is_admitted_every_time() -> None:
    assert "Afterwards" not in answer(LEFT).sentence


# -------------------------------------------------------------------------- recovery

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
CUT_OFF = {"held_account": Account(reset=4), "held_statuses": (), "kept": 0}
BAD_GATEWAY = {
    "waiting_account": Account(answered_without_entering=4),
    "waiting_statuses": (502,),
}


@pytest.mark.parametrize(
    ("killed", "terminated", "words", "said"),
    [
        ({}, {}, "replaced; finishes", "another takes its place."),
        ({}, {}, "replaced; finishes", "in the app finish; waiting ones are cut off"),
        (
            {"new_processes": 0, "after": (3, 3)},
            {},
            "3 of 4 places left; finishes",
            "no other takes its place.",
        ),
        ({"new_processes": 0}, {}, "the others do; finishes", "have as many"),
        ({"ended": "it ended"}, {}, "ends; finishes", "the server ends with it."),
        (
            {"first": True, "lost": 4, "ended": "it ended"},
            CUT_OFF,
            "ends; cut off",
            "in the app and waiting ones are cut off without an answer.",
        ),
        (
            {"lost_account": Account(failed=1), "lost_statuses": (502,)},
            BAD_GATEWAY,
            "replaced; finishes",
            "its requests are answered 502; another takes its place. On SIGTERM "
            "requests in the app finish; waiting ones are answered 502.",
        ),
        ({}, {"ended": ""}, "replaced; finishes", "then it does not end."),
        ({}, {"waiting": 0}, "replaced; finishes", "requests in the app finish."),
        ({"others_kept": 0}, {}, "replaced; finishes", "3 in other processes"),
        ({"held": 0}, {}, "unknown; finishes", "could be reached"),
        ({"held": 0}, {"held": 0}, "unknown", "no request was in the app"),
    ],
)
def test_recovery(
    killed: dict[str, Any], terminated: dict[str, Any], words: str, said: str
) -> None:
    found = answer(
        RecoverySeen(
            killed=msgspec.structs.replace(KILLED, **killed),
            terminated=msgspec.structs.replace(TERMINATED, **terminated),
        )
    )
    assert found.answer == words
    assert said in found.sentence


def test_where_no_process_can_be_reached_the_rest_is_told() -> None:
    found = answer(RecoverySeen(terminated=TERMINATED))
    assert found.answer == "unknown; finishes"
    assert answer(RecoverySeen()).answer == "unknown"
