"""The memory of a slot is computed from the measured steps."""

from typing import Any

from harness.judge.questions import numbers_of
from harness.judge.questions.memory import numbers
from harness.records.memory import Footprint
from harness.records.memory import MemorySeen
from harness.records.words import Outcome
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import rounds

MB = 1_000_000


def footprint(held: int, pss: int, **other: Any) -> Footprint:
    fields: dict[str, Any] = {
        "uss": pss - 10 * MB,
        "processes": 5,
        "threads": 5,
        "files": 30 + 2 * held,
    }
    return Footprint(held=held, pss=pss, **{**fields, **other})


SEEN = MemorySeen(
    steps=(
        footprint(0, 90 * MB),
        footprint(1, 95 * MB),
        footprint(2, 101 * MB),
        footprint(4, 113 * MB),
    ),
    after=footprint(0, 112 * MB),
)


def test_the_memory_of_a_slot_is_computed() -> None:
    found = numbers(SEEN)
    assert found is not None
    assert (found.places, found.each) == (4, 6 * MB)
    assert (found.idle, found.full, found.full_own) == (90 * MB, 113 * MB, 103 * MB)
    assert (found.files_idle, found.files) == (30, 38)
    said = answer(SEEN)
    assert (said.answer, said.number) == ("113 MB for 4", 113)
    assert "Each further request costs 6.0 MB" in said.sentence


def test_a_single_slot_has_no_cost_of_further_slots() -> None:
    one = MemorySeen(steps=(footprint(0, 20 * MB), footprint(1, 21 * MB)))
    found = numbers(one)
    assert found is not None
    assert found.each == 0
    assert "further" not in answer(one, 1).sentence


def test_single_items_are_in_the_singular() -> None:
    one = {"processes": 1, "threads": 1}
    cheap = (footprint(1, 20 * MB, **one), footprint(5, 20 * MB, **one))
    sentence = answer(MemorySeen(steps=(footprint(0, 20 * MB, **one), *cheap))).sentence
    assert "Each further request costs less than 0.1 MB." in sentence
    assert "Then it has 1 process, 1 thread and 40 open files." in sentence


def test_the_cost_is_unknown_if_nothing_was_held() -> None:
    assert answer(MemorySeen(steps=(footprint(0, MB),))).answer == "unknown"
    elsewhere = MemorySeen(outcome=Outcome.NOT_SUPPORTED, reason="Linux only")
    assert "Linux only" in answer(elsewhere).sentence
    asked = cell(WHERE, "sync-4", 4, rounds(4, (4, 1)), asked=(elsewhere,))
    assert numbers_of(asked)["memory"] is None
