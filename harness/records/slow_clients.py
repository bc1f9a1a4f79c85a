"""Records of clients that send or read slowly, or idle."""

from enum import StrEnum

from harness.records.questions import QuestionSeen
from harness.records.steering import Goal
from harness.records.words import Result
from harness.records.words import Settled


class SlowWay(StrEnum):
    """How a client can be slow."""

    SILENT = "silent"
    """The client opens a connection and sends nothing."""
    HALF_HEADER = "half a header"
    """The client sends the beginning of a request and stops."""
    HALF_BODY = "half a body"
    """The client announces a body that the app will read, and sends half of it."""
    READS_NOTHING = "reads nothing"
    """The client asks for a large answer and reads none of it."""
    IDLE = "idle"
    """The client has had an answer, and keeps the connection open."""


class Freed(Result, frozen=True, kw_only=True):
    """The moment at which a server lets a request in although slow clients remain."""

    seconds: float
    """Seconds from the arrival of the slow clients to the first ordinary request in the
    app."""
    closed: int
    """How many slow clients the server had closed by then."""


class StepBeside(Result, frozen=True, kw_only=True):
    """Some clients that may take slots, and ordinary requests offered meanwhile."""

    clients: int
    """Clients that had arrived: slow ones had sent their part."""
    offered: int
    """Ordinary requests."""
    admitted: int
    """Ordinary requests in the app when the server was quiet."""
    waiting: int
    """Ordinary requests neither in the app nor ended."""
    settled: Settled
    """How it was known that no more would enter."""
    answered: int
    """Ordinary requests that were answered in the end, after the others had left."""
    order: Goal | None = None
    """The order in which clients reached the workers. For the most, each worker got its
    share, and ordinary requests reached the one with the smallest; for the least, one
    worker got all clients and one ordinary request. Null if there was no choice, or if
    it was left to chance."""
    given_up_early: bool = False
    """Whether the server was not quiet when requests without an answer were given
    up."""

    @property
    def is_in_doubt(self) -> bool:
        """Whether requests may have been on their way when counted or given up."""
        late = self.waiting > 0 and self.settled is Settled.STEADY_COUNT
        return late or self.given_up_early


class SlowStep(StepBeside, frozen=True, kw_only=True):
    """Some slow clients, and what happened to ordinary requests offered meanwhile."""

    closed: int
    """How many of their connections the server had closed before others were
    offered."""
    freed: Freed | None = None
    """How the server freed itself, if none was admitted at first and one entered
    later."""


class Slow(Result, frozen=True, kw_only=True):
    """All steps with clients that are slow in one way."""

    way: SlowWay
    steps: tuple[SlowStep, ...]
    """Steps in the order in which they were tried."""
    seconds: float


class SilentSeen(QuestionSeen, frozen=True, kw_only=True, tag="silent"):
    """What slow clients take away from others."""

    watched_seconds: float = 0.0
    """How long a server that let nobody in was watched, in seconds."""
    ways: tuple[Slow, ...] = ()
