"""Finds processes that wait for a file lock, in ``/proc/locks`` (``man 5 proc``)."""

from collections.abc import Collection
from collections.abc import Iterable

TABLE = "/proc/locks"

WAITS = "->"


def wait_for_each_other(processes: Collection[int]) -> set[int]:
    """The processes that wait for a file lock that another of them has.

    Empty if that is unknown.
    """
    try:
        with open(TABLE, encoding="utf-8") as file:
            waits = parse(file)
    except (OSError, ValueError):
        return set()
    return {p for p, holder in waits.items() if {p, holder} <= set(processes)}


def parse(lines: Iterable[str]) -> dict[int, int]:
    """For each process that waits for a lock, its holder. Raises ``ValueError``.

    The line of a waiting process has the number of the line of the lock it waits for.
    """
    holders: dict[str, int] = {}
    waits = {}
    for number, *words in map(str.split, lines):
        if words[0] == WAITS:
            waits[int(words[4])] = holders.get(number, 0)
        else:
            holders[number] = int(words[3])
    return waits
