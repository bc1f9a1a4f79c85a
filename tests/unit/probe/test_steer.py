"""How long workers are stopped in a chosen order, and how long they are watched."""

from collections.abc import Iterable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from typing import cast

import pytest

from harness.probe import steer
from harness.probe import watching
from harness.probe.orders import Steer
from harness.probe.steps import Steps
from harness.records.steering import Goal
from harness.records.words import Settled
from harness.system.stopping import STOPPED_SECONDS
from harness.system.stopping import Stopping
from tests.builders.probe import made_up_probe
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run

MOST = Steer(Goal.MOST, (1, 2), 2)


async def _nothing(*_: Any, **__: Any) -> None:
    """Let no time pass."""


@pytest.mark.parametrize(
    ("held", "least", "most"), [({1}, 3.0, 10.0), ({1, 2}, 1.0, 2.5)]
)
def test_a_worker_that_never_took_a_request_is_watched_for_longer(
    monkeypatch: pytest.MonkeyPatch, held: set[int], least: float, most: float
) -> None:
    """It may sleep while it boots, or wait for another worker to boot."""
    probe = made_up_probe(monkeypatch, watching, processes=2)
    probe.holds.ever |= held
    monkeypatch.setattr(steer, "may_be_booting", lambda *_: {2} - held)
    monkeypatch.setattr(steer, "wait_for_sleepers", _nothing)
    run(steer._watch_for_more(probe, MOST, patient_below=4))
    assert least <= probe.now <= most


class Stopped:
    """Workers that can be stopped, and the time at which all of them were resumed."""

    def __init__(self, probe: MadeUpProbe) -> None:
        self._probe = probe
        self.breaths: list[float] = []

    async def stop(self, workers: Iterable[int]) -> None:
        """Stop some workers."""

    def go_on(self, workers: Iterable[int]) -> None:
        """Resume some workers."""

    def all_go_on(self) -> None:
        """Resume all workers."""
        self.breaths.append(self._probe.now)

    def begin_anew(self) -> None:
        """Count the time from now on."""


class Waiting(MadeUpProbe):
    """A server that is quiet at once."""

    async def unless_ended(self, awaited: Any, seconds: float) -> Any:
        return await awaited

    async def settle(self, *_: Any, **__: Any) -> Settled:
        return Settled.SCHEDSTAT


def test_all_workers_run_for_a_moment_long_before_a_master_misses_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of ten workers takes a third of a second in its turn."""
    probe = Waiting()
    monkeypatch.setattr(steer, "time", SimpleNamespace(monotonic=probe.monotonic))
    monkeypatch.setattr(steer, "send_all", _nothing)

    async def settle(worker: int) -> None:
        probe.pass_time(0.34)

    steps, stopped = SimpleNamespace(settle=settle), Stopped(probe)
    order = Steer(Goal.MOST, tuple(range(1, 11)), 1)
    run(steer._each_alone(probe, order, cast(Steps, steps), cast(Stopping, stopped)))
    times = [0.0, *stopped.breaths]
    longest = max(after - before for before, after in pairwise(times))
    assert 3 <= len(stopped.breaths) <= 6, "a breath lets a worker take from another"
    assert longest < 0.6 * STOPPED_SECONDS
