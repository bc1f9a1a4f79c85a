"""How many requests compute at the same time."""

import pytest

from harness.records.seen import ComputeRound
from harness.records.seen import ParallelSeen
from tests.builders.answers import answer


def computed(computing: int, processes: int, ready: float, used: float) -> ComputeRound:
    """A round with a given average number of threads ready to run."""
    return ComputeRound(
        computing=computing,
        processes=processes,
        seconds=2.0,
        used=2 * used,
        waited=2 * (ready - used),
    )


@pytest.mark.parametrize(
    ("seen", "words", "number", "said"),
    [
        ([computed(4, 1, 1.04, 0.4)], "1", 1, "and there is one process"),
        ([computed(4, 2, 2.1, 1.9)], "2", 2, "In each process, one request computes"),
        (
            [computed(4, 4, 3.71, 1.9)],
            "4; here 2",
            4,
            "at a time, as far as there are processors.",
        ),
        ([computed(2, 1, 1.95, 1.9)], "≥2", 2, "even those that share a process"),
        ([computed(3, 1, 1.0, 1), computed(4, 2, 2.0, 2)], "2", 2, "In each process"),
        ([computed(4, 3, 2.0, 1.9)], "2", 2, "Fewer requests compute at the same time"),
        ([computed(4, 1, 2.5, 1.9)], "unknown", None, "was not the same"),
        ([computed(4, 1, 0.1, 0.1)], "unknown", None, "was not the same"),
        ([], "unknown", None, "no request was seen to compute"),
    ],
)
def test_the_answer_says_how_many_compute_at_once(
    seen: list[ComputeRound], words: str, number: int | None, said: str
) -> None:
    found = answer(ParallelSeen(processors=2, rounds=tuple(seen)))
    assert (found.answer, found.number) == (words, number)
    assert said in found.sentence


def test_one_request_computes_if_only_one_is_admitted() -> None:
    asked = ParallelSeen(processors=2, rounds=(computed(1, 1, 1.0, 1.0),))
    found = answer(asked, declared=1)
    assert found.answer == "1"
    assert found.sentence.endswith("no more are in the app.")
