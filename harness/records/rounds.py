"""Knows the record of one load that was offered once, and how its requests ended."""

from __future__ import annotations

from harness.records.words import Arrival
from harness.records.words import Result
from harness.records.words import Settled


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


class Round(Result, frozen=True, kw_only=True):
    """One load offered once. Times are seconds, by a monotonic clock."""

    arrival: Arrival
    asked: int
    """Requests that the probe set out to send."""
    offered: int
    """Requests sent whole on an open connection."""
    admitted: int
    """In the app once the server had gone quiet; where that is fewer than declared, it
    was watched for longer first."""
    peak: int
    """The most in the app at any moment of the round."""
    waiting: int
    """Offered, neither in the app nor ended, at that same moment."""
    late: int
    """Of the admitted, those that entered only while it was watched for longer."""
    processes: int
    """Distinct processes that held a request when the server had gone quiet."""
    threads: int
    """The most requests held in one process, each by its thread or greenlet."""
    settled: Settled
    settle_seconds: float
    """From the last request sent to the server known to be quiet."""
    entered_on_release: int | None = None
    """How many entered when one was released while others waited; 1 is right."""
    hand_off_seconds: float | None = None
    """From releasing one held request to a waiting one entering the app."""
    broken: int = 0
    """Holds that ended without the app's answer to their release (a fault)."""
    stalled: int = 0
    """Requests that still waited with the server quiet after all were released."""
    account: Account
