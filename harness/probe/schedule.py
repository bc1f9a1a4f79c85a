"""Decides which load to offer next, to learn how many requests overlap; pure.

If several processes take requests, chance decides which of them gets the next one. If
their order can be chosen, a few steered rounds find the least and the most. If not,
more rounds are left to chance.
"""

from collections import deque
from collections.abc import Collection
from collections.abc import Iterable

from harness.probe.bound import beyond
from harness.probe.bound import let_in_again
from harness.probe.bound import several_waiting
from harness.probe.further import admitted_too_few
from harness.probe.further import further
from harness.probe.further import further_to_growing
from harness.probe.idle_workers import IdleWorkers
from harness.probe.loads import app_never_reached
from harness.probe.loads import Offer
from harness.probe.loads import offers
from harness.probe.loads import offers_to_growing
from harness.probe.orders import Choice
from harness.probe.orders import next_steered
from harness.probe.orders import obstacle
from harness.probe.orders import REPLACED
from harness.probe.orders import Steer
from harness.probe.orders import TRIES_REPLACED
from harness.records.rounds import at_load
from harness.records.rounds import load_of
from harness.records.rounds import Round
from harness.records.steering import Goal
from harness.records.steering import least_rounds
from harness.records.steering import SteeredRound
from harness.records.steering import Steering
from harness.records.words import Settled

ROUNDS_REPEATED = 12
"""Most rounds that are run again because the server replaced processes meanwhile."""

OTHER_SERVERS = 6
"""Most further servers that are started if chance decides how many threads start."""

GROWS = "the server starts processes only while requests wait"
"""Why the order of a growing server's workers is not chosen."""

BEGUN_ANEW = 2
"""How often the rounds may begin anew because capacity appeared late."""

LEARNING_ROUNDS = 6
"""Most rounds that are run to learn enough source ports."""

LEARNING_LOAD = 4
"""Load of these rounds, in multiples of the declared number."""


