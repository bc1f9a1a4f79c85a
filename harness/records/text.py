"""Knows how several things are told in one phrase; must not know what they are.

Nothing is escaped here: whoever writes text of others into a report does that before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def listed(parts: Sequence[str], by: str = "and") -> str:
    """Several things as one: ``this, that and the other``."""
    *head, last = parts
    return f"{', '.join(head)} {by} {last}" if head else last


def without_user(text: str) -> str:
    """A URL that can be shown: a name or a token of its user is not told."""
    return re.sub(r"(https?://)[^/@]*@", r"\1", text)
