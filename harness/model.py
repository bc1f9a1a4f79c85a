"""Knows every record and every word of the project; imports nothing of ours.

The words are those of the README's glossary. Records are frozen, take keywords only
and refuse unknown keys when read. *Evidence* is what was seen, without an opinion;
a *report* is evidence and the findings that were made of it.
"""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from typing import Annotated
from typing import Literal

import msgspec
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

SCHEMA = 1
"""Shape of the files that are written. Raised when a key changes its meaning."""

PROBE = 1
"""Meaning of a measurement. Raised when the same server would give other numbers;
results with different values of it are never compared."""

DEFAULT_LIMIT = 64
"""How many requests are offered to a configuration that declares no bound."""


class Record(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename="kebab",
):
    """Read from TOML by people: keys are written with hyphens."""


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Written to JSON by us: keys are written with underscores."""


# --------------------------------------------------------------------- words


class Outcome(StrEnum):
    """What happened?"""

    MEASURED = "measured"
    NOT_INSTALLED = "not installed"
    NOT_STARTED = "not started"
    NOT_ANSWERING = "not answering"
    DIED = "died"
    NOT_SUPPORTED = "not supported"
    HARNESS_FAILED = "harness failed"


class Verdict(StrEnum):
    """Is it what was declared?"""

    AS_DECLARED = "as declared"
    FEWER = "fewer"
    MORE = "more"
    UNEVEN = "uneven"
    UNKNOWN = "unknown"


class Arrival(StrEnum):
    """How the requests of a round reach the server."""

    BURST = "burst"
    """All at once."""
    STAGGERED = "staggered"
    """One, and once it is held (or the server is quiet) the next."""


class Settled(StrEnum):
    """What told that no more requests would enter."""

    ALL_ENTERED = "all entered"
    """Every offered request was held: there was nothing left to wait for."""
    SCHEDSTAT = "schedstat"
    """No thread of the server ran or waited for a processor (Linux)."""
    CPU_TIMES = "cpu times"
    """No process of the server used processor time (elsewhere; coarser)."""
    STEADY_COUNT = "steady count"
    """The server never went quiet; the number of holds did not change for long."""


# ------------------------------------------------------------- cells, the plan


class Environment(Result, frozen=True, kw_only=True):
    """One Python with one Flask release and one server release."""

    flask: str
    server: str
    server_version: str
    python: str

    def __str__(self) -> str:
        return f"flask-{self.flask}/{self.server}-{self.server_version}/py{self.python}"

    @property
    def slug(self) -> str:
        """The id as a file name and as the name of the nox session."""
        return re.sub(r"[^A-Za-z0-9._+-]", "_", str(self).replace("/", "+"))

    def cell(self, configuration: str) -> Cell:
        """The cell of one configuration in this environment."""
        return Cell(
            flask=self.flask,
            server=self.server,
            server_version=self.server_version,
            configuration=configuration,
            python=self.python,
        )


class Cell(Result, frozen=True, kw_only=True):
    """One configuration in one environment; ``str(cell)`` is its name everywhere."""

    flask: str
    server: str
    server_version: str
    configuration: str
    python: str

    def __str__(self) -> str:
        return (
            f"flask-{self.flask}/{self.server}-{self.server_version}"
            f"/{self.configuration}/py{self.python}"
        )

    @property
    def environment(self) -> Environment:
        """The environment that this cell is measured in."""
        return Environment(
            flask=self.flask,
            server=self.server,
            server_version=self.server_version,
            python=self.python,
        )


PositiveInt = Annotated[int, msgspec.Meta(ge=1)]


class Declaration(Result, frozen=True, kw_only=True):
    """What a configuration promises on paper."""

    declared: PositiveInt | None
    """Requests at once; ``None`` promises no bound."""
    because: str
    """One sentence: why the configuration promises this."""
    source: str
    """The page of the server's documentation that says so."""


