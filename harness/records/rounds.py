"""Records of rounds, and functions on them. A round is a load that was offered once."""

from collections.abc import Iterable
from collections.abc import Sequence
from statistics import median

from harness.records.groups import grouped
from harness.records.words import Arrival
from harness.records.words import Count
from harness.records.words import Result
from harness.records.words import Settled


class Account(Result, frozen=True, kw_only=True):
    """How the requests of a round ended; each ended in exactly one way."""

    answered: Count = 0
    """Entered the app and were answered with success."""
    failed: Count = 0
    """Entered the app and were answered with an error status."""
    answered_without_entering: Count = 0
    """Answered, with any status, though the view function never ran."""
    refused: Count = 0
    """The connection was refused."""
    reset: Count = 0
    """The connection ended without a whole answer."""
    timed_out: Count = 0
    """No answer by the deadline; the probe gave up on them."""
    unopened: Count = 0
    """The connection was still being opened when the round went on: never offered."""

    @property
    def total(self) -> int:
        """The sum over all endings."""
        return sum(getattr(self, name) for name in self.__struct_fields__)


class Round(Result, frozen=True, kw_only=True):
    """One load offered once. Times are seconds, by a monotonic clock."""

    arrival: Arrival
    asked: Count
    """Requests that the probe set out to send."""
    offered: Count
    """Requests sent whole on an open connection."""
    admitted: Count
    """Requests in the app once the server had gone quiet. If they are fewer than
    declared, it was watched for longer first."""
    peak: Count
    """The most in the app at any moment of the round."""
    waiting: Count
    """Requests that were offered and neither in the app nor ended at that moment."""
    late: Count
    """How many of the admitted entered only while the server was watched for longer."""
    processes: Count
    """Distinct processes that held a request when the server had gone quiet."""
    threads: Count
    """The most requests held in one process, each by its thread or greenlet."""
    settled: Settled
    settle_seconds: float
    """From the last request sent to the server known to be quiet."""
    entered_on_release: Count | None = None
    """How many entered when one was released while others waited; it should be 1."""
    hand_off_seconds: float | None = None
    """From releasing one held request to a waiting one entering the app."""
    broken: Count = 0
    """Holds that ended without the app's answer to their release, which is a fault."""
    stalled: Count = 0
    """Requests that still waited in a quiet server after all were released."""
    strays: Count = 0
    """Times that the app reported a request that was not sent, or that was already in
    it."""
    early: Count = 0
    """Requests that were answered before they were released, or even before they
    entered the app: something other than the app answered them."""
    asleep: Count = 0
    """Threads of the server that slept on a clock for all of the time that it was
    watched while requests waited: they may let more in when they wake."""
    replaced: Count = 0
    """Processes of the server that existed before the round and not after it."""
    send_seconds: float = 0.0
    """From the first connection begun to the last request sent whole."""
    lag_seconds: float = 0.0
    """The longest that the harness itself was held up in this round."""
    account: Account


class AdmissionPoint(Result, frozen=True, kw_only=True):
    """One offered load of the admission curve."""

    offered: Count
    rounds: Count
    worst: Count
    median: float
    best: Count


def load_of(declared: int | None, limit: int) -> int:
    """The load at which a declaration is put to the test.

    For a configuration that declares no bound, ``limit`` takes its place.
    """
    return limit if declared is None else declared


def admission_curve(rounds: Iterable[Round]) -> tuple[AdmissionPoint, ...]:
    """How many requests were admitted of each offered load."""
    by_load = sorted(grouped(rounds, lambda round_: round_.offered).items())
    admitted = {load: [round_.admitted for round_ in some] for load, some in by_load}
    return tuple(
        AdmissionPoint(
            offered=offered,
            rounds=len(numbers),
            worst=min(numbers),
            median=float(median(numbers)),
            best=max(numbers),
        )
        for offered, numbers in admitted.items()
    )


def undisturbed(rounds: Sequence[Round]) -> list[Round]:
    """Rounds such that neither they nor the next round lost a process of the server.

    A worker that is about to end takes no more requests for a while.
    """
    return [
        round_
        for number, round_ in enumerate(rounds)
        if not any(one.replaced for one in rounds[number : number + 2])
    ]


def at_load(rounds: Iterable[Round], load: int) -> list[Round]:
    """The rounds in which this load was offered."""
    return [round_ for round_ in rounds if round_.offered == load]


def peak_of(rounds: Iterable[Round]) -> int:
    """The most requests that were in the app at once in any round; 0 without rounds."""
    return max((round_.peak for round_ in rounds), default=0)


def waited(round_: Round) -> bool:
    """Whether a request waited and would not have entered by itself.

    If the server was not quiet, exactly one of several has to enter when another is
    released: a single request may just have been late.
    """
    took_turns = round_.waiting > 1 and round_.entered_on_release == 1
    return round_.waiting > 0 and (was_quiet(round_) or took_turns)


def turned_away(round_: Round) -> bool:
    """Whether a request was sent away while others were in the app.

    A request whose connection was cut counts if it was neither in the app nor waiting.
    """
    cut_off = min(
        round_.account.reset, round_.offered - round_.admitted - round_.waiting
    )
    away = round_.account.answered_without_entering + round_.account.refused + cut_off
    return round_.admitted > 0 and away > 0


def turned_all_away(round_: Round) -> bool:
    """Whether every offered request was answered, and none entered the app."""
    return 0 < round_.offered == round_.account.answered_without_entering


def was_quiet(round_: Round) -> bool:
    """Whether the server was known to be quiet when requests were counted."""
    return round_.settled is not Settled.STEADY_COUNT
