"""Records of a timeline, release by release, and of a bisection."""

from harness.records.changes import Change
from harness.records.changes import Difference
from harness.records.evidence import Host
from harness.records.rounds import AdmissionPoint
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.records.words import Result
from harness.records.words import SCHEMA


class Span(Result, frozen=True, kw_only=True):
    """Successive releases with the same number."""

    releases: tuple[str, ...]
    """Measured releases, oldest first; the others are in the gaps."""
    said: str
    """The number as ``expected.toml`` spells it, or the outcome."""
    outcome: Outcome
    floor: int | None
    """The lowest floor of the releases."""
    ceiling: int | None
    """The highest ceiling of the releases."""
    apart: dict[str, str] = {}
    """Numbers, by release, that differ from ``said``; chance explains the
    difference."""
    change: Change | None = None
    """The change from the span before; null for the first span."""
    reason: str = ""
    """The number before and now, and which release was compared if it is not the one
    before."""
    versions: tuple[Difference, ...] = ()
    """Other packages whose version changes where the span begins; one of them may be
    the cause."""
    new: bool = False
    """Whether the change was not known before this run."""


class Gap(Result, frozen=True, kw_only=True):
    """Successive releases without a result, for the same reason."""

    releases: tuple[str, ...]
    outcome: Outcome
    reason: str


class Line(Result, frozen=True, kw_only=True):
    """One configuration, release by release."""

    package: str
    """The package whose releases these are: Flask, or the name of the server."""
    server: str
    server_title: str = ""
    """The server's name as people write it; empty if it is ``server``."""
    configuration: str
    beside: str
    """The package and release that stay the same, such as ``gunicorn 27.0.1``; empty if
    none does."""
    python: str
    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...] = ()
    measured: tuple[str, ...] = ()
    """Releases that were measured in this run."""


class Timeline(Result, frozen=True, kw_only=True):
    """Configurations, release by release: the file ``timeline.json``."""

    schema: int = SCHEMA
    probe: int = PROBE
    made_at: str
    """UTC, ISO 8601."""
    lines: tuple[Line, ...]


class Side(Result, frozen=True, kw_only=True):
    """One side of a change, and its measurement."""

    release: str
    cell: str
    """The id of the cell."""
    said: str
    """The number as ``expected.toml`` spells it, or the outcome."""
    outcome: Outcome
    reason: str
    rounds: int
    """How many rounds were measured."""
    curve: tuple[AdmissionPoint, ...]
    installed: dict[str, str]
    measured_at: str
    host: Host
    reproduce: str
    """The command that measures the cell again."""


class Try(Result, frozen=True, kw_only=True):
    """A release that a bisection measured, or took from the history."""

    release: str
    said: str
    """The number as ``expected.toml`` spells it, or the outcome."""
    like: str
    """The end that it resembles: ``old``, ``new`` or ``neither``; empty if unknown."""
    reason: str
    reused: bool
    """Whether the measurement comes from the history."""


class Swap(Result, frozen=True, kw_only=True):
    """One side of a change, measured with some packages of the other side."""

    packages: tuple[Difference, ...]
    """The packages that were swapped; the version of the old side is ``before``."""
    on: str
    """The side that all other packages are from: ``old`` or ``new``."""
    like: str
    """The side that the result resembles, as for ``Try``."""
    said: str
    reason: str


class Bisection(Result, frozen=True, kw_only=True):
    """The release in which a number changed: the file ``bisection.json``."""

    schema: int = SCHEMA
    probe: int = PROBE
    package: str
    """The package whose releases these are: Flask, or the name of the server."""
    server: str
    server_title: str = ""
    """The server's name as people write it; empty if it is ``server``."""
    configuration: str
    python: str
    releases: tuple[str, ...]
    """All releases from one end of the search to the other, oldest first."""
    old: Side
    """The last release that resembles the old end."""
    new: Side
    """The first release after ``old`` that does not."""
    words: str
    """The number before and now."""
    between: tuple[Gap, ...]
    """Releases between ``old`` and ``new`` without a result. Any of them may have made
    the change."""
    tries: tuple[Try, ...]
    """All releases that the search measured or took from the history, in order."""
    others: tuple[str, ...] = ()
    """Signs that there are more changes, a sentence each."""
    versions: tuple[Difference, ...]
    """All packages whose version differs, the most important first."""
    swaps: tuple[Swap, ...] = ()
    cause: str
    """The cause of the change as a sentence, as far as the swaps show it."""
