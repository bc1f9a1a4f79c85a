"""Puts things that have something in common together."""

from collections import defaultdict
from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
Key = TypeVar("Key", bound=Hashable)


def grouped(
    things: Iterable[Thing], key: Callable[[Thing], Key]
) -> dict[Key, list[Thing]]:
    """Things by key; the keys are in the order of their first things."""
    groups: dict[Key, list[Thing]] = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return dict(groups)
