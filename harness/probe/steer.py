"""Offers a load to the workers of a server in a chosen order.

Workers are stopped (SIGSTOP) only while the server is quiet, so that none is stopped in
the middle of something, and nothing is offered before all of their threads have
stopped. A stopped worker stands for one that the scheduler does not run for a moment.
None is stopped for longer than ``STOPPED_SECONDS`` at a stretch.
"""

import contextlib
import time
from itertools import islice

import msgspec

from harness.probe.arriving import assign_ports
from harness.probe.arriving import Order
from harness.probe.gathering import gather
from harness.probe.gathering import send_all
from harness.probe.kept_out import kept_out
from harness.probe.orders import Choice
from harness.probe.orders import Steer
from harness.probe.probe import Probe
from harness.probe.round import finish
from harness.probe.sleepers import wait_for_sleepers
from harness.probe.source_ports import Ports
from harness.probe.steps import Steps
from harness.probe.watching import PATIENCE_SECONDS
from harness.probe.watching import watch
from harness.probe.workers import may_be_booting
from harness.records.steering import Goal
from harness.records.steering import SteeredRound
from harness.records.steering import Steering
from harness.system.stopping import STOPPED_SECONDS
from harness.system.stopping import Stopping
from harness.system.stopping import stopping
from harness.system.stopping import TooLong

BREATH_SECONDS = 1.0
"""Seconds after which all workers run for a moment, if that changes nothing: masters
replace workers that are silent for long."""

IDLE_SECONDS = 5.0
"""Seconds to watch a quiet server while a process that listens has never taken a
request: that process may sleep while it boots, or wait for another one to boot."""


async def run_steered(
    probe: Probe, step: Steer, choice: Choice, ports: Ports, patient_below: int
) -> SteeredRound:
    """Offer a load in a chosen order, count, release all, and account for all.

    While fewer than ``patient_below`` are in the app in the end, the server is watched
    for longer. Raises ``CannotStop`` and ``Ended``.
    """
    assert choice.by is not None
    # For the most, each worker is offered the whole load.
    multiple = len(step.order) if step.goal is Goal.MOST else 1
    batch = gather(probe, step.load * multiple)
    steps = Steps(probe)
    with probe.dispersing():
        if choice.by is Steering.PORT:
            assign_ports(Order(step.order, ports, step.goal), batch.clients)
            await send_all(probe, batch.clients)
        else:
            await _by_stopping(probe, step, steps)
            batch.send()  # over connections that were only opened, if any
        await steps.settle()
        batch.give_up_opening()
        first = len(probe.holds.entered)
        await _watch_for_more(probe, step, patient_below)
        counted = _count(probe, step, choice.by, steps, first)
        ever = set(probe.holds.ever)
        finished = await finish(probe)
        # A worker whose first request came only now was still booting in its turn.
        new = probe.holds.ever.difference(ever).intersection(step.order)
    return msgspec.structs.replace(
        counted,
        offered=batch.offered,
        late=counted.late + (len(new) if step.goal is Goal.MOST else 0),
        elsewhere=_elsewhere(probe, ports),
        stopped_seconds=steps.stopped_seconds,
        complete=steps.complete,
        same_workers=set(step.order) <= set(probe.server.processes()),
        broken=probe.holds.broken,
        stalled=finished.stalled,
        strays=probe.holds.strays,
        account=batch.account(probe.holds.entered),
    )


def _count(
    probe: Probe, step: Steer, by: Steering, steps: Steps, first: int
) -> SteeredRound:
    """Count the requests in the app, of which ``first`` entered in the chosen order.

    The record does not have yet what becomes of them when they are released.
    """
    batch, spread = probe.batch, probe.holds.spread()
    most = step.goal is Goal.MOST
    return SteeredRound(
        goal=step.goal,
        by=by,
        workers=step.order,
        load=step.load,
        opened=step.opened,
        asked=len(batch.clients),
        offered=batch.offered,
        after=tuple(steps.after),
        alone=steps.alone or (steps.after[0] if by is Steering.PORT else 0),
        admitted=len(probe.holds.held),
        waiting=probe.waiting(),
        late=len(probe.holds.entered) - first,
        processes=spread.processes,
        threads=spread.threads,
        settled=tuple(steps.settled),
        shares=steps.shares(step.order) if most else (),
        takers=tuple(steps.takers) if by is Steering.STOP else None,
        passed_over=steps.passed_over(step.order) if most else 0,
        account=batch.account(probe.holds.entered),
    )


