"""The questions to ask of a configuration, the evidence of each, and the answers.

Evidence has no opinion: it is rounds and counts. A question that could not be asked has
an outcome and a reason, and says nothing about the cell that it was asked of.
"""

from __future__ import annotations

from enum import StrEnum

from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.words import Outcome
from harness.records.words import Result
from harness.records.words import Settled


class Question(StrEnum):
    """What can be asked of a configuration."""

    OVERLAP = "overlap"
    """How many requests are in the app at the same time? Always asked."""
    WAITS = "waits"
    """Does it depend on what a request waits for?"""
    PARALLEL = "parallel"
    """How many requests compute at the same time?"""
    SELF_CALL = "self-call"
    """Can a request call its own server?"""
    SILENT = "silent"
    """What can a slow client do?"""
    OVERFLOW = "overflow"
    """What happens to requests beyond the ceiling?"""
    ABANDONED = "abandoned"
    """What happens when the client gives up?"""
    RECOVERY = "recovery"
    """What happens when a worker, or the server, is ended?"""


DEFAULT_ASK = (Question.OVERLAP, Question.SELF_CALL)
"""What is asked when nobody says otherwise: what takes milliseconds."""


# -------------------------------------------------------------------- what was seen


class QuestionSeen(Result, frozen=True, kw_only=True, tag_field="question"):
    """What all questions have in common; each adds what was seen when it was asked."""

    outcome: Outcome = Outcome.MEASURED
    """What happened when it was asked."""
    reason: str = ""
    """Why it could not be asked; empty when it was."""
    log_tail: str = ""
    """The end of the server's output, where it could not be asked."""
    seconds: float = 0.0
    """Wall time that the question took, with starting a server for it if one was."""

    @property
    def question(self) -> Question:
        """The question that was asked: the tag that it is written with."""
        return Question(str(self.__struct_config__.tag))

    def answer(self, answer: str, sentence: str, number: int | None = None) -> Answer:
        """An answer to the question, as it was concluded from what was seen."""
        return Answer(
            question=self.question,
            answer=answer,
            sentence=sentence,
            number=number,
            seconds=self.seconds,
        )

    def unknown(self, why: str) -> Answer:
        """The answer where what was seen leaves it open."""
        return self.answer(UNKNOWN, f"It is not known: {why}.")


class CallRound(Result, frozen=True, kw_only=True):
    """Some requests together in the app, each of which then called its own server."""

    calls: int
    """Requests that were to call."""
    together: int
    """How many of these were in the app when they were let go to call."""
    answered: int
    """Calls that were answered by the app."""
    failed: int
    """Calls, or requests that were to call, that came to another end."""
    stuck: int
    """Calls that were not let in, with the server quiet."""
    waiting: int
    """Requests that were to call and were not let in themselves, at that moment."""
    settled: Settled
    """What told that no more would happen: all of them answered, or quiet."""
    account: Account
    """How the requests that were to call ended, the stuck ones after giving up."""


class SelfCallSeen(QuestionSeen, frozen=True, kw_only=True, tag="self-call"):
    """What was seen of requests that call their own server."""

    rounds: tuple[CallRound, ...] = ()


class Wait(StrEnum):
    """What a request in the app waits for."""

    BLOCKING = "blocking"
    """A C function that lets other threads run, but knows nothing of greenlets."""
    LOCK = "lock"
    """A lock of ``threading``."""
    SLEEP = "sleep"
    """``time.sleep``."""
    ASYNC = "async"
    """An ``await``, in an ``async def`` view."""


class WaitKindSeen(Result, frozen=True, kw_only=True):
    """What was seen of requests that waited for one thing."""

    wait: Wait
    outcome: Outcome = Outcome.MEASURED
    """What happened; not supported where there is no such wait."""
    reason: str = ""
    rounds: tuple[Round, ...] = ()


class WaitsSeen(QuestionSeen, frozen=True, kw_only=True, tag="waits"):
    """What was seen of requests that wait for something else than a socket, for which
    requests wait when their overlap is measured.
    """

    waits: tuple[WaitKindSeen, ...] = ()


