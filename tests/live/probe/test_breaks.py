"""What gives way with little of something, of servers of which that is known."""

from __future__ import annotations

import os
from typing import Any

import pytest

from harness.records.breaks import Scarce
from harness.records.breaks import Strained
from harness.records.choices import Question
from harness.records.words import Outcome
from tests.live.commands import control
from tests.live.commands import odd


@pytest.fixture
def strain(ask: Any) -> Any:
    """What becomes of a server with little of each thing, and the answer."""

    def one(
        argv: tuple[str, ...], declared: int | None
    ) -> tuple[dict[Scarce, Strained], str]:
        evidence, answer = ask(argv, declared, Question.BREAKS)
        limits = {each.scarce: each for each in evidence.asked[0].limits}
        if os.getuid() == 0:
            threads = limits.pop(Scarce.THREADS)
            assert threads.outcome is Outcome.NOT_SUPPORTED
            assert "root is not held to" in answer.sentence
        assert {each.outcome for each in limits.values()} == {Outcome.MEASURED}
        return limits, answer.answer

    return one


def test_who_expects_it_goes_on_when_all_have_gone(strain: Any) -> None:
    limits, answer = strain(odd("spawns"), None)
    # Each has its own connection open, and one to the probe; a name or a module that
    # is looked up takes another for a moment.
    assert 64 // 2 - 8 < limits[Scarce.FILES].held <= 64 // 2
    # glibc takes 8 MiB for the stack of a thread where the system says nothing else.
    assert 0 < limits[Scarce.MEMORY].held <= 256 // 8
    for each in limits.values():
        assert (each.ended, each.again) == ("", True), each
    for scarce in {Scarce.THREADS, Scarce.MEMORY} & limits.keys():
        assert limits[scarce].account.reset > 0
    assert "for good" not in answer


def test_who_does_not_breaks_for_good(strain: Any) -> None:
    limits, answer = strain(odd("spawns-blindly"), None)
    for scarce in {Scarce.THREADS, Scarce.MEMORY} & limits.keys():
        assert limits[scarce].held > 0
        assert (bool(limits[scarce].ended), limits[scarce].again) == (True, False)
        assert "can't start new thread" in limits[scarce].printed
    assert "for good" in answer


def test_what_has_a_bound_below_breaks_by_nothing(ask: Any) -> None:
    _, answer = ask(control(1, 4), 4, Question.BREAKS)
    assert "files: not by 4" in answer.answer
    assert "memory: not by 4" in answer.answer
    assert answer.number is None
