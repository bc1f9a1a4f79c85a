"""Measures one cell: its overlap, and then the other questions.

For the overlap a server is started, and another whenever it stalls. Questions that do
not change a server's state are then asked of the same one. All other questions get
servers of their own, and nothing that goes wrong there changes the overlap's result.
"""

import time
from collections.abc import Collection
from pathlib import Path

from harness.measure.bench import Bench
from harness.measure.guard import describe
from harness.measure.guard import guarded
from harness.measure.start import FreshServers
from harness.measure.unmeasured import unmeasured
from harness.probe.listeners import shared
from harness.probe.overlap import measure_overlap
from harness.probe.probe import Probe
from harness.probe.questions import ask
from harness.probe.questions import NotMeasured
from harness.probe.questions import on_own_server
from harness.probe.questions import on_same_server
from harness.probe.questions import SameServer
from harness.probe.questions.context import Context
from harness.probe.schedule import Schedule
from harness.records.choices import Act
from harness.records.choices import Question
from harness.records.evidence import CellEvidence
from harness.records.plan import PlannedCell
from harness.records.seen import AnySeen
from harness.records.text import plural
from harness.records.witness import KernelAccount
from harness.records.words import Outcome
from harness.system.process import Ended
from harness.system.scratch import scratch_folder

STARTS = 10
"""How often a server may be started for the overlap of one cell. A server that stalls
is started again for the next round; gunicorn 21 to 23 can stall in nearly every
round."""


async def measure_cell(
    bench: Bench, planned: PlannedCell, questions: Collection[Question] = ()
) -> CellEvidence:
    """Measure one cell; whatever happens is recorded as its outcome.

    The overlap is always measured. The other ``questions`` are asked if it could be
    measured.
    """
    if planned.not_supported is not None:
        return unmeasured(planned, Outcome.NOT_SUPPORTED, planned.not_supported)
    with scratch_folder() as scratch:
        attempt = Attempt(bench, planned, scratch, questions)
        outcome, reason, trace = Outcome.MEASURED, "", ""
        try:
            await guarded(attempt.run())
        except NotMeasured as problem:
            outcome, reason = problem.outcome, problem.reason
        except Exception as problem:  # a server may do anything to the probe
            outcome = Outcome.HARNESS_FAILED
            reason, trace = describe(problem)
    servers = attempt.servers
    return CellEvidence(
        id=planned.id,
        configuration=planned.configuration,
        outcome=outcome,
        reason=reason,
        log_tail=trace or (servers.tail if attempt.tail_matters(outcome) else ""),
        command=tuple(servers.command),
        front=servers.front,
        declaration=attempt.declaration,
        claims=servers.claims,
        rounds=tuple(attempt.schedule.rounds),
        steered=tuple(attempt.schedule.steered),
        workers=attempt.schedule.workers,
        idle_workers=attempt.schedule.idle.count,
        asleep_workers=attempt.schedule.idle.asleep,
        not_steered=attempt.schedule.not_steered,
        kernel=attempt.kernel,
        asked=tuple(attempt.asked),
        restarts=attempt.schedule.begun_anew,
        start_seconds=servers.start_seconds,
        measure_seconds=attempt.measure_seconds,
        stop_seconds=servers.stop_seconds,
    )


class Attempt:
    """One cell being measured: its questions, and the evidence so far."""

    def __init__(
        self,
        bench: Bench,
        planned: PlannedCell,
        scratch: Path,
        questions: Collection[Question],
    ) -> None:
        self._bench = bench
        self._planned = planned
        self._scratch = scratch
        self._questions = questions
        self.declaration = planned.declaration
        self.schedule = self._schedule()
        self.servers = FreshServers(bench, planned, scratch)
        """The servers on which the overlap is measured."""
        self.asked: list[AnySeen] = []
        self.kernel: KernelAccount | None = None
        self.measure_seconds = 0.0

    def _schedule(self) -> Schedule:
        declared, grows = self.declaration.declared, self.declaration.grows
        also = self._planned.also_offered
        by_chance = bool(self.declaration.by_chance)
        limit = self._bench.limit
        return Schedule(declared, limit, also, grows=grows, by_chance=by_chance)

    def tail_matters(self, outcome: Outcome) -> bool:
        """Whether the server's output may explain something that went wrong."""
        faults = any(
            round_.stalled
            or round_.broken
            or round_.account.failed
            or round_.offered > round_.admitted + round_.waiting
            for round_ in self.schedule.rounds
        )
        return outcome is not Outcome.MEASURED or faults

    @property
    def context(self) -> Context:
        """The facts about the cell that questions need."""
        return Context(
            declared=self.declaration.declared,
            limit=self._bench.limit,
            rounds=tuple(self.schedule.rounds),
            steered=tuple(self.schedule.steered),
            health=self._planned.health,
            acts=self._planned.acts or tuple(Act),
            own=self._planned.own,
        )

    async def run(self) -> None:
        """Ask all questions. Raises ``NotMeasured`` when there is no overlap."""
        for _ in range(STARTS):
            if await self.servers.use(self._overlap):
                break
        done = {each.question for each in self.asked}
        for question in (
            *on_same_server(self._questions),
            *on_own_server(self._questions),
        ):
            if question not in done:
                own = FreshServers(self._bench, self._planned, self._scratch, question)
                self.asked.append(await ask(question, own, self.context))

    async def _overlap(self, probe: Probe) -> bool:
        begun = time.monotonic()
        declaration = self._bench.app.declaration
        if declaration is not None and declaration != self.declaration:
            self.declaration = declaration
            self.schedule = self._schedule()
        probe.learned.grows = self.declaration.grows
        try:
            done = await measure_overlap(probe, self.schedule)
        except Ended as problem:
            rounds = len(self.schedule.rounds)
            reason = f"{problem} after {plural(rounds, 'round')}"
            raise NotMeasured(Outcome.DIED, reason) from None
        except TimeoutError:
            reason = "a wait in a round reached its deadline"
            raise NotMeasured(Outcome.HARNESS_FAILED, reason) from None
        finally:
            self.measure_seconds += time.monotonic() - begun
            accounts = filter(None, (self.kernel, probe.learned.kernel))
            self.kernel = max(accounts, key=lambda each: each.held, default=None)
        if not probe.destination.endpoint.path and shared(
            probe.destination.endpoint.port, probe.server.processes()
        ):
            reason = "another program began to listen on its port meanwhile"
            raise NotMeasured(Outcome.HARNESS_FAILED, reason)
        if done and not self._stalled():
            for question in on_same_server(self._questions):
                self.asked.append(await ask(question, SameServer(probe), self.context))
        return done

    def _stalled(self) -> bool:
        """Whether requests wait forever in the current server."""
        return any(done.stalled for done in self.schedule.rounds[-1:])
