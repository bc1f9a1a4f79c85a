"""What is seen of requests, and of a server, when processes end."""

from __future__ import annotations

from harness.records.questions import QuestionSeen
from harness.records.rounds import Account
from harness.records.words import Result


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


class RecoverySeen(QuestionSeen, frozen=True, kw_only=True, tag="recovery"):
    """What becomes of requests, and of the server, when processes end."""

    killed: Killed | None = None
    """Null where a process that holds requests cannot be reached."""
    terminated: Terminated | None = None
    quiet: bool = True
    """Whether the server was quiet each time that something was counted."""