class PlannedCell(Result, frozen=True, kw_only=True):
    """One cell, and all that is needed to start and measure it."""

    id: str
    configuration: str
    argv: tuple[str, ...]
    """The command with placeholders: ``{python} {scripts} {target} {host} {port}``."""
    declaration: Declaration
    env: dict[str, str] = {}
    requires: tuple[str, ...] = ()
    """Requirements beyond Flask and the server, such as ``gevent``."""
    also_offered: tuple[PositiveInt, ...] = ()
    """Offered loads to try besides those around the declared number."""
    not_supported: str | None = None
    """Why this cell cannot be, known before anything is installed."""


class PlannedEnvironment(Result, frozen=True, kw_only=True):
    """One environment and the cells to measure in it: the unit of work."""

    environment: Environment
    requirements: tuple[str, ...]
    """What is installed for every cell: Flask and the server, each pinned."""
    constraints: tuple[str, ...]
    """Pins of companions that the Flask release needs."""
    build_env: dict[str, str] = {}
    """Variables to install with, where something has to be built."""
    cells: tuple[PlannedCell, ...]
    limit: PositiveInt = DEFAULT_LIMIT


class Plan(Result, frozen=True, kw_only=True):
    """Everything that a run is going to measure, in order."""

    environments: tuple[PlannedEnvironment, ...]


class NotInstalled(Result, frozen=True, kw_only=True):
    """Why requirements are missing from an environment."""

    requires: tuple[str, ...]
    reason: str
    log_tail: str


class Installed(Result, frozen=True, kw_only=True):
    """An environment that was filled: its interpreter, and what would not go in."""

    python: str
    """Path of the interpreter; its scripts are beside it."""
    not_installed: tuple[NotInstalled, ...] = ()

    def missing(self, cell: PlannedCell) -> NotInstalled | None:
        """What keeps a cell from being measured here, if anything does."""
        for missing in self.not_installed:
            if set(missing.requires) & set(cell.requires):
                return missing
        return None


# ------------------------------------------------------------------- evidence


class Account(Result, frozen=True, kw_only=True):
    """How the requests of a round ended; each ended in exactly one way."""

    answered: int = 0
    """Entered the app and were answered with success."""
    failed: int = 0
    """Entered the app and were answered with an error status."""
    answered_without_entering: int = 0
    """Answered, with any status, though the view function never ran."""
    refused: int = 0
    """The connection was refused."""
    reset: int = 0
    """The connection ended without a whole answer."""
    timed_out: int = 0
    """No answer by the deadline; the probe gave up on them."""
    unopened: int = 0
    """The connection was still being opened when the round went on: never offered."""

    @property
    def total(self) -> int:
        """The sum over all endings."""
        return sum(getattr(self, name) for name in self.__struct_fields__)


class Round(Result, frozen=True, kw_only=True):
    """One load offered once. Times are seconds, by a monotonic clock."""

    arrival: Arrival
    asked: int
    """Requests that the probe set out to send."""
    offered: int
    """Requests sent whole on an open connection."""
    admitted: int
    """In the app once the server had gone quiet; where that is fewer than declared, it
    was watched for longer first."""
    peak: int
    """The most in the app at any moment of the round."""
    waiting: int
    """Offered, neither in the app nor ended, at that same moment."""
    late: int
    """Of the admitted, those that entered only while it was watched for longer."""
    processes: int
    """Distinct processes that held a request when the server had gone quiet."""
    threads: int
    """The most requests held in one process, each by its thread or greenlet."""
    settled: Settled
    settle_seconds: float
    """From the last request sent to the server known to be quiet."""
    entered_on_release: int | None = None
    """How many entered when one was released while others waited; 1 is right."""
    hand_off_seconds: float | None = None
    """From releasing one held request to a waiting one entering the app."""
    broken: int = 0
    """Holds that ended without the app's answer to their release (a fault)."""
    stalled: int = 0
    """Requests that still waited with the server quiet after all were released."""
    account: Account


class ControlEvidence(Result, frozen=True, kw_only=True):
    """What the probe says of a server whose capacity is known exactly."""

    processes: int
    threads: int
    outcome: Outcome
    reason: str = ""
    rounds: tuple[Round, ...] = ()


