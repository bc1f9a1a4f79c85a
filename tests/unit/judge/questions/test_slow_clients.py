"""How many slots slow clients take away from others."""

from typing import Any

import pytest

from harness.judge.questions import slow_clients
from harness.records.slow_clients import Freed
from harness.records.slow_clients import SilentSeen
from harness.records.slow_clients import Slow
from harness.records.slow_clients import SlowStep
from harness.records.slow_clients import SlowWay
from harness.records.steering import Goal
from harness.records.words import Settled
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import rounds


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
            "4 shut all others out",
            4,
            "Clients sending nothing or half a body take a slot each: as many as "
            "there are slots shut everyone out for at least the 8 s that the "
            "server was watched.",
        ),
        (
            silent(slow(SlowWay.SILENT, *EACH[:-1], step(4, 0, freed=FREED))),
            "4 shut all others out for 4 s",
            4,
            "shut everyone out until the server frees itself, after 4 s.",
        ),
        (
            silent(slow(SlowWay.SILENT, step(0, 4), step(97, 1), step(98, 0))),
            "98 shut all others out",
            98,
            "98 clients sending nothing shut everyone out for at least",
        ),
        (
            silent(slow(SlowWay.IDLE, *NONE), slow(SlowWay.HALF_HEADER, *NONE)),
            "128 leave room",
            None,
            "Clients sending half a header or keeping an idle connection take no slot.",
        ),
        (
            silent(slow(SlowWay.IDLE, step(0, 4), step(1, 2), step(4, 1))),
            "4 leave room",
            None,
            "Clients keeping an idle connection take some slots.",
        ),
        (
            silent(slow(SlowWay.SILENT, step(0, 1, 1), step(1, 0, 1, answered=0))),
            "1 shuts all others out",
            1,
            "waiting requests are not served afterwards.",
        ),
        (
            silent(slow(SlowWay.IDLE, step(0, 4), step(8, 4, closed=8))),
            "8 leave room",
            None,
            "take no slot: the server closes it.",
        ),
        (silent(slow(SlowWay.SILENT, step(0, 0))), "unknown", None, "not known"),
        (silent(), "unknown", None, "not known"),
    ],
)
def test_the_answer_says_how_many_slow_clients_shut_others_out(
    seen: SilentSeen, word: str, number: int | None, said: str
) -> None:
    found = answer(seen)
    assert (found.answer, found.number) == (word, number)
    assert said in found.sentence


UNEVEN = cell(WHERE, "gthread-2x4", 8, rounds(8, (2, 4), [4, 8]))
MOST = step(8, 0, 8, order=Goal.MOST), step(7, 1, 8, order=Goal.MOST)
LEAST = step(4, 0, 1, order=Goal.LEAST), step(3, 1, 1, order=Goal.LEAST)


def test_nothing_is_left_to_chance_if_the_order_of_workers_is_chosen() -> None:
    ways = silent(slow(SlowWay.SILENT, step(0, 5, 8), *MOST, *LEAST))
    said = slow_clients.answer(ways, UNEVEN)
    assert said.answer == "8 shut all others out, one may wait from 4"
    assert "take a slot each" in said.sentence
    assert "From 4 on, a request may wait" in said.sentence


def test_workers_that_share_by_chance_give_a_seen_number() -> None:
    steps = step(0, 5, 8), step(16, 0, 8), step(15, 1, 8)
    said = slow_clients.answer(silent(slow(SlowWay.SILENT, *steps)), UNEVEN)
    assert said.answer == "16 shut all others out, by chance"
    assert "the number may differ next time" in said.sentence


def test_the_worst_comes_first() -> None:
    ways = (
        slow(SlowWay.IDLE, *NONE),
        slow(SlowWay.SILENT, step(0, 4), step(1, 0, freed=FREED)),
        slow(SlowWay.HALF_BODY, *EACH),
        slow(SlowWay.READS_NOTHING, step(0, 4), step(1, 4), step(2, 0)),
    )
    found = answer(silent(*ways))
    assert found.answer == "2 shut all others out"
    order = ["2 clients reading", "half a body", "sending nothing", "an idle"]
    assert sorted(order, key=found.sentence.index) == order
