"""What gives way first, in words and in a number."""

from __future__ import annotations

from typing import Any

import pytest

from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.rounds import Account
from harness.records.words import Outcome
from tests.builders.answers import answer

MIB = 1024 * 1024


def strained(scarce: Scarce = Scarce.FILES, **other: Any) -> Strained:
    fields: dict[str, Any] = {
        "allowed": 256 * MIB if scarce is Scarce.MEMORY else 64,
        "offered": 40,
        "held": 32,
        "waiting": 8,
        "again": True,
    }
    return Strained(scarce=scarce, **{**fields, **other})


ROOT = Strained(
    scarce=Scarce.THREADS, outcome=Outcome.NOT_SUPPORTED, reason="root is not held"
)
FINE = strained(Scarce.MEMORY, held=96, offered=96, waiting=0)


def test_the_fewest_of_all() -> None:
    memory = strained(Scarce.MEMORY, held=28, waiting=0, account=Account(reset=12))
    found = answer(BreaksSeen(limits=(strained(), memory, ROOT)))
    assert (found.answer, found.number) == ("files: at 32; memory: at 28", 28)
    assert "With 64 more open files than when idle 32 requests" in found.sentence
    assert "8 wait; when all have gone it takes requests again." in found.sentence
    assert "256 MiB more memory" in found.sentence
    assert "further ones are cut off without an answer" in found.sentence
    assert "With little (threads) it was not tried: root is not held." in found.sentence


@pytest.mark.parametrize(
    ("seen", "word", "words"),
    [
        (FINE, "memory: not by 96", "all 96 are in the app"),
        (strained(again=False), "files: at 32, for good", "takes none any more"),
        (
            strained(Scarce.MEMORY_OF_A_GROUP, allowed=4 * MIB, ended="SIGKILL"),
            "memory of a container: at 32, for good",
            "With 4 MiB more memory in its container than when idle 32 requests",
        ),
        (strained(ended="it exited"), "files: at 32, for good", "; it exited."),
        (strained(held=40, ended="it exited"), "files: at 40, for good", "it exited"),
        (strained(printed="<b>Errno 24"), "files: at 32", "it prints “<b>Errno 24”"),
        (
            strained(account=Account(failed=8), statuses=(200, 500)),
            "files: at 32",
            "further ones are answered 500",
        ),
    ],
)
def test_each(seen: Strained, word: str, words: str) -> None:
    found = answer(BreaksSeen(limits=(seen,)))
    assert found.answer == word
    assert words in found.sentence


def test_where_nothing_broke_there_is_no_number() -> None:
    assert answer(BreaksSeen(limits=(FINE,))).number is None
    assert answer(BreaksSeen(limits=(ROOT,))).answer == "unknown"
    assert answer(BreaksSeen()).answer == "unknown"