class Schedule:
    """Decides what to offer next, by the rounds seen so far.

    Rounds that ran before the server had its full capacity are dropped: they show how
    it starts, not how many requests it handles.
    """

    def __init__(
        self,
        declared: int | None,
        limit: int,
        also: Iterable[int] = (),
        *,
        grows: bool = False,
        by_chance: bool = False,
    ) -> None:
        self._declared = declared
        self._grows = grows
        self._others = OTHER_SERVERS if by_chance else 0
        self._limit = limit
        self._load = load_of(declared, limit)
        self._offers = (
            offers_to_growing(declared, limit)
            if grows
            else offers(declared, limit, also)
        )
        self._pending = deque(self._offers)
        self._patient = True
        self._choice = Choice()
        self.rounds: list[Round] = []
        self.steered: list[SteeredRound] = []
        self._given_up = GROWS if grows else ""
        self.idle = IdleWorkers()
        self._repeated = 0
        self._ended = 0
        self.begun_anew = 0
        """How often the rounds were begun anew."""

    @property
    def workers(self) -> int | None:
        """Number of processes that take requests; ``None`` if unknown."""
        return len(self._choice.workers) or None

    @property
    def not_steered(self) -> str:
        """Why no order could be chosen although several processes take requests."""
        return self._given_up or self._choice.reason

    @property
    def ordinary_done(self) -> bool:
        """Whether every planned ordinary round has been run."""
        return not self._pending

    def choose_among(self, choice: Choice, held: Collection[int] = ()) -> None:
        """Record the workers, and how their order can be chosen.

        ``held`` are the processes that have held requests so far.
        """
        self._choice = choice
        if self.idle.see(choice, held, len(self.rounds)):
            self._begin_anew(1, BEGUN_ANEW + len(choice.workers))

    def cannot_steer(self, reason: str) -> None:
        """Record that the order could not be chosen after all."""
        self._given_up = reason

    def worker_ended(self) -> None:
        """Record that a worker ended as it was about to be stopped."""
        self._ended += 1
        if self._ended >= TRIES_REPLACED:
            self._given_up = REPLACED

    def next(self) -> Offer | Steer | None:
        """The next load to offer; ``None`` when the question is answered."""
        if app_never_reached(self.rounds):
            return None
        if not self._pending:
            more = self._steer()
            if more is None and self._was_early() and self._begin_anew(1):
                return self.next()
            more = more or self._further() or let_in_again(self.rounds)
            if isinstance(more, Steer) or more is None:
                return more
            self._pending.append(more)
        return self._pending[0]

    def _steer(self) -> Offer | Steer | None:
        if not self._steers():
            return None
        if self._choice.by is Steering.PORT and self._choice.ports < self._load:
            return self._learn()
        return next_steered(self._choice, self._load, self.steered)

    def _was_early(self) -> bool:
        """Whether a round fell below the chosen least before all workers were up."""
        early = at_load(self.rounds[: self.idle.early], self._load)
        leasts = [one.admitted for one in least_rounds(self.steered, self._load)]
        return bool(leasts) and any(one.admitted < min(leasts) for one in early)

    def _steers(self) -> bool:
        """Whether to choose the order of workers, by what is known so far."""
        if self._choice.by is None or self.not_steered:
            return False
        self._given_up = obstacle(self._choice, self._load, self.steered)
        if any(round_.settled is Settled.STEADY_COUNT for round_ in self.rounds):
            self._given_up = "the server was never quiet"
        return not self.not_steered

    def _learn(self) -> Offer | None:
        learning = LEARNING_LOAD * self._load
        if sum(round_.asked == learning for round_ in self.rounds) < LEARNING_ROUNDS:
            return Offer(learning)
        self._given_up = "too few source ports are known that lead to each worker"
        return None

    def _further(self) -> Offer | None:
        """A further load, if the order of workers was left to chance."""
        if self._grows:
            return further_to_growing(self.rounds, self._declared, self._limit)
        leasts = least_rounds(self.steered, self._load)
        least = min((round_.admitted for round_ in leasts), default=None)
        admitted = [round_.admitted for round_ in at_load(self.rounds, self._load)]
        if self._steers() and (least is None or least <= min(admitted, default=least)):
            more = beyond(self.rounds, self.steered, self._declared)
            return more or self._on_another_server()
        several = self._choice.is_shared or any(r.processes > 1 for r in self.rounds)
        shared = several and self.workers != 1
        more = further(
            self.rounds,
            self._declared,
            self._limit,
            shared=shared,
            alone=self.workers == 1,
        )
        return (
            more
            or beyond(self.rounds, self.steered, self._declared)
            or several_waiting(self.rounds, self._declared)
            or self._on_another_server()
        )

    def _on_another_server(self) -> Offer | None:
        """Offer the same load to another server, which may start more threads."""
        peak = max((round_.peak for round_ in self.rounds), default=0)
        if peak >= self._load or not self._others:
            return None
        self._others -= 1
        return Offer(self._load, anew=True)

    def patient_below(self, step: Offer | Steer) -> int:
        """Number of admitted requests below which the server is watched for longer.

        If the order can be chosen, this is needed only once each worker has had its
        turn.
        """
        if not self._patient:
            return 0
        if isinstance(step, Steer):
            return self._load if step.goal is Goal.MOST else 0
        return 0 if self._steers() else min(step.asked, self._load)

    def record(self, done: Round) -> None:
        """Record the round in which the load from ``next`` was offered."""
        step = self._pending.popleft()
        if self._begin_anew(done.late):
            return
        self.rounds.append(done)
        if done.replaced and self._repeated < ROUNDS_REPEATED:
            self._repeated += 1
            self._pending.appendleft(step)
            return
        short = not self._grows and admitted_too_few(done, self._declared, self._limit)
        if short and not self.begun_anew and not self._steers():
            self._patient = False  # watched for long, and nothing came late

    def record_steered(self, done: SteeredRound) -> None:
        """Record the steered round that was run for ``next``."""
        if self._begin_anew(done.late):
            return
        self.steered.append(done)
        if done.goal is Goal.MOST:
            self.idle.filled()

    def _begin_anew(self, late: int, at_most: int = BEGUN_ANEW) -> bool:
        if not late or self.begun_anew >= at_most or self._grows:
            return False
        self.begun_anew += 1
        self.idle.begin_anew()
        self._given_up = ""
        self.rounds.clear()
        self.steered.clear()
        self._pending = deque(self._offers)
        return True
