"""Knows the records of what was seen when clients are slow, and when processes of a
server are killed or told to end.
"""

from __future__ import annotations

from enum import StrEnum

from harness.records.rounds import Account
from harness.records.words import Result
from harness.records.words import Settled


class SlowWay(StrEnum):
    """How a client can be slow."""

    SILENT = "silent"
    """It opens a connection and sends nothing."""
    HALF_HEADER = "half a header"
    """It sends the beginning of a request and stops."""
    HALF_BODY = "half a body"
    """It announces a body that the app will read, and sends half of it."""
    READS_NOTHING = "reads nothing"
    """It asks for a large answer and takes none of it."""
    IDLE = "idle"
    """It has had an answer, and keeps the connection open."""


class Freed(Result, frozen=True, kw_only=True):
    """A server that nobody got into lets somebody in with all slow clients there."""

    seconds: float
    """From the slow clients there to the first ordinary request that entered."""
    closed: int
    """How many slow clients the server had closed by then."""


class SlowStep(Result, frozen=True, kw_only=True):
    """So many slow clients, and what became of ordinary requests offered meanwhile."""

    clients: int
    """Slow clients that had sent all that they send."""
    closed: int
    """Of these, whose connection the server had closed before others were offered."""
    offered: int
    """Ordinary requests."""
    admitted: int
    """Of these in the app with the server quiet."""
    waiting: int
    """Of these neither in the app nor ended."""
    settled: Settled
    """What told that no more would enter."""
    freed: Freed | None = None
    """Where none was admitted, and one entered while it was watched for longer."""
    answered: int
    """Of these answered in the end, the slow clients having left."""


class Slow(Result, frozen=True, kw_only=True):
    """All that was tried of one way."""

    way: SlowWay
    steps: tuple[SlowStep, ...]
    """In the order they were tried."""
    seconds: float


class Killed(Result, frozen=True, kw_only=True):
    """A process killed with SIGKILL while it holds requests."""

    offered: int
    """In each round before and after."""
    before: tuple[int, ...]
    """In the app in each round before, with the server quiet."""
    processes: int
    """Processes that held any of these."""
    held: int
    """In the app when one was killed."""
    lost: int
    """Of these in the process that was killed."""
    first: bool
    """Whether that was the first process, which was started."""
    lost_account: Account
    """How these ended."""
    lost_statuses: tuple[int, ...] = ()
    """With which status, where they were answered."""
    others_kept: int
    """Of the held in other processes, still held with the server quiet."""
    ended: str = ""
    """How the server ended; empty when it did not."""
    after: tuple[int, ...] = ()
    """In the app in each round after, with the server quiet."""
    new_processes: int = 0
    """Processes that held any of these and were not there before."""


class Terminated(Result, frozen=True, kw_only=True):
    """The first process told to end with SIGTERM while requests are in the app."""

    held: int
    """In the app when the signal was sent. Let go once the server was quiet again."""
    kept: int
    """Of these still held then."""
    held_account: Account
    """How these ended."""
    held_statuses: tuple[int, ...] = ()
    """With which status, where they were answered."""
    waiting: int
    """Offered and not in the app when the signal was sent."""
    entered: int
    """Of these in the app at some time after it."""
    waiting_account: Account
    """How these ended."""
    waiting_statuses: tuple[int, ...] = ()
    """With which status, where they were answered."""
    ended: str = ""
    """How the server ended; empty when it did not while it was watched."""
    watched_seconds: float
    """How long it was watched once nothing moved any more."""