class CellEvidence(Result, frozen=True, kw_only=True):
    """What was seen of one cell."""

    id: str
    configuration: str
    outcome: Outcome
    reason: str = ""
    log_tail: str = ""
    """The end of the server's (or the installer's) output, where something failed."""
    command: tuple[str, ...] = ()
    """The command as it was run."""
    declaration: Declaration
    rounds: tuple[Round, ...] = ()
    restarts: int = 0
    """Times that the rounds were begun anew because capacity appeared late."""
    start_seconds: float = 0.0
    measure_seconds: float = 0.0
    stop_seconds: float = 0.0


class Host(Result, frozen=True, kw_only=True):
    """The machine that measured."""

    system: str
    kernel: str
    machine: str
    processors: int
    """Processors that the run was allowed to use."""
    quiet_by: Settled
    """How this machine tells that a server is quiet."""
    open_files: int
    """The limit of open files that servers were given."""


class Evidence(Result, frozen=True, kw_only=True):
    """All that was seen of one environment."""

    schema: int = SCHEMA
    probe: int = PROBE
    environment: Environment
    measured_at: str
    """UTC, ISO 8601."""
    host: Host
    installed: dict[str, str] = {}
    """Every distribution in the environment, and its version."""
    control: ControlEvidence | None = None
    limit: int
    cells: tuple[CellEvidence, ...]


# --------------------------------------------------------------------- report


class AdmissionPoint(Result, frozen=True, kw_only=True):
    """One offered load of the admission curve."""

    offered: int
    rounds: int
    worst: int
    median: float
    best: int


class CellReport(Result, frozen=True, kw_only=True):
    """One cell: its evidence summed up, and the findings."""

    id: str
    flask: str
    server: str
    server_version: str
    configuration: str
    python: str
    outcome: Outcome
    declared: int | None
    """Requests at once that the configuration promises; null for no bound."""
    declared_because: str
    declared_source: str
    ceiling: int | None
    """The most ever seen in the app at once; null when nothing was measured."""
    bounded: bool | None
    """Whether a request was seen to wait; if not, the ceiling is a lower bound."""
    floor: int | None
    """The least admitted when the declared number (or the limit) was offered."""
    verdict: Verdict
    processes: int | None
    threads: int | None
    rounds: tuple[Round, ...]
    curve: tuple[AdmissionPoint, ...]
    hand_off_seconds: float | None
    """Median over the rounds in which a waiting request took a released one's place."""
    seconds: float
    """Wall time spent on this cell: start, rounds and stop."""
    reason: str
    """One sentence that explains the outcome or the verdict."""
    command: tuple[str, ...]
    log_tail: str
    reproduce: str
    """The command that measures this one cell again."""


class EnvironmentReport(Result, frozen=True, kw_only=True):
    """One environment as it was installed."""

    id: str
    installed: dict[str, str]
    control: Outcome | None
    control_reason: str


class Report(Result, frozen=True, kw_only=True):
    """The whole run: the file ``report.json``."""

    schema: int = SCHEMA
    probe: int = PROBE
    measured_at: str
    host: Host
    limit: int
    environments: tuple[EnvironmentReport, ...]
    cells: tuple[CellReport, ...]


# ------------------------------------------------- the catalog's files, selection

ANY = SpecifierSet()
"""The specifier that every release meets: what a missing key means."""

Sentence = Annotated[str, msgspec.Meta(min_length=1)]
Page = Annotated[str, msgspec.Meta(pattern="^https://[^ ]+$")]
ServerName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$")]
ConfigurationId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]*$")]

Declared = PositiveInt | Literal["unbounded"]
"""What a configuration promises, as its file spells it."""


class Need(Record, frozen=True, kw_only=True):
    """What must hold for a cell to be possible; every key that is given must."""

    where: SpecifierSet = ANY
    """Releases of the server that this is said of; others need nothing."""
    release: SpecifierSet = ANY
    """Releases of the server that will do."""
    flask: SpecifierSet = ANY
    python: SpecifierSet = ANY
    platforms: tuple[str, ...] = ()
    """Values of ``sys.platform`` that will do; none given means all."""
    because: Sentence


