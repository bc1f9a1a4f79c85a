"""The built pytest plugin measures with the built program."""

from typing import Any


def test_four_threads_hold_four_requests(deployment: Any) -> None:
    assert deployment(command="waitress-serve app:app").holds(4)
