"""What happens to requests whose clients have given up."""

from typing import Any

import msgspec
import pytest

from harness.records.seen import AbandonedSeen
from tests.builders.answers import answer

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
        ({}, "keeps its slot; waiting ones run", "is still run."),
        ({"entered_later": 0}, "keeps its slot; waiting ones are dropped", "dropped"),
        (
            {"entered_later": 1},
            "keeps its slot; 1 of 4 waiting ones run",
            "Some waiting",
        ),
        (
            {"entered_instead": 4, "waiting_left": 0, "entered_later": 0},
            "runs on without its slot; none waits",
            "gives its slot to a waiting one",
        ),
        ({"kept": 0}, "is ended; waiting ones run", "ended when its client leaves"),
        ({"kept": 1}, "3 of 4 are ended; waiting ones run", "Some requests in the app"),
        ({"after": (1, 0, 1)}, "keeps its slot; waiting ones run", "Afterwards fewer"),
        ({"held": 0}, "unknown", "no request was in the app"),
    ],
)
def test_the_answer_says_what_happens_to_abandoned_requests(
    fields: dict[str, Any], words: str, said: str
) -> None:
    found = answer(msgspec.structs.replace(LEFT, **fields))
    assert found.answer == words
    assert said in found.sentence


def test_fewer_slots_afterwards_are_reported_only_if_the_number_is_steady() -> None:
    assert "Afterwards" not in answer(LEFT).sentence
