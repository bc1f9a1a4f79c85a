"""Records of what differs between two runs, and between releases in one run."""

from enum import StrEnum

from harness.records.evidence import Host
from harness.records.words import Outcome
from harness.records.words import Result
from harness.records.words import SCHEMA
from harness.records.words import Verdict


class Change(StrEnum):
    """How a cell differs from an earlier measurement."""

    SAME = "same"
    FEWER = "fewer"
    MORE = "more"
    BROKE = "broke"
    RECOVERED = "recovered"
    NEW = "new"
    GONE = "gone"
    NOT_COMPARABLE = "not comparable"


class Seen(Result, frozen=True, kw_only=True):
    """One side of a comparison."""

    said: str
    """The number as ``expected.toml`` spells it: ``8`` when 8 were in the app every
    time, ``up to 8`` when there were sometimes fewer, ``unbounded``, or the outcome."""
    outcome: Outcome
    verdict: Verdict
    declared: int | None
    ceiling: int | None
    floor: int | None
    bounded: bool | None


class Difference(Result, frozen=True, kw_only=True):
    """A version or a value that differs from before."""

    name: str
    before: str | None
    """The earlier value; null if the cell did not exist."""
    now: str | None
    """The present value; null if the cell is gone."""


class Reason(Result, frozen=True, kw_only=True):
    """Why a change was expected."""

    why: str
    link: str


class CellChange(Result, frozen=True, kw_only=True):
    """How one cell changed."""

    id: str
    """The present id, or the earlier one if the cell is gone."""
    previous_id: str | None = None
    """The earlier id, if the cell was measured with other releases."""
    change: Change
    reason: str
    """One sentence, with both numbers."""
    before: Seen | None = None
    now: Seen | None = None
    versions: tuple[Difference, ...] = ()
    """Distributions whose installed version differs; the most important first."""
    chance: float | None = None
    """How likely it is that rounds differ this much by chance; null if chance plays no
    part."""
    expected: Reason | None = None
    """The reason, if the change is acknowledged."""


class ReleaseChange(Result, frozen=True, kw_only=True):
    """A change from one release to the next that was measured in the same run."""

    package: str
    """The package: Flask, or the server."""
    release: str
    """The first release with the new number."""
    after: str
    """The release before it in this run; any between the two were not measured."""
    server: str
    server_title: str = ""
    """The server's name in reports; empty for ``server``."""
    configuration: str
    cells: tuple[str, ...]
    """Ids of the cells that have the new number."""
    change: Change
    before: Seen
    now: Seen
    versions: tuple[Difference, ...]
    """Other distributions whose version differs; they may be the cause as well."""
    chance: float | None
    reason: str
    """The reason, if it is known before anything is measured."""


class MeasuredRun(Result, frozen=True, kw_only=True):
    """When, where and how a run was measured."""

    measured_at: str
    probe: int
    limit: int
    host: Host


class Unmatched(Result, frozen=True, kw_only=True):
    """An acknowledgement that no longer matches anything."""

    cell: str
    before: str
    now: str
    why: str
    problem: str
    """What was found instead."""


class Changes(Result, frozen=True, kw_only=True):
    """All changes: the file ``changes.json``."""

    schema: int = SCHEMA
    baseline: MeasuredRun | None
    """The earlier run; null if the run was not compared with one."""
    now: MeasuredRun
    machine: tuple[Difference, ...] = ()
    """Differences between the machines of the two runs."""
    cells: tuple[CellChange, ...] = ()
    releases: tuple[ReleaseChange, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
