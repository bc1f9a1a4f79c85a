"""Knows which number of clients to try next to find the least that shuts everyone out;
touches nothing.

The number is doubled until everyone is shut out, then halved in between: some 2 log n
tries for n clients.
"""

from __future__ import annotations

from collections.abc import Mapping


def least(shut_out: Mapping[int, bool]) -> int | None:
    """The least number tried with which everyone was shut out."""
    return min((count for count, shut in shut_out.items() if shut), default=None)


def next_count(shut_out: Mapping[int, bool], limit: int) -> int | None:
    """The number to try next; nothing when it is found, or not up to ``limit``.

    ``shut_out`` tells of each number tried whether everyone was shut out with it.
    """
    found = least(shut_out)
    open_to = max(
        (n for n, shut in shut_out.items() if not shut and (not found or n < found)),
        default=0,
    )
    if found is None:
        return min(2 * open_to or 1, limit) if open_to < limit else None
    return (open_to + found) // 2 if found - open_to > 1 else None
