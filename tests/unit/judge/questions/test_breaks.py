"""Which resource runs out first, in words and as a number."""

from typing import Any

import pytest

from harness.judge.questions import answers
from harness.records.breaks import BreaksSeen
from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.questions import Answer
from harness.records.rounds import Account
from harness.records.words import Outcome
from tests.builders.answers import answer
from tests.builders.answers import WHERE
from tests.samples.make import cell
from tests.samples.make import rounds

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


def test_the_number_is_the_lowest_of_all_resources() -> None:
    memory = strained(Scarce.MEMORY, held=28, waiting=0, account=Account(reset=12))
    found = answer(BreaksSeen(limits=(strained(), memory, ROOT)))
    assert (found.answer, found.number) == (
        "files: breaks at 32; memory: breaks at 28",
        28,
    )
    assert "With 64 more open files than when idle, 32 requests" in found.sentence
    again = "8 wait; once all of them have left, it takes requests again."
    assert again in found.sentence
    assert "256 MiB more memory" in found.sentence
    assert "further ones are cut off without an answer" in found.sentence
    assert "A shortage of threads was not tried: root is not held." in found.sentence


@pytest.mark.parametrize(
    ("seen", "word", "words"),
    [
        (FINE, "memory: holds 96", "all 96 are in the app"),
        (
            strained(again=False),
            "files: breaks at 32, for good",
            "takes no more requests",
        ),
        (
            strained(Scarce.MEMORY_OF_A_GROUP, allowed=4 * MIB, ended="SIGKILL"),
            "memory of a container: breaks at 32, for good",
            "With 4 MiB more memory in its container than when idle, 32 requests",
        ),
        (strained(ended="it exited"), "files: breaks at 32, for good", "; it exited."),
        (
            strained(held=40, ended="it exited"),
            "files: breaks at 40, for good",
            "it exited",
        ),
        (
            strained(printed="<b>Errno 24"),
            "files: breaks at 32",
            "it prints “<b>Errno 24”",
        ),
        (
            strained(account=Account(failed=8), statuses=(200, 500)),
            "files: breaks at 32",
            "further ones are answered 500",
        ),
    ],
)
def test_each_resource_has_its_words(seen: Strained, word: str, words: str) -> None:
    found = answer(BreaksSeen(limits=(seen,)))
    assert found.answer == word
    assert words in found.sentence


def test_there_is_no_number_if_nothing_broke() -> None:
    assert answer(BreaksSeen(limits=(FINE,))).number is None
    assert answer(BreaksSeen(limits=(ROOT,))).answer == "unknown"
    assert answer(BreaksSeen()).answer == "unknown"


def uneven(*limits: Strained) -> Answer:
    """The answer for a cell that admits 4 to 8 requests with nothing scarce."""
    seen = rounds(8, (2, 4), [8, 4, 8])
    asked = BreaksSeen(limits=limits)
    return answers(cell(WHERE, "gthread-2x4", 8, seen, asked=(asked,)))[0]


def test_waiting_requests_of_an_uneven_server_prove_no_failure() -> None:
    found = uneven(strained(offered=8, held=4, waiting=4))
    assert (found.answer, found.number) == ("files: unknown", None)
    assert "whether anything fails when these are scarce: files." in found.sentence


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (strained(offered=8, held=8, waiting=0), "files: holds 8"),
        (strained(offered=8, held=3, waiting=5), "files: breaks at 3"),
        (
            strained(offered=8, held=5, waiting=3, printed="Errno 24"),
            "files: breaks at 5",
        ),
        (strained(offered=8, held=5, account=Account(reset=3)), "files: breaks at 5"),
        (strained(offered=8, held=5, again=False), "files: breaks at 5, for good"),
    ],
)
def test_failures_in_an_uneven_server_are_reported(seen: Strained, word: str) -> None:
    assert uneven(seen).answer == word


def test_resources_that_suffice_share_one_sentence() -> None:
    files, memory = (
        strained(scarce, offered=4, held=4, waiting=0)
        for scarce in (Scarce.FILES, Scarce.MEMORY)
    )
    found = answer(BreaksSeen(limits=(files, memory, ROOT)))
    assert (found.answer, found.number) == ("holds 4", None)
    assert found.sentence.startswith(
        "With 64 more open files or 256 MiB more memory than when idle, all 4 are in"
    )
    one = answer(BreaksSeen(limits=(strained(offered=1, held=1, waiting=0),)))
    assert "the one request is in the app" in one.sentence
