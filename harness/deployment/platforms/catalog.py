"""The files of data about platforms, each read once."""

import datetime
import functools
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated
from typing import Literal

import msgspec

from harness.records import toml
from harness.records.catalog import Page
from harness.records.catalog import Sentence
from harness.records.health import Consequence
from harness.records.health import Seconds
from harness.records.words import PositiveInt
from harness.records.words import Record

FOLDER = Path(__file__).parent / "data"

Steps = str
"""A place in a file: names separated by dots, a number for an item of a list, ``*`` for
each item. A place that begins with ``./`` is below each of ``each``."""


class Sends(Record, frozen=True, kw_only=True):
    """How many requests an instance is sent."""

    most: Steps | None = None
    """The most that it is ever sent at once."""
    aims: Steps | None = None
    """The number that the platform aims at, and exceeds if it has to."""
    default: PositiveInt | None = None
    """Default of ``most``; ``None`` for no limit."""
    default_per_processor: bool = False
    """Whether the default is for each processor."""
    default_aims: PositiveInt | None = None
    default_because: Sentence
    no_default_with: tuple[Steps, ...] = ()
    """Keys that turn the default off."""
    of: Sentence
    """``requests`` or ``connections``, or the place in the file that says which."""
    default_of: str = ""
    elsewhere: str = ""
    """The setting that changes the limit, if this file cannot."""
    elsewhere_in: str = ""
    """The place of that setting."""
    told: bool = True
    """Whether a file without a limit is reported."""


class WaitsFor(Record, frozen=True, kw_only=True):
    """How long a platform waits for one thing."""

    at: Steps | None = None
    """Places of the setting, in seconds or as ``300s``."""
    default: Seconds | None = None
    """Default; ``None`` if no page documents one."""
    then: str = ""
    """What the platform does when it gives up on an answer; for an idle connection,
    what becomes of a request sent just as the connection ends."""
    source: Page


class Class(Record, frozen=True, kw_only=True):
    """One size that a platform has a name for."""

    processors: PositiveInt | None = None
    memory: str = ""
    variables: dict[str, str] = {}
    """What the platform sets for this size."""
    computed: bool = False
    """Whether these are computed here by the platform's own formula, because its
    documentation has no number for this size."""


class Size(Record, frozen=True, kw_only=True):
    """How large an instance is."""

    processors: Steps | None = None
    processor_units: PositiveInt = 1
    """How many of the platform's units are one processor, such as 1024 on ECS."""
    memory: Steps | None = None
    other_memory: Steps | None = None
    """Another place of the memory, used if there is none at ``memory``."""
    memory_unit: str = ""
    """Unit of a bare number, such as ``MiB``."""
    class_: Annotated[Steps | None, msgspec.Meta()] = msgspec.field(
        default=None, name="class"
    )
    """Place of the name of a size."""
    default_processors: PositiveInt | None = None
    default_memory: str = ""
    default_class: str = ""
    other_class: str = ""
    """The default if the file has one of ``other_with``."""
    other_with: tuple[Steps, ...] = ()
    classes: dict[str, Class] = {}
    counts: Literal["own", "host", "unknown"]
    """What ``cpu_count()`` counts in an instance."""
    because: Sentence


class Starts(Record, frozen=True, kw_only=True):
    """What an instance starts."""

    words: tuple[Steps, ...] = ()
    """Lists of words, one after the other."""
    line: Steps | None = None
    """One line for a shell."""
    other_line: Steps | None = None
    """Another place of the line, used if there is none at ``line``."""
    lines: Steps | None = None
    """Several shell lines, each with a name."""
    only: Steps | None = None
    """A list of names of these lines; if an instance has one, it starts no others."""
    variables: Steps | None = None
    file: str = ""
    """Another file that says what starts."""
    named_file: Steps | None = None
    """The place of the path of such a file."""


class CheckDefaults(Record, frozen=True, kw_only=True):
    """The defaults of a health check."""

    period: Seconds = 10.0
    timeout: Seconds = 1.0
    failures: PositiveInt = 3
    assumed: tuple[Literal["period", "timeout", "failures"], ...] = ()
    """Settings that no page of the platform documents. They are assumed, and reports
    say so."""


class Checks(Record, frozen=True, kw_only=True):
    """How a platform asks whether an instance is alive."""

    at: Steps
    form: Sentence
    """How its settings are named: a key of ``checks.FORMS``."""
    then: Consequence
    defaults: CheckDefaults = CheckDefaults()
    source: Page
    """The page that documents the check and its defaults."""


Format = Literal["yaml", "toml", "hcl", "nginx", "haproxy"]
"""The format of a file; a name that ends in ``.bicep`` always means Bicep."""


class Platform(Record, frozen=True, kw_only=True):
    """One file of data: a platform, and what its files look like."""

    title: Sentence
    files: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    """Patterns for the names of its files."""
    format: Format
    marks: tuple[str, ...] = ()
    """Texts of which a file must contain one."""
    all_marks: tuple[str, ...] = ()
    """Texts that a file must all contain."""
    not_marks: tuple[str, ...] = ()
    """Texts that a file must not contain."""
    only_if: dict[str, str] = {}
    """Values that a document has to have."""
    not_if: dict[str, tuple[str, ...]] = {}
    """Values that a document must not have; without any, the key itself."""
    each: tuple[Steps, ...] = ()
    """Place of its instances."""
    only_each: dict[str, str] = {}
    """Values that an instance has to have."""
    needs: tuple[Steps, ...] = ()
    """What an instance must have."""
    one_with: Steps | None = None
    """The key of the instance that stands for several that share a limit; else the
    first does."""
    source: Page
    """The page that documents how many requests are sent."""
    read: datetime.date
    """When that page was read."""
    sends: Sends
    size: Size | None = None
    starts: Starts = Starts()
    checks: tuple[Checks, ...] = ()
    answer: WaitsFor | None = None
    """How long it waits for an answer."""
    idle: WaitsFor | None = None
    """How long it keeps an idle connection to an instance."""

    def is_in(self, text: str) -> bool:
        """Whether a text may be of this platform."""
        return (
            all(mark in text for mark in self.all_marks)
            and (not self.marks or any(mark in text for mark in self.marks))
            and not any(mark in text for mark in self.not_marks)
        )


@functools.cache
def platforms() -> tuple[Platform, ...]:
    """All platforms, in the order of their files."""
    files = sorted(FOLDER.glob("*.toml"))
    return tuple(toml.read(path, Platform, "restore the file") for path in files)


def with_files_like(name: str) -> tuple[Platform, ...]:
    """The platforms that may have a file of this name."""
    return tuple(
        platform
        for platform in platforms()
        if any(fnmatchcase(name, pattern) for pattern in platform.files)
    )
