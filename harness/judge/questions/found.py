"""Knows the form of what one question came to; must not know any question."""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN = "unknown"
"""The answer where what was seen leaves it open."""


class Found(NamedTuple):
    """What was found."""

    answer: str
    """In a few words at most: a cell of a table."""
    sentence: str
    """The same for somebody who has not heard of the question."""
    number: int | None = None
