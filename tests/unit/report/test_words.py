"""Every outcome and verdict has a symbol and a colour."""

from harness.records.words import NOTEWORTHY
from harness.records.words import Outcome
from harness.records.words import Verdict
from harness.report import words


def test_every_outcome_and_verdict_has_a_mark() -> None:
    every = {*Verdict, *Outcome} - {Outcome.MEASURED}
    assert set(words.MARKS) == every
    assert set(NOTEWORTHY) == every - {Verdict.AS_DECLARED}
    for word, mark in words.MARKS.items():
        assert mark.word == word
        assert len(mark.symbol) == 1
        assert mark.badge
