"""Finds processes that take a request only while no worker does.

Such a process listens as the workers do, lets them go first, and checks a moment later
whether a request is left. As long as a worker runs, no request reveals it, and between
two checks it waits for no connection, just like a master. So all workers are stopped,
and one request is sent.
"""

from collections.abc import Iterable
from collections.abc import Mapping

from harness.probe.gathering import all_in
from harness.probe.gathering import gather
from harness.probe.gathering import hold
from harness.probe.look import Thread
from harness.probe.orders import Choice
from harness.probe.probe import Probe
from harness.probe.round import finish
from harness.probe.sleepers import NAP_SECONDS
from harness.probe.sleepers import naps
from harness.probe.sleepers import runs
from harness.probe.sleepers import wait_for_turns
from harness.probe.workers import other_listeners
from harness.system.asleep import for_a_time
from harness.system.proc import threads_of
from harness.system.schedstat import thread_turns
from harness.system.stopping import STOPPED_SECONDS
from harness.system.stopping import stopping

LOCK_NAP_SECONDS = 0.1
"""How long to wait for a process that waits for a lock or an event with a time limit.
Masters wait like that for half a second or more, and the probe would wait for each."""


def not_tried(probe: Probe, choice: Choice) -> set[int]:
    """The processes of a server that may be workers, and were not tried yet."""
    processes = set(probe.server.origin.processes())
    return processes - set(choice.workers) - probe.learned.tried


async def try_the_others(probe: Probe, choice: Choice) -> int:
    """Let processes that may yield to the workers take a request.

    A process that takes it counts afterwards as one that has held requests. A process
    that sleeps for longer than a nap does not yield. Returns how many requests were
    never served. Raises ``CannotStop``, ``TooLong`` and ``Ended``.
    """
    new = not_tried(probe, choice)
    probe.learned.tried |= new
    others = new & other_listeners(new | set(choice.workers), choice.workers)
    others = {each for each in others if naps(each) or runs(each)}
    if not others:
        return 0
    batch = gather(probe, 1)
    with probe.dispersing():
        async with stopping(probe.server.origin) as stopped:
            await stopped.stop(choice.workers)
            # A parent learns by a signal that a child has stopped.
            await probe.unless_ended(probe.settle(), STOPPED_SECONDS)
            before = _turns(others)
            await hold(probe, batch.clients)
            await wait_for_turns(probe, _short(others), 1)
            looking = [naps(each) for each in others if _may_look(each, before)]
            limits = dict.fromkeys(set[Thread]().union(*looking), NAP_SECONDS)
            # All processes at once, because workers must not be stopped for long.
            await wait_for_turns(probe, limits)
            await all_in(probe)
        return (await finish(probe)).stalled


def _short(processes: Iterable[int]) -> dict[Thread, float]:
    """How long to wait for each thread that waits for a lock for a short time."""
    return {
        (process, thread): LOCK_NAP_SECONDS
        for process in processes
        for thread, sleep in for_a_time(process).items()
        if sleep.for_lock and (sleep.seconds or 0.0) <= LOCK_NAP_SECONDS
    }


def _turns(processes: Iterable[int]) -> dict[Thread, int]:
    """How often each thread of some processes has run."""
    return {
        (process, thread): thread_turns(process, thread)[1]
        for process in processes
        for thread in threads_of(process)
    }


def _may_look(process: int, before: Mapping[Thread, int]) -> bool:
    """Whether a process was woken by a request, or checks for requests periodically.

    ``before`` says how often its threads had run before the request was sent. Threads
    that wait for a lock are left out, since masters of many servers do so too.
    """
    timed = for_a_time(process)
    clocks = {thread for thread, sleep in timed.items() if not sleep.for_lock}
    if any(thread in clocks for _, thread in naps(process)):
        return True
    return any(before.get(each) != turns for each, turns in _turns([process]).items())
