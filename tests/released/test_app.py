"""The plugin of pytest, as it was built, measures with the program that was built."""

from typing import Any


def test_four_threads(deployment: Any) -> None:
    assert deployment(command="waitress-serve app:app").holds(4)
