"""How long a server that is never quiet is waited for after requests were released."""

from collections.abc import Callable

import pytest

from harness.probe.round import serve_all
from harness.records.words import Settled
from tests.builders.probe import MadeUpProbe
from tests.builders.probe import run


class Busy(MadeUpProbe):
    """A server that is never quiet, and has served all after so many waits."""

    def __init__(self, serves_after: int) -> None:
        super().__init__()
        self._serves_after = serves_after

    async def until(self, reached: Callable[[], bool]) -> Settled:
        self.waits += 1
        served = self.waits > self._serves_after
        return Settled.ALL_ENTERED if served else Settled.STEADY_COUNT


@pytest.mark.parametrize("waits", [0, 1, 3])
def test_a_busy_server_may_still_serve_all_that_was_released(waits: int) -> None:
    assert run(serve_all(Busy(waits))) is Settled.ALL_ENTERED


def test_a_server_that_never_serves_the_rest_is_given_up() -> None:
    """Each wait may take a minute."""
    probe = Busy(1000)
    assert run(serve_all(probe)) is Settled.STEADY_COUNT
    assert probe.waits < 10
