"""Records of what the files of a repository declare."""

from __future__ import annotations

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
    """Whether it can be said what it comes to."""
    declared: int | None
    """Requests at once on this machine; null for no bound, and where it is not known.
    """
    because: str
    """How that comes about, such as ``2 workers × 4 threads``, or why it is not known.
    """
    elsewhere: int | None = None
    """The same with the processors that were asked for; null where none were."""
    depends: bool = False
    """Whether it depends on the number of processors."""
    contradicts: tuple[str, ...] = ()
    """Other places, as ``FILE:LINE``, that say something else of the same app."""


class Places(Result, frozen=True, kw_only=True):
    """All places of a repository."""

    schema: int = SCHEMA
    processors: int
    """Of this machine."""
    elsewhere: int | None
    """Processors that were asked for besides."""
    places: tuple[Place, ...]
