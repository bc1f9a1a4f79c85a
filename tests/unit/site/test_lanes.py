"""Requests are divided among the processes that a picture draws."""

import msgspec
import pytest

from harness.site import lanes
from tests.builders.reports import EIGHT


@pytest.mark.parametrize(
    ("ceiling", "processes", "threads", "shown"),
    [
        (8, 2, 4, [4, 4]),
        (7, 3, 4, [4, 2, 1]),
        (9, 9, 1, [1] * 8),
        (2**40, 2**40, 1, [1] * 8),  # a number that a file may contain
    ],
)
def test_each_process_gets_its_share_of_requests(
    ceiling: int, processes: int, threads: int, shown: list[int]
) -> None:
    cell = msgspec.structs.replace(
        EIGHT, ceiling=ceiling, processes=processes, threads=threads
    )
    picture = str(lanes.draw(cell))
    for number, taken in enumerate(shown, start=1):
        assert f"process {number}: {taken} request" in picture
    assert f"process {len(shown) + 1}:" not in picture