class OverflowSeen(QuestionSeen, frozen=True, kw_only=True, tag="overflow"):
    """What was seen of requests beyond the ceiling."""

    came: int = 0
    """Requests that came in all, until one got no connection, was sent away, or as many
    had come as are tried."""
    in_app: int = 0
    """Of these in the app, with the server quiet."""
    waiting: int = 0
    """Of these sent whole, neither in the app nor ended, at that moment."""
    in_backlog: int | None = None
    """Connections that the kernel held for the server and that this had not accepted;
    null where that cannot be told."""
    not_opened: int = 0
    """Requests that got no connection, though it was begun several times."""
    refused: int = 0
    reset: int = 0
    turned_away: dict[str, int] = {}
    """Requests that were answered without entering the app, by status."""
    served: tuple[int, ...] = ()
    """When one was let go after the other: which entered, by the order in which they
    had come."""
    stalled: int = 0
    """Requests that still waited with the server quiet after all were let go."""
    settled: Settled = Settled.STEADY_COUNT
    account: Account = Account()
    """How all of those that came ended, and as not opened those that did not come."""


class ComputeRound(Result, frozen=True, kw_only=True):
    """Some requests that computed together, from when they were let go until the first
    of them was through. Times are seconds.
    """

    computing: int
    processes: int
    """Distinct processes that they were in."""
    seconds: float
    """How long that took, by a monotonic clock."""
    used: float
    """Processor time of the server meanwhile."""
    waited: float
    """Time in which its threads were ready to run and waited for a processor."""
    lag_seconds: float = 0.0
    """How long the harness itself was held up meanwhile, at the longest."""


class ParallelSeen(QuestionSeen, frozen=True, kw_only=True, tag="parallel"):
    """What was seen of requests that compute."""

    processors: int = 0
    """Processors that the server was allowed to use."""
    rounds: tuple[ComputeRound, ...] = ()


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


class SilentSeen(QuestionSeen, frozen=True, kw_only=True, tag="silent"):
    """What slow clients take away from others."""

    watched_seconds: float = 0.0
    """How long it was watched whether a server that nobody got into frees itself."""
    ways: tuple[Slow, ...] = ()


class AbandonedSeen(QuestionSeen, frozen=True, kw_only=True, tag="abandoned"):
    """What becomes of requests whose clients have reset the connection."""

    offered: int = 0
    held: int = 0
    """In the app with the server quiet. The clients of all of these then left."""
    kept: int = 0
    """Of these still held with the server quiet again."""
    waiting: int = 0
    """Not in the app, and not ended, when the first had left."""
    entered_instead: int = 0
    """Of these in the app before the first were let go."""
    waiting_left: int = 0
    """Of these still waiting then. Their clients left too."""
    entered_later: int = 0
    """Of these in the app when the first had been let go."""
    after: tuple[int, ...] = ()
    """In the app when as many were offered anew; again until as many as were held at
    first were in the app."""
    quiet: bool = True
    """Whether the server was quiet each time that something was counted."""


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


AnySeen = (
    SelfCallSeen
    | WaitsSeen
    | OverflowSeen
    | ParallelSeen
    | SilentSeen
    | AbandonedSeen
    | RecoverySeen
)
"""What was seen of one question; in JSON the key ``question`` tells of which."""


# ----------------------------------------------------------------------- the answers


UNKNOWN = "unknown"
"""The answer where what was seen leaves it open."""

NOT_QUIET = (
    "It is not known: the server was not quiet when requests were counted, so more may "
    "have been on their way. Measure again while this machine has less to do."
)
"""The sentence where a harness that is too slow may be taken for a slow server."""


class Answer(Result, frozen=True, kw_only=True):
    """What one question came to."""

    question: Question
    answer: str
    """In a word or a few, such as ``yes``, ``deadlock``, ``10``; or ``unknown``."""
    sentence: str
    """The same for somebody who has not heard of the question."""
    number: int | None = None
    """The answer as a number, where it is one; what it counts is told by the page
    about the question."""
    seconds: float
    """Wall time that the question took."""
