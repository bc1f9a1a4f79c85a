"""The words in records, and the numbers that version records."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated
from typing import ClassVar

import msgspec

SCHEMA = 1
"""Shape of the files that are written. Raised when a key changes its meaning."""

PROBE = 2
"""Meaning of a measurement. Raised when the same server would give other numbers;
results with different values of it are never compared."""


PositiveInt = Annotated[int, msgspec.Meta(ge=1)]

Count = Annotated[int, msgspec.Meta(ge=0)]
"""A number of things; files with a negative one are refused."""


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename="kebab",
):
    """A record that people write in TOML: keys have hyphens."""

    remedies: ClassVar[Mapping[str, str]] = {}
    """What to write if a value does not fit, by key."""


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that the harness writes in JSON: keys have underscores."""


# --------------------------------------------------------------------- words


class Outcome(StrEnum):
    """What happened to a cell."""

    MEASURED = "measured"
    NOT_INSTALLED = "not installed"
    NOT_STARTED = "not started"
    NOT_ANSWERING = "not answering"
    DIED = "died"
    NOT_SUPPORTED = "not supported"
    HARNESS_FAILED = "harness failed"
    ACCOUNTS_DISAGREE = "accounts disagree"


class Verdict(StrEnum):
    """Whether a cell handles what it declares."""

    AS_DECLARED = "as declared"
    FEWER = "fewer"
    MORE = "more"
    UNEVEN = "uneven"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """How sure a floor or a ceiling is."""

    GUARANTEED = "guaranteed"
    """No order of arrival changes it: the order was chosen, or one process takes all
    requests."""
    SEEN = "seen"
    """The least or the most of some rounds whose order was left to chance."""


class Arrival(StrEnum):
    """How the requests of a round reach the server."""

    BURST = "burst"
    """All at once."""
    STAGGERED = "staggered"
    """One by one: the next once one is held or the server is quiet."""
    OPENED = "opened"
    """All at once, over connections that the server could accept beforehand."""


class Settled(StrEnum):
    """How it was known that no more requests would enter."""

    ALL_ENTERED = "all entered"
    """Every offered request was held: there was nothing left to wait for."""
    SCHEDSTAT = "schedstat"
    """No thread of the server ran or waited for a processor (Linux)."""
    CPU_TIMES = "cpu times"
    """No process of the server used processor time (elsewhere; coarser)."""
    IN_VAIN = "in vain"
    """Some threads computed for far longer than requests take to enter the app and let
    none in; all others slept."""
    STEADY_COUNT = "steady count"
    """The server never became quiet; the number of holds did not change for a long
    time."""


INSTRUMENT = (Outcome.HARNESS_FAILED, Outcome.ACCOUNTS_DISAGREE)
"""Outcomes that are about the instrument, and not about a server."""

FAILURES = (
    *INSTRUMENT,
    Outcome.DIED,
    Outcome.NOT_ANSWERING,
    Outcome.NOT_STARTED,
    Outcome.NOT_INSTALLED,
)
"""Outcomes that someone should look into, worst first."""


NOTEWORTHY = (
    *FAILURES,
    Verdict.UNEVEN,
    Verdict.FEWER,
    Verdict.MORE,
    Verdict.UNKNOWN,
    Outcome.NOT_SUPPORTED,
)
"""Words that a report explains beyond the number, in this order."""

KINDS: tuple[Outcome | Verdict, ...] = (
    *(Verdict.AS_DECLARED, Verdict.UNEVEN, Verdict.FEWER, Verdict.MORE),
    Verdict.UNKNOWN,
    *(Outcome.NOT_SUPPORTED, Outcome.NOT_INSTALLED, Outcome.NOT_STARTED),
    *(Outcome.NOT_ANSWERING, Outcome.DIED, *INSTRUMENT),
)
"""Every word that a cell can have, in the order in which they are counted."""
