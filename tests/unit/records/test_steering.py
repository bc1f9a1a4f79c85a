"""What rounds with a chosen order of workers guarantee."""

import pytest

from harness.records.steering import Goal
from harness.records.steering import least_is_guaranteed
from tests.builders.steered import steered


@pytest.mark.parametrize(
    ("takers", "guaranteed"),
    [(((1,), (2,)), True), (((1,), (1,)), False), (((1,), (99,)), False)],
    ids=["each first", "one twice", "nobody that is a worker"],
)
def test_every_worker_must_have_been_first(
    takers: tuple[tuple[int, ...], ...], guaranteed: bool
) -> None:
    rounds = [
        steered(Goal.LEAST, order, 4, (2, admitted), takers=first)
        for order, admitted, first in zip(((1, 2), (2, 1)), (2, 3), takers, strict=True)
    ]
    assert least_is_guaranteed(rounds) is guaranteed
