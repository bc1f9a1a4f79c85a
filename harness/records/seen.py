"""Records of what was seen when questions were asked: rounds and counts."""

from enum import StrEnum
from typing import get_args

from harness.records.breaks import BreaksSeen
from harness.records.choices import Question
from harness.records.health import ProbesSeen
from harness.records.http2 import Http2Seen
from harness.records.life import LifeSeen
from harness.records.memory import MemorySeen
from harness.records.places import PlacesSeen
from harness.records.questions import QuestionSeen
from harness.records.recovery import RecoverySeen
from harness.records.rounds import Account
from harness.records.rounds import Round
from harness.records.slow_clients import SilentSeen
from harness.records.staying import EventsSeen
from harness.records.staying import PollsSeen
from harness.records.staying import SocketsSeen
from harness.records.staying import UploadsSeen
from harness.records.words import Outcome
from harness.records.words import Result
from harness.records.words import Settled


class CallRound(Result, frozen=True, kw_only=True):
    """A round of requests in the app together, each of which called its own server."""

    calls: int
    """Requests that were to call."""
    together: int
    """How many of these requests were in the app when they were told to call."""
    answered: int
    """Calls that were answered by the app."""
    failed: int
    """Calls, or requests that were to call, that ended in another way."""
    stuck: int
    """Calls that were not let in, with the server quiet."""
    waiting: int
    """Requests that were to call but were themselves not in the app at that moment."""
    settled: Settled
    """How it was known that no more would happen: all answered, or the server quiet."""
    account: Account
    """How the requests that were to call ended; stuck ones ended after giving up."""


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
    STREAM = "stream"
    """A socket, with the answer begun: between two pieces that are streamed."""


class WaitKindSeen(Result, frozen=True, kw_only=True):
    """What was seen of requests with one kind of wait."""

    wait: Wait
    outcome: Outcome = Outcome.MEASURED
    """What happened; not supported where there is no such wait."""
    reason: str = ""
    rounds: tuple[Round, ...] = ()


class WaitsSeen(QuestionSeen, frozen=True, kw_only=True, tag="waits"):
    """What was seen of requests that wait for something other than a socket.

    A socket is what they wait for when overlap is measured.
    """

    waits: tuple[WaitKindSeen, ...] = ()


class OverflowSeen(QuestionSeen, frozen=True, kw_only=True, tag="overflow"):
    """What happened to requests beyond the ceiling."""

    came: int = 0
    """Requests sent in all, until one got no connection or was sent away, or the limit
    was reached."""
    in_app: int = 0
    """How many were in the app when the server was quiet."""
    waiting: int = 0
    """How many had been sent whole and were neither in the app nor ended at that
    moment."""
    in_backlog: int | None = None
    """Connections that the kernel held for the server and that it had not accepted;
    null if unknown."""
    not_opened: int = 0
    """Requests that got no connection in several attempts."""
    refused: int = 0
    reset: int = 0
    turned_away: dict[str, int] = {}
    """Requests that were answered without entering the app, by status."""
    served: tuple[int, ...] = ()
    """Requests that entered while held ones were released one by one, numbered in the
    order in which they had come."""
    stalled: int = 0
    """Requests that still waited after all others were released."""
    given_up_early: bool = False
    """Whether these stalled requests were given up before the server was quiet."""
    settled: Settled = Settled.STEADY_COUNT
    account: Account = Account()
    """How all of these requests ended; *unopened* are those that got no connection."""


class ComputeRound(Result, frozen=True, kw_only=True):
    """Some requests that computed together.

    It lasts from their release until the first of them was done. Times are seconds.
    """

    computing: int
    processes: int
    """Distinct processes of the requests."""
    seconds: float
    """Duration in seconds, by a monotonic clock."""
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


class AbandonedSeen(QuestionSeen, frozen=True, kw_only=True, tag="abandoned"):
    """What becomes of requests whose clients have reset the connection."""

    offered: int = 0
    held: int = 0
    """Requests in the app when the server was quiet; then their clients left."""
    kept: int = 0
    """How many of these were still in the app when the server was quiet again."""
    waiting: int = 0
    """Requests still waiting once the clients of the held requests had left."""
    entered_instead: int = 0
    """Waiting requests that entered before the held ones were released."""
    waiting_left: int = 0
    """Requests that were still waiting then; their clients left too."""
    entered_later: int = 0
    """How many of these entered once the held ones were released."""
    after: tuple[int, ...] = ()
    """Requests in the app in further rounds, until there were as many as at first."""
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
    | ProbesSeen
    | LifeSeen
    | MemorySeen
    | BreaksSeen
    | UploadsSeen
    | EventsSeen
    | SocketsSeen
    | PollsSeen
    | Http2Seen
    | PlacesSeen
)
"""What was seen of one question; in JSON the key ``question`` names it."""

RECORDS: dict[Question, type[AnySeen]] = {
    Question(str(kind.__struct_config__.tag)): kind for kind in get_args(AnySeen)
}
"""The record of what was seen, by question."""
