"""Records of what fails first when a server runs out of files, threads or memory."""

from enum import StrEnum

from harness.records.questions import QuestionSeen
from harness.records.rounds import Account
from harness.records.words import Outcome
from harness.records.words import Result
from harness.records.words import Settled


class Scarce(StrEnum):
    """A resource of which a server gets only little."""

    FILES = "files"
    """Open files, sockets among them: ``ulimit -n``."""
    THREADS = "threads"
    """Processes and threads of its user: ``ulimit -u``. Root is exempt from it."""
    MEMORY = "memory"
    """Private memory that it may map, with the stacks of its threads: ``ulimit -d``."""
    TASKS_OF_A_GROUP = "tasks of a container"
    """Processes and threads of a control group, as a container has one."""
    MEMORY_OF_A_GROUP = "memory of a container"
    """Memory that a control group uses, as a container has one."""


class Strained(Result, frozen=True, kw_only=True):
    """What was seen of a server with little of one resource."""

    scarce: Scarce
    outcome: Outcome = Outcome.MEASURED
    reason: str = ""
    allowed: int = 0
    """How much more it may use than when it is idle; for memory, in bytes."""
    offered: int = 0
    """Requests that were sent."""
    held: int = 0
    """The most requests in the app at once."""
    waiting: int = 0
    """Requests neither in the app nor ended, when nothing more happened."""
    settled: Settled = Settled.ALL_ENTERED
    account: Account = Account()
    """How all requests had ended by then; *timed out* stands for requests still
    open."""
    statuses: tuple[int, ...] = ()
    """Statuses of requests that were answered."""
    printed: str = ""
    """The last line of the server's output that reports an error."""
    ended: str = ""
    """How the server ended; empty when it did not."""
    again: bool = False
    """Whether one more request entered the app after all others had left."""
    quiet: bool = True
    """Whether the server was quiet when that request did not enter."""

    @property
    def is_in_doubt(self) -> bool:
        """Whether requests may have been on their way when they were given up."""
        late = self.waiting > 0 and self.settled is Settled.STEADY_COUNT
        return late or not self.quiet


class BreaksSeen(QuestionSeen, frozen=True, kw_only=True, tag="breaks"):
    """What was seen of a server with little of each resource."""

    limits: tuple[Strained, ...] = ()
