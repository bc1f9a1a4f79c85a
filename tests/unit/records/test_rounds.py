"""Contradictions within a single round."""

from typing import Any

import pytest

from harness.records.numbers import contradiction
from harness.records.rounds import Account
from tests.samples.make import offer

AGREE = "so the numbers contradict each other"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({}, None),
        (
            {"peak": 816},
            f"816 requests said that they were in the app when 16 were offered, "
            f"{AGREE}",
        ),
        (
            {"strays": 800},
            "800 requests more than the 16 that were offered said that they were in "
            f"the app, {AGREE}",
        ),
        (
            {"account": Account(answered=15)},
            f"of 16 requests sent, 15 were accounted for, {AGREE}",
        ),
        (
            {"account": Account(answered=14, refused=2)},
            f"16 requests count as offered where 14 had a connection, {AGREE}",
        ),
    ],
)
def test_a_contradiction_is_described(other: dict[str, Any], words: str | None) -> None:
    assert contradiction([offer(16, 4, **other)]) == words
