"""Knows the records of what was seen, without an opinion."""

from __future__ import annotations

from harness.model.plan import Declaration
from harness.model.plan import Environment
from harness.model.words import Arrival
from harness.model.words import Outcome
from harness.model.words import PROBE
from harness.model.words import Result
from harness.model.words import SCHEMA
from harness.model.words import Settled


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


class Front(Result, frozen=True, kw_only=True):
    """The proxy that stood in front of a server."""

    title: str
    version: str = ""
    """As the program said; empty where it was not asked."""
    command: tuple[str, ...] = ()
    """The command as it was run."""
    file: str = ""
    """Its configuration file as it was run."""


class CellEvidence(Result, frozen=True, kw_only=True):
    """What was seen of one cell."""

    id: str
    configuration: str
    outcome: Outcome
    reason: str = ""
    log_tail: str = ""
    """The end of the server's (or the installer's) output, where something failed."""
    command: tuple[str, ...] = ()
    """The command of the server as it was run."""
    front: Front | None = None
    """The proxy in front of the server, if there was one."""
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
    tool: str = ""
    """The release of this project that measured; empty where it is not known."""
    environment: Environment
    measured_at: str
    """UTC, ISO 8601."""
    host: Host
    installed: dict[str, str] = {}
    """Every distribution in the environment, and its version."""
    sources: dict[str, str] = {}
    """Of what came from no index, by the name of the package: the source asked for."""
    control: ControlEvidence | None = None
    limit: int
    cells: tuple[CellEvidence, ...]
