"""Knows the records of what was found release by release: a timeline, and where a
number changed.
"""

from __future__ import annotations

from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.evidence import Host
from harness.records.rounds import AdmissionPoint
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.records.words import Result
from harness.records.words import SCHEMA


class Span(Result, frozen=True, kw_only=True):
    """Releases one after another with the same number."""

    releases: tuple[str, ...]
    """Those that were measured, oldest first."""
    said: str
    """The number as ``expected.toml`` spells it, or the outcome."""
    outcome: Outcome
    floor: int | None
    """The least that any of them admitted at the declared number."""
    ceiling: int | None
    apart: dict[str, str] = {}
    """By release, the numbers that are others, though chance explains that."""
    change: Change | None = None
    """What it is against the span before; null for the first."""
    reason: str = ""
    """Both numbers."""
    versions: tuple[Difference, ...] = ()
    """What else was installed in another version where the span begins; it may be the
    cause as well."""
    new: bool = False
    """Whether this change was not known before this run."""


class Gap(Result, frozen=True, kw_only=True):
    """Releases of which nothing can be said."""

    releases: tuple[str, ...]
    outcome: Outcome
    reason: str


class Line(Result, frozen=True, kw_only=True):
    """One configuration, release by release."""

    package: str
    """Whose releases: Flask, or the name of the server."""
    server: str
    server_title: str = ""
    """What people call the server; empty for its name."""
    configuration: str
    beside: str
    """The release of the other one that stays the same; empty where none does."""
    python: str
    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...] = ()
    measured: tuple[str, ...] = ()
    """Releases that were measured in this run."""


class Timeline(Result, frozen=True, kw_only=True):
    """What is known of all releases: the file ``timeline.json``."""

    schema: int = SCHEMA
    probe: int = PROBE
    made_at: str
    """UTC, ISO 8601."""
    lines: tuple[Line, ...]


class Side(Result, frozen=True, kw_only=True):
    """One side of a change, and how it is known."""

    release: str
    cell: str
    """The id of the cell."""
    said: str
    outcome: Outcome
    reason: str
    rounds: int
    curve: tuple[AdmissionPoint, ...]
    installed: dict[str, str]
    measured_at: str
    host: Host
    reproduce: str


class Try(Result, frozen=True, kw_only=True):
    """A release that was looked at."""

    release: str
    said: str
    like: str
    """``old`` or ``new``, whichever end it is like; ``neither``; or empty when nothing
    can be said of it."""
    reason: str
    reused: bool
    """Whether it was in the history already."""


class Swap(Result, frozen=True, kw_only=True):
    """One package in the other side's release, and all else as it was."""

    packages: tuple[Difference, ...]
    """What was swapped: from the side that it was done on to the other."""
    on: str
    """``old`` or ``new``: the side that everything else is from."""
    like: str
    """As for ``Try``."""
    said: str
    reason: str


class Bisection(Result, frozen=True, kw_only=True):
    """Where a number changed: the file ``bisection.json``."""

    schema: int = SCHEMA
    probe: int = PROBE
    package: str
    """Whose releases: Flask, or the name of the server."""
    server: str
    server_title: str = ""
    """What people call the server; empty for its name."""
    configuration: str
    python: str
    releases: tuple[str, ...]
    """All between the two ends, and these, oldest first."""
    old: Side
    """The last that is like the old end."""
    new: Side
    """The first that is not."""
    words: str
    """Both numbers."""
    between: tuple[Gap, ...]
    """Releases between the two of which nothing can be said: any may be the one."""
    tries: tuple[Try, ...]
    others: tuple[str, ...] = ()
    """What speaks against a single change."""
    versions: tuple[Difference, ...]
    """All that was installed in another version; the most important first."""
    swaps: tuple[Swap, ...] = ()
    cause: str
    """One sentence: what the change comes from, as far as was found."""
