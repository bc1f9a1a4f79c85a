"""Knows the ways in which a request can end."""

from __future__ import annotations

from harness.model.words import Result


class Account(Result, frozen=True, kw_only=True):
    """How the requests of a round ended; each ended in exactly one way."""

    answered: int = 0
    """Entered the app and were answered with success."""
    failed: int = 0
    """Entered the app and were answered with an error status."""
    answered_without_entering: int = 0
    """Answered, with any status, though the view function never ran."""
    refused: int = 0
    """The connection was refused."""
    reset: int = 0
    """The connection ended without a whole answer."""
    timed_out: int = 0
    """No answer by the deadline; the probe gave up on them."""
    unopened: int = 0
    """The connection was still being opened when the round went on: never offered."""

    @property
    def total(self) -> int:
        """The sum over all endings."""
        return sum(getattr(self, name) for name in self.__struct_fields__)
