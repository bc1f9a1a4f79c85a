"""Knows how several things are told in one phrase; must not know what they are.

Nothing is escaped here: whoever writes text of others into a report does that before.
"""

from __future__ import annotations

from collections.abc import Sequence


def listed(parts: Sequence[str], by: str = "and") -> str:
    """Several things as one: ``this, that and the other``."""
    *head, last = parts
    return f"{', '.join(head)} {by} {last}" if head else last
