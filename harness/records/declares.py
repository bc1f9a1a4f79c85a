"""Records of what the files of a repository declare."""

from __future__ import annotations

from enum import StrEnum

from harness.records.words import Result
from harness.records.words import SCHEMA


class Place(Result, frozen=True, kw_only=True):
    """A place in a repository that declares how many requests are handled at once."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    what: str
    """What it is in its file, such as ``web`` or ``service shop``; may be empty."""
    command: str
    known: bool
    """Whether the number is known."""
    declared: int | None
    """Requests at once on this machine; null for no bound, and where it is not known.
    """
    because: str
    """How that comes about, such as ``2 workers × 4 threads``, or why it is not known.
    """
    elsewhere: int | None = None
    """The number with the processors that were asked for; null if none were."""
    depends: bool = False
    """Whether it depends on the number of processors."""
    contradicts: tuple[str, ...] = ()
    """Other places, as ``FILE:LINE``, that say something else of the same app."""


class SendVerdict(StrEnum):
    """What a platform sends an instance, beside what the app there takes at once."""

    MORE = "sends more"
    FEWER = "sends fewer"
    AS_MANY = "as many"
    NO_LIMIT = "no limit"
    UNKNOWN = "not known"


class Sending(Result, frozen=True, kw_only=True):
    """How many requests a platform sends one instance, by a file of the platform."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    """Line of the limit, or of the instance where it has none."""
    platform: str
    what: str
    """The name of the service or the server; may be empty."""
    most: int | None
    """The most that it is ever sent at once; null for no limit."""
    aims: int | None
    """What the platform tries to keep to, and exceeds where it has to; null for none.
    """
    counts: str
    """``requests`` or ``connections``."""
    because: str
    """The origin of a default; empty if the file itself says it."""
    processors: float | None
    """Processors of one instance; null where the file does not say."""
    memory: str
    source: str
    """The page that documents what the platform sends."""
    read: str
    """When that page was read, ISO 8601."""
    takes: int | None
    """Requests that the app takes at once; null for no bound, and where that is not
    known."""
    of: str
    """The place that says so, as ``FILE:LINE``; empty where none does."""
    verdict: SendVerdict
    reason: str
    """The verdict in a sentence."""
    remedy: str = ""
    """What to change, on either side."""


class Waits(StrEnum):
    """What is waited for, by a platform and by the app there."""

    ANSWER = "a request that takes long"
    NEXT_REQUEST = "an idle connection"


class WaitVerdict(StrEnum):
    """Which side waits longer, platform or app."""

    APP_FIRST = "the app first"
    PLATFORM_FIRST = "the platform first"
    TOGETHER = "both at once"


class Waiting(Result, frozen=True, kw_only=True):
    """How long a platform waits, beside how long the app there does."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    platform: str
    about: Waits
    platform_seconds: float
    app_seconds: float | None
    """Null where nothing in the app gives up."""
    of: str
    """What starts the app, as ``FILE:LINE``."""
    verdict: WaitVerdict
    fault: bool
    """Whether requests are lost by it that need not be."""
    reason: str
    """The verdict in a sentence."""
    remedy: str = ""
    source: str
    """The page that documents how long the platform waits."""
    read: str
    """When that page was read, ISO 8601."""


class Places(Result, frozen=True, kw_only=True):
    """All places of a repository."""

    schema: int = SCHEMA
    processors: int
    """Processors of this machine."""
    elsewhere: int | None
    """Processors that were asked for besides."""
    places: tuple[Place, ...]
    sendings: tuple[Sending, ...] = ()
    """What platforms send, in the order of their files."""
    waiting: tuple[Waiting, ...] = ()
    """How long platforms wait, and the app."""
