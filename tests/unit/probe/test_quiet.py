"""After how many looks a process tree is called quiet, given what each look sees."""

from collections.abc import Iterable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from harness.probe import quiet as module
from harness.probe import still
from harness.probe.look import Look
from harness.probe.look import LOOKS
from harness.probe.look import Thread
from harness.probe.quiet import ACCEPTING
from harness.probe.quiet import BETWEEN
from harness.probe.quiet import Quiet
from harness.probe.quiet import ROUND
from harness.probe.quiet import SENT_SECONDS
from harness.probe.quiet import START
from harness.probe.quiet import Window
from harness.records.words import Settled
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run

A = (10, 10)
ASLEEP = Look({A: 5}, ())


def given(
    monkeypatch: pytest.MonkeyPatch, *seen: Look, by: Settled = Settled.SCHEDSTAT
) -> tuple[Quiet, list[Look]]:
    """A detector that is given its looks, and the looks that it has used."""
    taken: list[Look] = []

    def look(_: Iterable[int]) -> Look:
        taken.append(seen[min(len(taken), len(seen) - 1)])
        return taken[-1]

    async def at_once(_: float) -> None:
        """Skip the time between two looks."""

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
    """Return how many looks it takes; all looks after the given ones see the same."""
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
    """Workers that are being started pause for longer than requests do."""
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


# --------------------------------------------------- how often it looks, and how long


class Clock:
    """Time that passes only while the detector pauses or looks.

    ``runs_until`` is how long a thread runs, and ``a_look`` the duration of each look,
    in seconds.
    """

    def __init__(self, runs_until: float, a_look: float = 0.0) -> None:
        self.now = 0.0
        self.looks: list[float] = []
        self.pauses: list[float] = []
        self._runs_until = runs_until
        self._a_look = a_look

    def look(self, _: Iterable[int]) -> Look:
        """Return the counter of one thread, which advances with the time."""
        self.looks.append(self.now)
        self.now += self._a_look
        runs = self.now < self._runs_until
        ran = int(1e9 * min(self.now, self._runs_until))
        return Look({A: ran}, (A,) if runs else (), ran={A: ran})

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pauses.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        """Return the present time of this clock, in seconds."""
        return self.now


def watched(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, after: float = 0.0
) -> Settled:
    """Return how a server settled whose thread runs by such a clock."""
    return run(by_clock(monkeypatch, clock).wait(lambda: 0, after=after))


def by_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Quiet:
    """Return a detector that uses such a clock."""
    monkeypatch.setattr(module, "asyncio", SimpleNamespace(sleep=clock.sleep))
    for each in (module, still):
        monkeypatch.setattr(each, "time", SimpleNamespace(monotonic=clock.monotonic))
    monkeypatch.setitem(LOOKS, Settled.SCHEDSTAT, clock.look)
    return Quiet(list, Settled.SCHEDSTAT)


def test_a_server_that_soon_comes_to_rest_is_soon_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request takes 1 to 2 ms to enter the app."""
    clock = Clock(runs_until=0.0015)
    assert watched(monkeypatch, clock) is Settled.SCHEDSTAT
    seen_at_rest = next(at for at in clock.looks if at >= 0.0015)
    assert seen_at_rest < 0.0030
    assert len(clock.looks) < 10, "each look takes time from a server that runs"


def test_a_server_that_runs_for_longer_is_looked_at_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(runs_until=0.5)
    assert watched(monkeypatch, clock) is Settled.SCHEDSTAT
    gaps = [after - before for before, after in pairwise(clock.looks)]
    soon = [gap for gap in gaps if gap < 0.9 * ROUND.interval]
    assert 5 <= len(soon) <= 20


def test_a_server_that_runs_for_long_is_still_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(runs_until=1.5)
    assert watched(monkeypatch, clock) is Settled.SCHEDSTAT
    gaps = [after - before for before, after in pairwise(clock.looks)]
    assert 2 * ROUND.interval < max(gaps) < 0.05


def test_looks_that_take_long_leave_the_server_most_of_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With thousands of threads, a look takes milliseconds."""
    clock = Clock(runs_until=1.0, a_look=0.01)
    watched(monkeypatch, clock)
    looking = 0.01 * len(clock.looks) / clock.now
    assert 0.1 < looking < 0.3


def test_a_server_that_never_rests_is_given_up_after_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert watched(monkeypatch, Clock(runs_until=1.5)) is Settled.SCHEDSTAT
    clock = Clock(runs_until=600.0)
    assert watched(monkeypatch, clock) is Settled.STEADY_COUNT
    assert 1.5 < clock.now < 15.0


def test_a_request_that_was_just_sent_is_not_looked_for_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server cannot have read it yet, so an earlier look is wasted."""
    clock = Clock(runs_until=0.0)
    watched(monkeypatch, clock, after=SENT_SECONDS)
    assert 0.001 <= clock.looks[0] <= 0.005


@pytest.mark.parametrize("window", [BETWEEN, ACCEPTING])
def test_less_proof_is_needed_if_nothing_is_concluded(
    monkeypatch: pytest.MonkeyPatch, window: Window
) -> None:
    """One more look is unneeded, and a single look proves nothing."""
    assert looks_until_quiet(monkeypatch, ASLEEP, window=window) == 2
    assert window.looks * window.interval < ROUND.looks * ROUND.interval


@pytest.mark.parametrize(("threads", "expected"), [(40, 2), (300, 3)])
def test_timers_of_as_many_threads_as_servers_usually_have_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, threads: int, expected: int
) -> None:
    monkeypatch.setattr(module, "wake_within", lambda *_: False)
    monkeypatch.setattr(module, "nothing_else_runs", lambda: True)
    many = Look({(10, number): 5 for number in range(threads)}, ())
    assert looks_until_quiet(monkeypatch, many, brief=True) == expected


class Accepting(MadeUpProbe):
    """A probe that records how long a wait may last, in seconds."""

    may_last = 0.0

    async def unless_ended(self, awaited: Any, seconds: float) -> Any:
        self.may_last = seconds
        return await awaited


def test_a_server_that_computes_has_a_moment_to_accept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Accepting takes less than a millisecond."""
    clock, probe = Clock(runs_until=600.0), Accepting(processes=A[0])
    probe.quiet = by_clock(monkeypatch, clock)
    run(probe.let_accept())
    assert 0.02 < clock.now < 0.2


def test_a_single_wait_ends_though_not_before_a_budget_is_used_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = Accepting()
    probe.quiet = by_clock(monkeypatch, Clock(runs_until=0.0))
    run(probe.let_accept())
    assert still.BUDGET_SECONDS < probe.may_last < 3 * still.BUDGET_SECONDS
