"""Records of requests on one HTTP/2 connection, and of how many get in."""

from harness.records.questions import QuestionSeen
from harness.records.words import Result
from harness.records.words import Settled


class StreamRound(Result, frozen=True, kw_only=True):
    """Requests sent together as streams of one connection."""

    offered: int
    """Requests that were sent: fewer than intended if the server allows no more streams
    at once."""
    admitted: int
    """How many were in the app when the server was quiet."""
    waiting: int
    """How many were neither in the app nor answered."""
    processes: int
    """Number of processes that the admitted requests were in."""
    settled: Settled
    """How it was known that no more would enter."""
    answered: int
    """How many were answered with status 200 in the end."""


class Http2Seen(QuestionSeen, frozen=True, kw_only=True, tag="http2"):
    """What was seen of requests that share a connection."""

    asked: int = 0
    """Requests that should have been sent together."""
    streams: int | None = None
    """Streams at once that the server allows on a connection
    (``SETTINGS_MAX_CONCURRENT_STREAMS``); null if it names no number."""
    rounds: tuple[StreamRound, ...] = ()
    """Rounds; the first has one request alone."""


class Http2Numbers(Result, frozen=True, kw_only=True):
    """The result of the rounds, in a report."""

    one: int
    """The most requests of one connection in the app at once."""
    several: int
    """The most requests in the app at once if each has its own connection."""
    offered: int
    """Requests sent together on one connection."""
    streams: int | None
    """Streams at once that the server allows on a connection."""
    fewer: bool
    """Whether one connection gets fewer slots than several do."""
    processes: int
    """The most processes that requests of one connection were in."""
