"""Records of a server's life: acts, and a tape of each.

A tape says how many requests were in the app at every moment.
"""

from enum import StrEnum

from harness.records.choices import Act
from harness.records.questions import QuestionSeen
from harness.records.words import Outcome
from harness.records.words import Result


class OnTerm(StrEnum):
    """What a deployment promises to do on SIGTERM."""

    FINISH = "finish"
    """Answer all requests that are in the app."""


class Sent(Result, frozen=True, kw_only=True):
    """A signal that was sent."""

    at: float
    """Seconds after the first signal of the act."""
    signal: str
    """The signal, such as ``SIGHUP``."""
    to: str
    """The receiver, such as ``the first process``."""


class LostRequest(Result, frozen=True, kw_only=True):
    """A request that was offered and not answered by the app."""

    request: str
    """The name of the request."""
    ended: str
    """How it ended: a field of ``Account``."""
    status: int | None = None
    """The status of its answer, if there was one."""
    process: int | None = None
    """The process that it was in; null if it never entered the app."""
    offered_at: float
    """Times are seconds after the act; negative is before it."""
    entered_at: float | None = None
    ended_at: float


class Lane(Result, frozen=True, kw_only=True):
    """One process that held requests while a tape was recorded."""

    process: int
    first: float
    """When the first request entered it, in seconds after the act."""
    last: float
    """When the last request left it."""
    requests: int
    """Requests that entered it."""


class SlowHandOff(Result, frozen=True, kw_only=True):
    """A slot that stayed empty for long before the next request took it."""

    process: int
    begin: float
    """Times are seconds after the act."""
    end: float
    waited: float
    """Seconds of this gap during which threads of the process were ready to run but
    waited for a processor."""


class TapeSeen(Result, frozen=True, kw_only=True):
    """What was seen during one act."""

    act: Act
    outcome: Outcome = Outcome.MEASURED
    reason: str = ""
    """Why there is no tape, or what the server did not do; may be empty."""
    places: int = 0
    """Requests in the app at once, as known before the act."""
    offered: int = 0
    """Requests offered at any time; each was replaced when it ended."""
    stay_seconds: float = 0.0
    """How long each stayed in the app, in seconds."""
    boot_seconds: float = 0.0
    """How long importing the app was made to take, in seconds."""
    sent: tuple[Sent, ...] = ()
    at_ms: tuple[int, ...] = ()
    """Milliseconds after the act at which the number in the app changed."""
    old: tuple[int, ...] = ()
    """The number in the app at each of these moments, in processes that had held
    requests before the act."""
    new: tuple[int, ...] = ()
    """The number in the app at each of these moments, in processes that came later."""
    lanes: tuple[Lane, ...] = ()
    """Processes that held requests, by the time of the first."""
    slow: tuple[SlowHandOff, ...] = ()
    """Hand-offs within one process that took long."""
    requests: int = 0
    """Requests offered in total."""
    answered: int = 0
    lost: tuple[LostRequest, ...] = ()
    """The first requests that the app did not answer."""
    lost_in_all: int = 0
    before_act: int = 0
    """Requests lost before the act, and so not because of it."""
    hand_off_seconds: float = 0.0
    """The longest time, before the act, from the release of a request until another was
    in the app."""
    lag_seconds: float = 0.0
    """The longest time that the harness itself was held up, in seconds."""
    ended: str = ""
    """How the first process ended; empty when it did not."""
    ended_at: float | None = None
    survivors: int = 0
    """Processes that were left when the first process had ended or the grace period was
    over."""
    catches_term: bool | None = None
    """Whether the first process has a handler for SIGTERM. The first process of a
    container gets no signal for which it has no handler. Null if unknown."""
    long_stayed: float | None = None
    """How long the long request stayed until it was lost; null if it was not lost."""
    watched_seconds: float = 0.0
    """Length of the tape from the act on."""


class IdleSeen(Result, frozen=True, kw_only=True):
    """What became of idle connections when the server was reloaded."""

    connections: int
    """Clients that got an answer and wanted to keep their connection open."""
    kept: int = 0
    """Connections that were still open when the server was told to reload."""
    closed: int = 0
    """Connections that the server closed after that, before anything more was sent."""
    answered: int = 0
    """Connections whose next request was answered."""
    lost: int = 0
    """Connections whose next request was sent whole and then cut off."""

    @property
    def unanswered(self) -> int:
        """Connections that had no answer yet when the watch ended."""
        return self.kept - self.closed - self.answered - self.lost


class LifeSeen(QuestionSeen, frozen=True, kw_only=True, tag="life"):
    """How many requests were in the app at every moment of a server's life."""

    tapes: tuple[TapeSeen, ...] = ()
    idle: IdleSeen | None = None
    """Idle connections when it was reloaded; null if it was not reloaded."""


# ------------------------------------------------------------------- in a report


class TapePoint(Result, frozen=True, kw_only=True):
    """How many slots there are from a moment on."""

    at: float
    """Seconds after the act; negative is before it."""
    old: int
    """Slots in processes that were there before the act."""
    new: int
    """Slots in processes that came later."""


class Tape(Result, frozen=True, kw_only=True):
    """One act, and its result."""

    act: Act
    known: bool
    """Whether the tape was recorded without a hold-up of the harness that could be
    mistaken for missing slots."""
    outcome: Outcome = Outcome.MEASURED
    """The outcome of the act, such as *not supported*."""
    sentence: str
    """What happened, for somebody who does not know the question, or why that is
    unknown."""
    usual: int = 0
    """Slots before the act for most of the time, or the floor if that is lower."""
    lowest: int = 0
    """The fewest slots from the act on."""
    lowest_seconds: float = 0.0
    """Total seconds with no more slots than ``lowest``."""
    after: int = 0
    """Slots at the end."""
    blink_seconds: float = 0.0
    """Slots that are missing for no longer than this are not counted: a request
    leaves, and the next one is about to enter."""
    lost_in_app: int = 0
    """Lost requests that were in the app."""
    lost_waiting: int = 0
    """Lost requests that had been offered before the act and were waiting."""
    lost_later: int = 0
    """Lost requests that were offered after the act."""
    lost_on_idle: int | None = None
    """Idle connections that lost the next request; null if there were none."""
    killed: bool = False
    """Whether anything left of the server after the grace period was killed."""
    lost: tuple[LostRequest, ...] = ()
    """The first lost requests, by name."""
    sent: tuple[Sent, ...] = ()
    points: tuple[TapePoint, ...] = ()
    """The tape itself, without gaps shorter than a blink."""
    until: float = 0.0
    """Where the tape ends, in seconds after the act."""
