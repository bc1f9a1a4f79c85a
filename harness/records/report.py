"""Records of a report: evidence, and the findings made from it."""

from collections.abc import Iterable

import msgspec

from harness.records.evidence import Claims
from harness.records.evidence import Front
from harness.records.evidence import Host
from harness.records.groups import grouped
from harness.records.health import HealthNumbers
from harness.records.http2 import Http2Numbers
from harness.records.life import Tape
from harness.records.memory import MemoryNumbers
from harness.records.places import Narrow
from harness.records.plan import Cell
from harness.records.plan import Environment
from harness.records.plan import FLASK
from harness.records.questions import Answer
from harness.records.rounds import AdmissionPoint
from harness.records.rounds import Round
from harness.records.rules import Other
from harness.records.staying import StayNumbers
from harness.records.steering import SteeredRound
from harness.records.words import Basis
from harness.records.words import Count
from harness.records.words import Outcome
from harness.records.words import PROBE
from harness.records.words import Result
from harness.records.words import SCHEMA
from harness.records.words import Verdict


class CellReport(Result, frozen=True, kw_only=True):
    """One cell: its evidence summed up, and the findings."""

    id: str
    flask: str
    server: str
    server_title: str = ""
    """The server's name in reports; empty for ``server``."""
    server_version: str
    configuration: str
    python: str
    outcome: Outcome
    declared: Count | None
    """Requests at once that the configuration declares; null for no bound."""
    declared_because: str
    declared_source: str
    declared_formula: str = ""
    """How the declared number was computed, if it depends on the machine."""
    ceiling: Count | None
    """The most ever seen in the app at once; null if nothing was measured."""
    bounded: bool | None
    """Whether a request was seen to wait; if not, the ceiling is a lower bound."""
    ceiling_by: Basis = Basis.SEEN
    """Whether no order of arrival gives more (guaranteed), or more may be possible
    (seen)."""
    floor: Count | None
    """The least admitted when the declared number (or the limit) was offered."""
    floor_by: Basis = Basis.SEEN
    """Whether no order of arrival gives less (guaranteed), or less may be possible
    (seen)."""
    workers: Count | None = None
    """How many processes take requests; null if unknown."""
    not_steered: str = ""
    """Why no order could be chosen although several processes take requests."""
    verdict: Verdict
    processes: Count | None
    threads: Count | None
    claims: Claims | None = None
    """What the server tells the app about itself; null if unknown."""
    claims_fault: str = ""
    """The observation that contradicts these claims, as a sentence; empty if none
    does."""
    rounds: tuple[Round, ...]
    """Rounds in which chance decided which workers got requests."""
    steered: tuple[SteeredRound, ...] = ()
    """Rounds in which the order of workers was chosen."""
    curve: tuple[AdmissionPoint, ...]
    hand_off_seconds: float | None
    """Median over the rounds in which a waiting request took a released one's place."""
    seconds: float
    """Wall time spent on this cell: start, rounds and stop."""
    answers: tuple[Answer, ...] = ()
    """Answers to the other questions that were asked."""
    health: HealthNumbers | None = None
    """The result of health checks, if asked and known."""
    tapes: tuple[Tape, ...] = ()
    """How many slots there were during the server's life, if asked."""
    memory: MemoryNumbers | None = None
    """What a slot costs, if asked and known."""
    staying: tuple[StayNumbers, ...] = ()
    """What clients that stay leave to others, for each question about them."""
    http2: Http2Numbers | None = None
    """The result for requests that share a connection, if asked."""
    narrow: tuple[Narrow, ...] = ()
    """Places inside the app that fewer requests reach than are in the app."""
    reason: str
    """What explains the outcome or the verdict, in a few sentences."""
    because: str = ""
    """The cause, which the reason has before the remedy; empty if unknown."""
    remedy: str = ""
    """What to do about it, with which the reason ends; empty if unknown."""
    command: tuple[str, ...]
    front: Front | None = None
    """The proxy in front of the server, if there was one."""
    log_tail: str
    reproduce: str
    """The command that measures this cell again."""

    @property
    def environment(self) -> Environment:
        """The environment that it was measured in."""
        return msgspec.convert(self, Environment, from_attributes=True)

    @property
    def open_ended(self) -> bool:
        """Whether there may be room for more; not if it fell short."""
        return self.bounded is False and self.verdict is not Verdict.FEWER

    @property
    def word(self) -> Outcome | Verdict:
        """The verdict if there is a measurement, otherwise the outcome."""
        return self.verdict if self.outcome is Outcome.MEASURED else self.outcome


def release_of(package: str, of: CellReport | Environment | Cell) -> str:
    """The release of a package, Flask or its server, in a cell or an environment."""
    return of.flask if package == FLASK else of.server_version


def several_releases(cells: Iterable[CellReport]) -> set[str]:
    """Servers with several releases measured under the same release of Flask."""
    groups = grouped(cells, lambda cell: (cell.server, cell.flask))
    return {
        server
        for (server, _), some in groups.items()
        if len({cell.server_version for cell in some}) > 1
    }


class Remark(Result, frozen=True, kw_only=True):
    """Something worth knowing about a deployment that fails no check."""

    word: Other
    """The finding."""
    reason: str
    remedy: str
    """What to do."""
    file: str
    """The file that it is about; empty if there is none."""
    line: int


class CheckedDeployment(Result, frozen=True, kw_only=True):
    """Whether a deployment does what it declares."""

    name: str
    exit_code: int
    """Exit code of the check for this deployment alone; zero when it passes."""
    reason: str
    """Why it fails, and a remedy; empty when it passes."""
    remedy: str = ""
    """The remedy alone, with which the reason ends; empty if none is known."""
    at_least: int | None = None
    """How many requests it must always handle; null if nothing says so."""
    file: str
    """The file with the setting that decides; empty when no file has it."""
    line: int
    found_below: str = ""
    """The path below which its app was found, if no file names it."""
    remarks: tuple[Remark, ...] = ()
    """Other things worth knowing."""


class CheckResult(Result, frozen=True, kw_only=True):
    """The result of a check: the file ``check.json``."""

    schema: int = SCHEMA
    exit_code: int
    reason: str
    """Why it fails; empty when it passes."""
    brief: str = ""
    """The same in a few words, if there is a shorter form."""
    deployments: tuple[CheckedDeployment, ...]


class EnvironmentReport(Result, frozen=True, kw_only=True):
    """One environment as it was installed."""

    id: str
    installed: dict[str, str]
    sources: dict[str, str] = {}
    """Sources of distributions that did not come from an index, by name and version."""
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
