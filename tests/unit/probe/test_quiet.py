"""After how many looks a tree is called quiet, given what each look sees."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

import pytest

from harness.probe import quiet as module
from harness.probe.look import Look
from harness.probe.look import LOOKS
from harness.probe.look import Thread
from harness.probe.quiet import Quiet
from harness.probe.quiet import ROUND
from harness.probe.quiet import START
from harness.probe.quiet import Window
from harness.records.words import Settled
from tests.builders.probe import run

A = (10, 10)
ASLEEP = Look({A: 5}, ())


def given(
    monkeypatch: pytest.MonkeyPatch, *seen: Look, by: Settled = Settled.SCHEDSTAT
) -> tuple[Quiet, list[Look]]:
    """A detector that is given looks instead of taking any, and those it had so far."""
    taken: list[Look] = []

    def look(_: Iterable[int]) -> Look:
        taken.append(seen[min(len(taken), len(seen) - 1)])
        return taken[-1]

    async def at_once(_: float) -> None:
        """Pass over the time between two looks."""

    monkeypatch.setattr(module, "asyncio", SimpleNamespace(sleep=at_once))
    monkeypatch.setitem(LOOKS, by, look)
    return Quiet(list, by), taken


def looks_until_quiet(
    monkeypatch: pytest.MonkeyPatch,
    *seen: Look,
    window: Window = ROUND,
    by: Settled = Settled.SCHEDSTAT,
    brief: bool = False,
) -> int:
    """How many looks it takes; from the last one on, all see the same."""
    quiet, taken = given(monkeypatch, *seen, by=by)
    assert run(quiet.wait(lambda: 0, window, brief=lambda: brief)) is by
    return len(taken)


def test_two_looks_are_the_proof_and_a_third_is_against_short_timers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert looks_until_quiet(monkeypatch, ASLEEP) == 3
    woken = Look({A: 5_000_000}, ())
    assert looks_until_quiet(monkeypatch, ASLEEP, ASLEEP, woken) == 5


def test_a_server_that_starts_is_looked_at_more_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Workers that are being made pause for longer than requests do."""
    assert looks_until_quiet(monkeypatch, ASLEEP, window=START) >= 5
    assert (START.looks - 1) * START.interval >= 4 * ROUND.looks * ROUND.interval


def test_processor_times_move_in_steps_of_10_ms(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert looks_until_quiet(monkeypatch, ASLEEP, by=Settled.CPU_TIMES) >= 4
    assert module.COARSE.interval >= 0.02


@pytest.mark.parametrize(
    ("due", "others_run", "expected"),
    [(0.1, False, 2), (0.008, False, 3), (0.1, True, 3)],
    ids=["nothing is due", "a timer is due soon", "another program may work for it"],
)
def test_two_looks_do_where_nothing_can_be_on_its_way(
    monkeypatch: pytest.MonkeyPatch, due: float, others_run: bool, expected: int
) -> None:
    def wake_within(seconds: float, threads: Iterable[Thread]) -> bool:
        return due < seconds

    monkeypatch.setattr(module, "wake_within", wake_within)
    monkeypatch.setattr(module, "nothing_else_runs", lambda: not others_run)
    assert looks_until_quiet(monkeypatch, ASLEEP, brief=True) == expected


def test_looks_before_a_request_moved_show_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quiet, taken = given(monkeypatch, ASLEEP)
    assert run(quiet.wait(lambda: len(taken) > 1)) is Settled.SCHEDSTAT
    assert len(taken) == 5
