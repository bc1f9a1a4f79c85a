"""Records of what was observed, without opinions."""

from collections.abc import Iterator
from typing import TypeVar

from harness.records.plan import Declaration
from harness.records.plan import Environment
from harness.records.questions import QuestionSeen
from harness.records.rounds import Round
from harness.records.seen import AnySeen
from harness.records.steering import SteeredRound
from harness.records.witness import KernelAccount
from harness.records.words import Count
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.records.words import Result
from harness.records.words import SCHEMA
from harness.records.words import Settled

Seen = TypeVar("Seen", bound=QuestionSeen)


class ControlEvidence(Result, frozen=True, kw_only=True):
    """The probe's measurement of a server whose capacity is known exactly."""

    processes: Count
    threads: Count
    outcome: Outcome
    reason: str = ""
    rounds: tuple[Round, ...] = ()
    steered: tuple[SteeredRound, ...] = ()
    workers: Count | None = None

    @property
    def all_rounds(self) -> tuple[Round | SteeredRound, ...]:
        """Ordinary and steered rounds."""
        return (*self.rounds, *self.steered)


class Front(Result, frozen=True, kw_only=True):
    """The proxy that stood in front of a server."""

    title: str
    version: str = ""
    """The release, as the program prints it; empty if it was not started."""
    command: tuple[str, ...] = ()
    """The command as it was run."""
    file: str = ""
    """Its configuration file as it was run."""


class Claims(Result, frozen=True, kw_only=True):
    """What a server tells the app about itself (PEP 3333)."""

    multithread: bool
    """``wsgi.multithread``: the app may be called again in the same process while it
    is running there."""
    multiprocess: bool
    """``wsgi.multiprocess``: the app may be called in another process at the same
    time."""


class CellEvidence(Result, frozen=True, kw_only=True):
    """What was observed of one cell."""

    id: str
    configuration: str
    outcome: Outcome
    reason: str = ""
    log_tail: str = ""
    """The end of the server's or the installer's output, if something failed."""
    command: tuple[str, ...] = ()
    """The command of the server as it was run."""
    front: Front | None = None
    """The proxy in front of the server, if there was one."""
    declaration: Declaration
    claims: Claims | None = None
    """What the server told the app about itself; null if the app never ran."""
    rounds: tuple[Round, ...] = ()
    """Rounds in which chance decided which workers got requests."""
    steered: tuple[SteeredRound, ...] = ()
    """Rounds in which the order of workers was chosen."""
    workers: Count | None = None
    """How many processes take requests; null if unknown."""
    idle_workers: Count = 0
    """How many of the workers were never seen to hold a request."""
    asleep_workers: Count = 0
    """How many of these idle workers were in a timed sleep at the end, as a booting
    process may be."""
    not_steered: str = ""
    """Why no order could be chosen although several processes take requests."""
    kernel: KernelAccount | None = None
    """The kernel's account of the quiet round in which most requests were held; null
    if there was none."""
    asked: tuple[AnySeen, ...] = ()
    """Evidence of the other questions, each at most once."""
    restarts: Count = 0
    """How often the rounds were started over because capacity appeared late."""
    start_seconds: float = 0.0
    measure_seconds: float = 0.0
    stop_seconds: float = 0.0

    @property
    def all_rounds(self) -> tuple[Round | SteeredRound, ...]:
        """Ordinary and steered rounds."""
        return (*self.rounds, *self.steered)

    def measured(self, kind: type[Seen]) -> Iterator[Seen]:
        """The evidence of a question of this kind, if it could be asked."""
        for each in self.asked:
            if isinstance(each, kind) and each.outcome is Outcome.MEASURED:
                yield each


class Host(Result, frozen=True, kw_only=True):
    """The machine that measured."""

    system: str
    kernel: str
    machine: str
    processors: Count
    """Processors that the run was allowed to use."""
    quiet_by: Settled
    """How this machine detects that a server is quiet."""
    open_files: int
    """The limit of open files that servers run with."""


class Evidence(Result, frozen=True, kw_only=True):
    """All that was observed in one environment."""

    schema: int = SCHEMA
    probe: int = PROBE
    tool: str = ""
    """The release of this project that measured; empty if unknown."""
    environment: Environment
    title: str = ""
    """The server's name in reports; empty for its name in the catalog."""
    measured_at: str
    """UTC, ISO 8601."""
    host: Host
    installed: dict[str, str] = {}
    """Every distribution in the environment, and its version."""
    sources: dict[str, str] = {}
    """Sources of packages that did not come from an index, by package."""
    control: ControlEvidence | None = None
    limit: int
    cells: tuple[CellEvidence, ...]
