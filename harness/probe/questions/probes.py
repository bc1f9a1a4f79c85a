"""Sends health checks as an orchestrator does, while requests are held.

The probe never waits as long as an orchestrator would: a check that a quiet server has
not answered waits for a slot, and how long it may wait is computed.

If the order of workers can be chosen, each number of held requests is tried in two
orders: once the check reaches the worker that has taken all that it can, and once a
worker with room. This shows from how many requests on it may wait, and from how many it
must.
"""

import math
import time

import msgspec

from harness.probe.arriving import learn_ports
from harness.probe.gathering import gather
from harness.probe.gathering import hold
from harness.probe.health import Check
from harness.probe.health import hold_and_send
from harness.probe.health import hold_and_send_from
from harness.probe.health import send
from harness.probe.listeners import listened_on
from harness.probe.orders import Choice
from harness.probe.probe import Probe
from harness.probe.questions.context import Context
from harness.probe.questions.load import BEYOND
from harness.probe.questions.search import next_from_slots
from harness.probe.round import finish
from harness.probe.source_ports import Ports
from harness.probe.transports import NotSpoken
from harness.probe.watching import expect
from harness.probe.watching import patience
from harness.probe.workers import choose
from harness.records.health import CheckBy
from harness.records.health import CheckOrder
from harness.records.health import HealthCheck
from harness.records.health import HealthStep
from harness.records.health import ProbesSeen
from harness.records.steering import Steering
from harness.system.stopping import CannotStop

IDLE_ANSWERS = 3
"""How long to wait for a check's answer, in multiples of the time that it takes with
nothing held: in a quiet server, its view may still wait for something such as a
database."""

IDLE_TRIES = 3
"""How often to time a check with nothing held, if the first takes long."""

AT_CHANCE = 4
"""How often to try each number of requests if chance decides the order of workers."""


async def ask(probe: Probe, context: Context) -> ProbesSeen:
    """See how many held requests make a health check wait."""
    check = context.health
    asking = Asking(probe, check, choose(probe))
    if check.port is not None:
        _check_port(probe, check.port)
    try:
        steps = await asking.all_steps(context.ceiling)
    except CannotStop:
        await probe.settle()
        steps = await Asking(probe, check).all_steps(context.ceiling)
    return ProbesSeen(check=check, steps=tuple(steps))


def _check_port(probe: Probe, port: int) -> None:
    if port not in listened_on(probe.server.processes()):
        raise NotSpoken(f"no process of this server listens on port {port}")


class Asking:
    """The steps by which the health of one server is checked."""

    def __init__(
        self, probe: Probe, check: HealthCheck, choice: Choice | None = None
    ) -> None:
        self._probe = probe
        self._check = check
        self._workers = choice.workers if choice else ()
        self._by = choice.by if choice else None
        self._ports: Ports = {}
        self._patience = 0.0
        """How long to watch a quiet server for the answer."""
        self._answer_seconds = 0.0
        self._orders: tuple[CheckOrder, ...] = (CheckOrder.CHANCE,)
        if self._by is not None:
            self._orders = (CheckOrder.FULL_FIRST, CheckOrder.ROOM)
        elif len(self._workers) == 1 and not probe.learned.grows:
            self._orders = (CheckOrder.ONLY,)

    async def all_steps(self, ceiling: int) -> list[HealthStep]:
        """Check with nothing held, then with various numbers of held requests.

        Raises ``CannotStop``, ``NotSpoken`` and ``Ended``.
        """
        if self._by is Steering.PORT and not self._ports:
            wanted = ceiling + BEYOND + 1
            self._ports = await learn_ports(self._probe, self._workers, wanted)
            if not self._ports:
                self._orders = (CheckOrder.CHANCE,)
        first, *others = self._orders
        self._patience = max(patience(self._probe.learned), self._check.timeout)
        steps = [await self._alone()]
        self._answer_seconds = IDLE_ANSWERS * (steps[0].seconds or 0.0)
        self._patience = max(patience(self._probe.learned), self._answer_seconds)
        if not steps[0].answered:
            return steps
        waits: dict[int, bool] = {}
        steps += await self._search(first, waits, ceiling)
        if not any(waits.values()):
            return steps
        least = min(count for count, waited in waits.items() if waited)
        for order in others:
            known = {least - 1: False} if least > 1 else {}
            steps += await self._search(order, known, ceiling)
        steps.append(await self._step(ceiling + BEYOND, first, in_full=True))
        return steps

    async def _alone(self) -> HealthStep:
        """Check with nothing held; if the first check is slow, keep the quickest."""
        tried = [await self._step(0, CheckOrder.ONLY)]
        while (tried[-1].seconds or 0.0) > self._check.timeout:
            if len(tried) == IDLE_TRIES:
                break
            tried.append(await self._step(0, CheckOrder.ONLY))
        return min(tried, key=lambda each: each.seconds or math.inf)

    async def _search(
        self, order: CheckOrder, waits: dict[int, bool], most: int
    ) -> list[HealthStep]:
        """Find the fewest requests at which a check waits, in one order of workers."""
        steps: list[HealthStep] = []
        times = AT_CHANCE if order is CheckOrder.CHANCE else 1
        while count := next_from_slots(waits, most, most):
            in_full = count == most
            several = [
                await self._step(count, order, in_full=in_full) for _ in range(times)
            ]
            waits[count] = not all(each.answered for each in several)
            steps += several
        return steps

    async def _step(
        self, held: int, order: CheckOrder, *, in_full: bool = False
    ) -> HealthStep:
        """Hold requests, check, and release all.

        With ``in_full``, it also finds how many requests are ahead of a waiting check,
        and whether the other kind of check would have been answered.
        """
        probe = self._probe
        gather(probe, held)
        check, complete = None, True
        try:
            check, complete = await self._hold_and_send(order)
            settled = await expect(probe, check.is_over, self._patience)
            over = check.is_over()
            step = HealthStep(
                held=held,
                order=order,
                in_app=len(probe.holds.held),
                answered=check.is_answered,
                status=check.status,
                seconds=time.monotonic() - check.since if over else None,
                settled=settled,
                lag_seconds=probe.lag.worst(),
                complete=complete,
            )
            return await self._whole(step, check) if in_full else step
        finally:
            if check is not None:
                check.batch.give_up()
            await finish(probe)
            probe.disperse()

    async def _hold_and_send(self, order: CheckOrder) -> tuple[Check, bool]:
        """Hold requests and send a check; also whether the order was as chosen."""
        probe, check = self._probe, self._check
        if order in (CheckOrder.ONLY, CheckOrder.CHANCE):
            await hold(probe, probe.batch.clients)
            return await send(probe, check, check.by), True
        if self._by is Steering.PORT:
            return await hold_and_send_from(probe, check, order, self._ports), True
        return await hold_and_send(probe, check, order, self._workers)

    async def _whole(self, step: HealthStep, check: Check) -> HealthStep:
        """Complete a step: release requests until the check is answered."""
        other = CheckBy.HTTP if check.by is CheckBy.TCP else CheckBy.TCP
        beside = await send(self._probe, self._check, other)
        beside.batch.give_up()
        behind = None if check.is_over() else await self._behind(check)
        seen = {str(other): beside.is_answered}
        return msgspec.structs.replace(step, behind=behind, **seen)

    async def _behind(self, check: Check) -> int | None:
        """Number of requests to release until the check is answered."""
        probe, released = self._probe, 0
        while probe.holds.held and not check.is_over():
            probe.holds.release_oldest()
            released += 1
            await expect(probe, check.is_over, self._answer_seconds)
        return released if check.is_answered else None
