"""A probe of a made-up server, whose time passes only while the probe waits."""

import asyncio
from collections.abc import Callable
from collections.abc import Coroutine
from types import CoroutineType
from types import SimpleNamespace
from typing import Any
from typing import cast
from typing import TypeVar

import pytest

from harness.probe.destination import Destination
from harness.probe.holds import Holds
from harness.probe.probe import Probe
from harness.probe.quiet import Quiet
from harness.probe.transports import Endpoint
from harness.records.words import Settled
from harness.system.process import ProcessTree

T = TypeVar("T")


class MadeUpProbe(Probe):
    """A probe with one waiting request and a clock that advances with each wait.

    ``enters_after`` is when that request enters the app, in seconds; without it, the
    request never enters. ``stopped`` is for how long the probe gets no processor in
    each wait, in seconds. ``processes`` is the number of server processes. ``now`` is
    the time that has passed, and ``waits`` the number of waits.
    """

    def __init__(
        self,
        enters_after: float | None = None,
        stopped: float = 0.0,
        processes: int = 1,
    ) -> None:
        tree = SimpleNamespace(processes=lambda: list(range(1, processes + 1)))
        super().__init__(
            cast(ProcessTree, tree),
            Holds("a token"),
            Destination(Endpoint("127.0.0.1", 1)),
            Quiet(list, Settled.SCHEDSTAT),
        )
        self.now = 0.0
        self.waits = 0
        self._enters_after = enters_after
        self._stopped = stopped

    def monotonic(self) -> float:
        """Return the present time of this clock, in seconds."""
        return self.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass. The request may enter the app in the meantime."""
        self.now += seconds + self._stopped
        self.waits += 1
        if self._enters_after is not None and self.now >= self._enters_after:
            self.holds.entered.add("r1.0")

    def names_waiting(self) -> set[str]:
        return {"r1.0"} - self.holds.entered

    def count(self) -> tuple[int, ...]:
        return (len(self.holds.entered),)

    def all_in_or_ended(self) -> bool:
        return bool(self.holds.entered)

    async def until(self, reached: Callable[[], bool]) -> Settled:
        return Settled.ALL_ENTERED if reached() else Settled.SCHEDSTAT

    async def until_moved(self, seconds: float) -> None:
        self.pass_time(seconds)

    async def unless_ended(self, awaited: Any, seconds: float) -> Any:
        """Pass the time of an ``asyncio.sleep`` without sleeping."""
        assert isinstance(awaited, CoroutineType)
        assert awaited.cr_code is asyncio.sleep.__code__
        assert awaited.cr_frame
        self.pass_time(awaited.cr_frame.f_locals["delay"])
        awaited.close()


def made_up_probe(
    monkeypatch: pytest.MonkeyPatch, *modules: Any, **about: Any
) -> MadeUpProbe:
    """Return such a probe, and let some modules use its clock."""
    probe = MadeUpProbe(**about)
    for module in modules:
        clock = SimpleNamespace(monotonic=probe.monotonic)
        monkeypatch.setattr(module, "time", clock)
    return probe


def run(waiting: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing but this clock, without an event loop."""
    try:
        waiting.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    finally:
        waiting.close()
    raise AssertionError("it waited for something else")
