"""Records of what the files of a repository declare."""

from enum import StrEnum

from harness.records.words import Result
from harness.records.words import SCHEMA


class Place(Result, frozen=True, kw_only=True):
    """A place in a repository that declares how many requests are handled at once."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    what: str
    """Its name in the file, such as ``web`` or ``service shop``; may be empty."""
    command: str
    known: bool
    """Whether the number is known."""
    declared: int | None
    """Requests at once on this machine; null if there is no bound, or if it is
    unknown."""
    because: str
    """The origin of the number, such as ``2 workers × 4 threads``, or why it is
    unknown."""
    elsewhere: int | None = None
    """The number with the given processors; null if none were given."""
    depends: bool = False
    """Whether the number depends on the number of processors."""
    contradicts: tuple[str, ...] = ()
    """Other places, as ``FILE:LINE``, that declare something else for the same app."""


class SendVerdict(StrEnum):
    """Whether what a platform sends an instance fits what the app takes at once."""

    MORE = "sends more"
    FEWER = "sends fewer"
    AS_MANY = "as many"
    NO_LIMIT = "no limit"
    UNKNOWN = "not known"


class Sending(Result, frozen=True, kw_only=True):
    """How many requests a platform sends one instance, by the platform's file."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    """Line of the limit, or of the instance if it has none."""
    platform: str
    what: str
    """The name of the service or the server; may be empty."""
    most: int | None
    """The most that it is ever sent at once; null for no limit."""
    aims: int | None
    """The number that the platform aims at, and exceeds if it has to; null if it has
    none."""
    limit_known: bool = True
    """Whether it is known what the platform sends, even if that is *no limit*."""
    counts: str
    """``requests`` or ``connections``."""
    because: str
    """The origin of a default; empty if the file itself says it."""
    processors: float | None
    """Processors of one instance; null if the file does not say."""
    memory: str
    source: str
    """The page that documents what the platform sends."""
    read: str
    """When that page was read, ISO 8601."""
    takes: int | None
    """Requests that the app takes at once; null if there is no bound, or if it is
    unknown."""
    of: str
    """The place that declares this, as ``FILE:LINE``; empty if there is none."""
    verdict: SendVerdict
    reason: str
    """The verdict in a sentence."""
    remedy: str = ""
    """What to change on either side."""


class Waits(StrEnum):
    """What a platform and the app wait for."""

    ANSWER = "a request that takes long"
    NEXT_REQUEST = "an idle connection"


class WaitVerdict(StrEnum):
    """Which side waits longer, platform or app."""

    APP_FIRST = "the app first"
    PLATFORM_FIRST = "the platform first"
    TOGETHER = "both at once"


class Waiting(Result, frozen=True, kw_only=True):
    """How long a platform waits, compared with how long the app does."""

    file: str
    """Path relative to the folder that was looked through."""
    line: int
    platform: str
    about: Waits
    platform_seconds: float
    app_seconds: float | None
    """Seconds until the app gives up; null if it never does."""
    of: str
    """The place that starts the app, as ``FILE:LINE``."""
    verdict: WaitVerdict
    fault: bool
    """Whether it loses requests that need not be lost."""
    reason: str
    """The verdict in a sentence."""
    remedy: str = ""
    source: str
    """The page that documents how long the platform waits."""
    read: str
    """When that page was read, ISO 8601."""


class Unread(Result, frozen=True, kw_only=True):
    """A file that was not read, or not completely."""

    file: str
    """Path relative to the folder that was looked through; ``.`` for the folder
    itself."""
    reason: str
    """What was left out, in a sentence."""


class Places(Result, frozen=True, kw_only=True):
    """All places of a repository."""

    schema: int = SCHEMA
    processors: int
    """Processors of this machine."""
    elsewhere: int | None
    """Other numbers of processors that were asked for."""
    places: tuple[Place, ...]
    sendings: tuple[Sending, ...] = ()
    """What platforms send, in the order of the files."""
    waiting: tuple[Waiting, ...] = ()
    """How long platforms and the app wait."""
    unread: tuple[Unread, ...] = ()
    """Files that were not read, or not completely."""