class Addition(Record, frozen=True, kw_only=True):
    """What some releases of a server get besides what all get."""

    release: SpecifierSet
    argv: tuple[str, ...] = ()
    env: dict[str, str] = {}
    requires: tuple[Requirement, ...] = ()
    because: Sentence


class DeclaredFor(Record, frozen=True, kw_only=True):
    """Another declaration, for some releases of Flask or of the server."""

    flask: SpecifierSet = ANY
    release: SpecifierSet = ANY
    declared: Declared
    because: Sentence
    source: Page
    also_offered: tuple[PositiveInt, ...] = ()


class Configuration(Record, frozen=True, kw_only=True):
    """One way to start a server, and what it promises."""

    id: ConfigurationId
    argv: tuple[str, ...] = ()
    """Appended to the server's own."""
    env: dict[str, str] = {}
    requires: tuple[Requirement, ...] = ()
    releases: tuple[Version, ...] = ()
    """Releases of the server to measure by default, where not the server's own."""
    needs: tuple[Need, ...] = ()
    declared: Declared
    because: Sentence
    source: Page
    also_offered: tuple[PositiveInt, ...] = ()
    declaration: tuple[DeclaredFor, ...] = ()
    """The first of these that fits takes the place of the four keys above."""


class Server(Record, frozen=True, kw_only=True):
    """One file of ``catalog/servers``."""

    name: ServerName
    title: Sentence
    package: Sentence
    documentation: Page
    position: int = 100
    """Servers are listed by this number, then by name."""
    pinned_by_flask: bool = False
    """Its release is the one that the constraints of the Flask series pin."""
    releases: tuple[Version, ...] = ()
    argv: tuple[str, ...] = ()
    env: dict[str, str] = {}
    build_env: dict[str, str] = {}
    """Variables to install it with, where it has to be built."""
    requires: tuple[Requirement, ...] = ()
    needs: tuple[Need, ...] = ()
    addition: tuple[Addition, ...] = ()
    configuration: Annotated[tuple[Configuration, ...], msgspec.Meta(min_length=1)]


class Series(Record, frozen=True, kw_only=True):
    """Flask releases that share their companions and their Pythons."""

    flask: SpecifierSet
    constraints: Sentence
    """The file in ``catalog/constraints``."""
    python: SpecifierSet
    because: Sentence
    """Why not on other Pythons."""


class Exclusion(Record, frozen=True, kw_only=True):
    """Cells that are not measured though nothing above says that they cannot be."""

    cells: Sentence
    """A glob on cell ids."""
    why: Sentence


class Matrix(Record, frozen=True, kw_only=True):
    """The file ``catalog/matrix.toml``."""

    flask: Annotated[tuple[Version, ...], msgspec.Meta(min_length=1)]
    """The releases of Flask to measure, oldest first."""
    default: Annotated[tuple[Sentence, ...], msgspec.Meta(min_length=1)]
    """Globs on cell ids: what is measured when nothing is selected."""
    series: Annotated[tuple[Series, ...], msgspec.Meta(min_length=1)]
    """The first that a Flask release belongs to is the one that counts."""
    exclusion: tuple[Exclusion, ...] = ()


class Constraint(Record, frozen=True, kw_only=True):
    """One line of a file of constraints."""

    requirement: Requirement
    because: Sentence


class Catalog(Record, frozen=True, kw_only=True):
    """Everything that could be measured."""

    servers: tuple[Server, ...]
    matrix: Matrix
    constraints: dict[str, tuple[Constraint, ...]]
    """By the name of the file."""


class Selection(Result, frozen=True, kw_only=True):
    """What the user asked to measure, each as it was typed."""

    python: str = "{}.{}".format(*sys.version_info)
    """The Python of the environments; by default the one that runs this."""
    only: tuple[str, ...] = ()
    """Globs on cell ids, or whole ids."""
    flask: tuple[str, ...] = ()
    """Releases of Flask, in place of those of the matrix."""
    servers: tuple[str, ...] = ()
    """Names of servers, or ``NAME==RELEASE``."""
    everything: bool = False
    """Everything in the catalog rather than its default selection."""
    limit: PositiveInt = DEFAULT_LIMIT
    platform: str = sys.platform
