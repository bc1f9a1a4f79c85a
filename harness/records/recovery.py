"""Records of what becomes of requests, and of the server, when processes end."""

from harness.records.questions import QuestionSeen
from harness.records.rounds import Account
from harness.records.words import Result


class Killed(Result, frozen=True, kw_only=True):
    """A process killed with SIGKILL while it holds requests."""

    offered: int
    """Requests offered in each round before and after."""
    before: tuple[int, ...]
    """Requests in the app in each round before, when the server was quiet."""
    processes: int
    """Processes that held requests in the rounds before."""
    held: int
    """Requests in the app when the process was killed."""
    lost: int
    """How many of these requests were in the killed process."""
    first: bool
    """Whether the first process of the server was killed."""
    lost_account: Account
    """How the requests in the killed process ended."""
    lost_statuses: tuple[int, ...] = ()
    """Statuses of the lost requests that were answered."""
    others_kept: int
    """Requests in other processes that were still held when the server was quiet."""
    ended: str = ""
    """How the server ended; empty when it did not."""
    after: tuple[int, ...] = ()
    """Requests in the app in each round after, when the server was quiet."""
    new_processes: int = 0
    """Processes that held requests in the rounds after, and did not exist before."""


class Terminated(Result, frozen=True, kw_only=True):
    """The first process told to end with SIGTERM while requests are in the app."""

    held: int
    """Requests in the app when the signal was sent. They were released once the server
    was quiet again."""
    kept: int
    """How many of these were still held when the server was quiet."""
    held_account: Account
    """How the requests in the app ended."""
    held_statuses: tuple[int, ...] = ()
    """Statuses of the requests in the app that were answered."""
    waiting: int
    """Requests that were offered but not in the app when the signal was sent."""
    entered: int
    """How many waiting requests entered the app after the signal."""
    waiting_account: Account
    """How the waiting requests ended."""
    waiting_statuses: tuple[int, ...] = ()
    """Statuses of the waiting requests that were answered."""
    ended: str = ""
    """How the server ended; empty if it did not end while it was watched."""
    watched_seconds: float
    """How long the server was watched after the last change."""


class RecoverySeen(QuestionSeen, frozen=True, kw_only=True, tag="recovery"):
    """What becomes of requests, and of the server, when processes end."""

    killed: Killed | None = None
    """The killed process; null if no process with requests can be reached."""
    terminated: Terminated | None = None
    quiet: bool = True
    """Whether the server was quiet each time that something was counted."""
