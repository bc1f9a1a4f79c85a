"""Records of clients that stay: slow uploads, event streams, WebSockets and polls.

A client stays if its request or connection lasts until the client or the app ends it.
"""

from enum import StrEnum
from typing import NamedTuple

from harness.records.choices import Question
from harness.records.questions import QuestionSeen
from harness.records.slow_clients import StepBeside
from harness.records.words import Result


class StayWords(NamedTuple):
    """Words for the clients that stay in one way."""

    single: str
    several: str
    open: str
    """What they are called while they stay."""


WORDS = {
    Question.UPLOADS: StayWords("slow upload", "slow uploads", "on the way"),
    Question.EVENTS: StayWords("event stream", "event streams", "open"),
    Question.SOCKETS: StayWords("WebSocket", "WebSockets", "open"),
    Question.POLLS: StayWords("client that polls", "clients that poll", "there"),
}


class OwnRoutes(Result, frozen=True, kw_only=True):
    """The app's own paths at which clients stay; empty if none is given."""

    upload_to: str = ""
    """A path that takes an upload by POST."""
    events_at: str = ""
    """A path that answers with an event stream."""
    socket_at: str = ""
    """A path that opens a WebSocket."""
    polls_at: str = ""
    """The path of Socket.IO, whose clients poll."""


class StayStep(StepBeside, frozen=True, kw_only=True):
    """A number of staying clients, and what happened to ordinary requests meanwhile."""

    in_app: int | None = None
    """Clients in the app; null if unknown, as for sockets and for routes of the app's
    own."""
    begun: int = 0
    """Clients that had got the first part of what they asked for: the first event of a
    stream, or a socket's opening and a first message."""
    ended: int = 0
    """Clients that were answered or cut off before others were offered."""
    freed_seconds: float | None = None
    """Seconds from the arrival of the clients that stay to the first ordinary request
    admitted, if none was admitted at first; null if none was later."""


class StayingSeen(QuestionSeen, frozen=True, kw_only=True):
    """What clients that stay leave to others."""

    path: str = ""
    """The app's own path that they requested; empty for the probe's."""
    watched_seconds: float = 0.0
    """How long a server that let nobody in was watched, in case it frees itself."""
    steps: tuple[StayStep, ...] = ()
    """Steps in the order they were tried; the first has no client that stays."""
    statuses: tuple[int, ...] = ()
    """The statuses with which clients that did not stay were answered."""


class UploadsSeen(StayingSeen, frozen=True, kw_only=True, tag="uploads"):
    """What slow uploads leave to others."""


class EventsSeen(StayingSeen, frozen=True, kw_only=True, tag="events"):
    """What open event streams leave to others."""

    open: int = 0
    """Streams that were open when the app sent each a further event."""
    live: int | None = None
    """Streams whose client got that event while the stream lasted; null if not
    tried."""
    left: tuple[int, ...] = ()
    """Streams that were still in the app when all clients had left, and again after
    each further event that the app sent them; empty if that was not tried."""


class SocketsSeen(StayingSeen, frozen=True, kw_only=True, tag="sockets"):
    """What open WebSockets leave to others."""


class PollsSeen(StayingSeen, frozen=True, kw_only=True, tag="polls"):
    """What clients of Socket.IO that poll leave to others."""

    kept_seconds: float = 0.0
    """The longest time that requests stayed in the app after their clients had left,
    until their sessions were closed by requests that needed a slot themselves."""


class Taking(StrEnum):
    """What a client that stays takes from others."""

    EACH = "a place each"
    SOME = "some places"
    NONE = "none that was seen"


NOTICED_SECONDS = 2.0
"""Seconds for which a slot must be kept to count: less may be due to a busy machine."""


def least_shut_out(
    number: str, after: str, chance: bool, waits_from: int | None
) -> str:
    """The smallest number of clients that shuts everyone else out, in words.

    ``after`` is how long the server takes to free itself; empty if it does not.
    """
    until = f" for {after}" if after else ""
    by_chance = ", by chance" if chance else ""
    earlier = f", one may wait from {waits_from}" if waits_from else ""
    return f"{number}{until}{by_chance}{earlier}"


class StayNumbers(Result, frozen=True, kw_only=True):
    """The result for clients that stay in one way, in a report."""

    question: Question
    places: int
    """Ordinary requests in the app when nobody stays; at most 16 are offered."""
    shut_out_by: int | None
    """The smallest number of staying clients that shuts everyone else out; null if
    there was always room."""
    tried: int
    """The largest number of staying clients that was tried."""
    taking: Taking
    frees_after: float | None
    """Seconds after which the server let others in nevertheless; null if it did not."""
    in_app: bool | None
    """Whether clients that stay are in the app; null if unknown."""
    served_after: bool = True
    """Whether waiting requests were served after the staying clients had left."""
    held_back: bool = False
    """Whether further events do not reach the client while its stream lasts."""
    chance: bool = False
    """Whether several workers shared the load by chance, so that another number may be
    seen next time."""
    waits_from: int | None = None
    """The smallest number that can fill one worker, so that a request that reaches it
    waits although others have room; null if that is not less, or unknown."""
    left: tuple[int, ...] = ()
    """Streams still in the app when their clients had left; then after each event."""
    kept_seconds: float = 0.0
    """The longest time that polls stayed in the app after their clients had left; zero
    for other questions."""

    @property
    def gone_after(self) -> int | None:
        """Events after which no stream was left in the app; ``None`` if one was."""
        return self.left.index(0) if 0 in self.left else None

    def in_short(self, number: str) -> str:
        """The result in short.

        ``number`` is the wording for the clients that shut others out.
        """
        after = f"{self.frees_after:.0f} s" if self.frees_after else ""
        return least_shut_out(number, after, self.chance, self.waits_from)
