"""Which process is killed."""

from typing import Any

import pytest

from harness.probe.questions.recovery import Unreachable
from harness.probe.questions.recovery import victim


class Processes:
    """Stands in for what a probe knows about the processes of its server."""

    def __init__(self, *processes: int) -> None:
        self.server: Any = self
        self._processes = list(processes)

    def processes(self) -> list[int]:
        return self._processes


def test_the_busiest_worker_other_than_the_first_is_killed() -> None:
    probe: Any = Processes(1, 2, 3)
    assert victim(probe, [1, 1, 1, 2, 3, 3], first=1) == 3
    assert victim(probe, [1, 1], first=1) == 1


@pytest.mark.parametrize("holding", [[], [4, 4]])
def test_without_a_reachable_worker_none_is_killed(holding: list[int]) -> None:
    probe: Any = Processes(1, 2, 3)
    with pytest.raises(Unreachable):
        victim(probe, holding, first=1)