async def _watch_for_more(probe: Probe, step: Steer, patient_below: int) -> None:
    """Watch a quiet server for requests that enter late, after the order was kept."""
    short = len(probe.holds.held) < patient_below
    # A worker that ended meanwhile takes nothing any more.
    present = set(step.order) & set(probe.server.processes())
    idle = present - probe.holds.ever
    boots = step.goal is Goal.MOST and may_be_booting(probe, present)
    if probe.waiting() and (short or boots):
        seconds = IDLE_SECONDS if idle else PATIENCE_SECONDS
        await watch(probe, probe.all_in_or_ended, seconds)
    if step.goal is Goal.MOST:
        await wait_for_sleepers(probe, again=True, short=short)
    elif probe.waiting() and (out := kept_out(probe)):
        # Workers that a stopped one kept out may only now notice that it no longer
        # does.
        await wait_for_sleepers(probe, again=True, among=out)


def _elsewhere(probe: Probe, ports: Ports) -> int:
    """Number of requests held by a worker that their source port does not lead to."""
    owners = {port: worker for worker, own in ports.items() for port in own}
    where = probe.holds.where
    return sum(
        where[client.name] != owners[client.source]
        for client in probe.batch.clients
        if client.name in where and client.source in owners
    )


# -------------------------------------------------------------------------- by stopping


async def _by_stopping(probe: Probe, step: Steer, steps: Steps) -> None:
    phase = _one_after_another if step.goal is Goal.LEAST else _each_alone
    steps.complete = False
    with contextlib.suppress(TooLong):
        async with stopping(probe.server.origin) as stopped:
            await phase(probe, step, steps, stopped)
            steps.complete = True
    steps.stopped_seconds = tuple(stopped.longest.get(w, 0.0) for w in step.order)


async def _one_after_another(
    probe: Probe, step: Steer, steps: Steps, stopped: Stopping
) -> None:
    """Let the first worker run alone until it is full, then add the others in turn."""
    await stopped.stop(step.order)
    if step.opened:
        await _accepted_one_after_another(probe, step, steps, stopped)
        return
    # All requests must have arrived before the first worker looks, or chance decides.
    await send_all(probe, probe.batch.clients)
    for number, worker in enumerate(step.order):
        if steps.alone and worker == step.order[-1]:
            break  # the total is counted in the end
        if number and not steps.alone:
            # The worker before this one took nothing: it takes no requests at all, or
            # another worker holds a lock around accept.
            await stopped.stop([step.order[number - 1]])
        stopped.go_on([worker])
        all_in = await steps.settle(worker)
        steps.alone = steps.alone or steps.after[-1]
        if all_in:
            break
    stopped.all_go_on()


async def _accepted_one_after_another(
    probe: Probe, step: Steer, steps: Steps, stopped: Stopping
) -> None:
    """Let each worker in turn accept all connections that it wants."""
    await steps.connect(probe.batch.clients, step.order)
    for worker in step.order:
        stopped.go_on([worker])
        await probe.let_accept()
        steps.note_accepted(worker)
        await stopped.stop([worker])
    stopped.all_go_on()


async def _each_alone(
    probe: Probe, step: Steer, steps: Steps, stopped: Stopping
) -> None:
    """Let each worker in turn run alone, and offer it the whole declared number."""
    clients, breath = iter(probe.batch.clients), time.monotonic()
    for worker in step.order:
        if time.monotonic() - breath > BREATH_SECONDS:
            stopped.all_go_on()
            await probe.unless_ended(probe.settle(), STOPPED_SECONDS)
            breath = time.monotonic()
            stopped.begin_anew()
        await stopped.stop(step.order)
        await send_all(probe, list(islice(clients, step.load)))
        stopped.go_on([worker])
        await steps.settle(worker)
    stopped.all_go_on()
