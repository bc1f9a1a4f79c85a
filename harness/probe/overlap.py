"""Measures how many requests overlap: runs the scheduled rounds on one server."""

from itertools import repeat

from harness.probe.booting import wait_for_new_processes
from harness.probe.orders import Choice
from harness.probe.orders import Steer
from harness.probe.orders import TRIES
from harness.probe.probe import Probe
from harness.probe.round import run_round
from harness.probe.schedule import Schedule
from harness.probe.source_ports import LearnedPorts
from harness.probe.steer import run_steered
from harness.probe.workers import choose
from harness.probe.workers import is_shared_by_threads
from harness.probe.workers import may_be_booting
from harness.probe.yielding import not_tried
from harness.probe.yielding import try_the_others
from harness.records.steering import Steering
from harness.records.steering import TOO_LONG
from harness.system.stopping import CannotStop
from harness.system.stopping import HasEnded
from harness.system.stopping import TooLong


async def measure_overlap(probe: Probe, schedule: Schedule) -> bool:
    """Run the scheduled rounds; return whether the schedule is complete.

    It is not complete when the server has stalled, so that requests wait in it for
    ever, or when the next round needs a fresh server. Then start another server, and
    call this again with the same schedule. Raises ``Ended``.
    """
    ports = LearnedPorts(probe.destination.endpoint[0])
    try:
        return await _run(probe, schedule, ports)
    finally:
        probe.sources = repeat(0)


async def _run(probe: Probe, schedule: Schedule, ports: LearnedPorts) -> bool:
    await wait_for_new_processes(probe)
    choice, fresh = _choose(probe, ports), True
    while True:
        if choice.by is Steering.PORT:
            choice = choice._replace(ports=ports.known(choice.workers))
        schedule.choose_among(choice, probe.holds.ever)
        step = schedule.next()
        if step is None:
            if schedule.idle.count:
                schedule.idle.asleep = len(may_be_booting(probe, choice.workers))
            return True
        if isinstance(step, Steer):
            stalled = await _steered(probe, schedule, step, choice, ports)
        elif step.anew and not fresh:
            return False  # this server may leave out a worker for as long as it lives
        else:
            below = schedule.patient_below(step)
            done = await run_round(probe, step, patient_below=below)
            ports.learn(probe)
            schedule.record(done)
            stalled = done.stalled
            if probe.learned.pause_seconds:
                schedule.cannot_steer("requests pause on their way to the app")
        if schedule.ordinary_done:
            new = not_tried(probe, choice)
            if new:
                stalled += await _try(probe, schedule, choice)
            # By now more is known about who takes requests, or workers were replaced.
            # Choosing reads the sockets of all processes, which is too slow for every
            # round.
            if new or not _is_certain(probe, choice):
                choice = _choose(probe, ports)
        fresh = False
        if stalled:
            return schedule.next() is None


async def _try(probe: Probe, schedule: Schedule, choice: Choice) -> int:
    """Test whether other processes take requests while no worker does.

    Returns how many requests were never served.
    """
    try:
        return await try_the_others(probe, choice)
    except HasEnded:
        schedule.worker_ended()
        probe.learned.tried.clear()
    except CannotStop as problem:
        schedule.cannot_steer(str(problem))
    except TooLong:
        probe.learned.tries_too_long += 1
        if probe.learned.tries_too_long < TRIES:
            probe.learned.tried.clear()
        else:
            schedule.cannot_steer(TOO_LONG)
    await probe.settle()
    return 0


def _is_certain(probe: Probe, choice: Choice) -> bool:
    """Whether only the chosen workers have held requests, and all of them still run.

    The order of threads in a single worker does not matter, as far as is known so far.
    """
    if len(choice.workers) == 1 and is_shared_by_threads(probe, *choice.workers):
        return False
    held = probe.holds.ever
    alive = set(probe.server.processes())
    return held == set(choice.workers) and not choice.reason and held <= alive


async def _steered(
    probe: Probe, schedule: Schedule, step: Steer, choice: Choice, ports: LearnedPorts
) -> int:
    """Run a steered round; return how many requests were never served."""
    below = schedule.patient_below(step)
    try:
        done = await run_steered(probe, step, choice, ports.ports, below)
    except CannotStop as problem:
        if isinstance(problem, HasEnded):
            schedule.worker_ended()
        else:
            schedule.cannot_steer(str(problem))
        await probe.settle()
        return 0
    schedule.record_steered(done)
    return done.stalled


def _choose(probe: Probe, ports: LearnedPorts) -> Choice:
    """Find the present workers, and how their order can be chosen."""
    choice = choose(probe)
    if choice.by is Steering.PORT:
        probe.sources = ports.sources
    return choice
