"""What happens when a worker or the server is terminated."""

from typing import Any

import msgspec
import pytest

from harness.records.recovery import RecoverySeen
from harness.records.rounds import Account
from tests.builders.answers import answer
from tests.builders.answers import KILLED
from tests.builders.answers import TERMINATED

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
            "3 of 4 slots left; finishes",
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
def test_the_answer_says_what_happens_to_requests_and_workers(
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


def test_without_a_worker_to_kill_the_rest_is_reported() -> None:
    found = answer(RecoverySeen(terminated=TERMINATED))
    assert found.answer == "unknown; finishes"
    assert answer(RecoverySeen()).answer == "unknown"
