"""Waits for threads of a full server that check only periodically for requests.

A growing pool has a thread that checks periodically whether requests wait. Between two
checks that thread sleeps, and the server is as quiet as one that will not grow. The
thread has had its turn once it has run twice while requests waited.
"""

import asyncio
import time
from collections.abc import Collection
from collections.abc import Iterable
from typing import NamedTuple

from harness.probe.kept_out import kept_out
from harness.probe.kept_out import threads_of_masters
from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.system.accepting import waiting_for_connections
from harness.system.asleep import all_for_a_time
from harness.system.asleep import for_a_time
from harness.system.asleep import Sleep
from harness.system.proc import threads_of
from harness.system.schedstat import thread_state
from harness.system.schedstat import thread_turns
from harness.system.sockets import listening

TURNS_NEEDED = 2
"""Number of runs that a thread needs. Its first run may have begun before requests
waited."""

CLOCK_SECONDS = 3.0
"""Seconds to wait, for each run, for a thread that sleeps on a clock."""

LOCK_SECONDS = 0.5
"""The same for a thread that waits for a lock or an event with a time limit, in a
process that has requests: idle threads of pools wait like that too."""

IDLE_SECONDS = 1.5
"""The same for such a thread that already slept like that before there were any
requests. Idle threads of gevent do so for 5 s."""

SLOW_SECONDS = 4.5
"""The same for any thread that sleeps with a time limit, while fewer requests are in
the app than declared."""

NAP_SECONDS = 0.5
"""The same for a thread that sleeps for a time in a worker that runs while others are
stopped, because these must not be stopped for long."""

RUNNING = (b"R", b"D")
"""States of threads that run or wait for a processor, or for a disk."""

LOOK_SECONDS = 0.02
"""Seconds between two looks at the threads that are waited for."""

MOST_COUNTED = 0.1
"""The most seconds that count between two looks: if this process itself was not
running, the time in between proves nothing."""

PROCESSES_EXAMINED = 64
"""Most processes whose threads are examined for what they sleep in."""


class Sleeper(NamedTuple):
    """A thread that sleeps for a time."""

    limit: float
    """How long to wait for the thread each time, in seconds."""
    left: float | None
    """The most seconds until it wakes; ``None`` if unknown."""
    on_clock: bool


Sleepers = dict[Thread, Sleeper]


async def wait_for_sleepers(
    probe: Probe,
    *,
    again: bool = False,
    short: bool = False,
    among: Collection[int] = (),
) -> None:
    """Wait until threads that sleep for a time have looked at the waiting requests.

    Whenever this lets requests in, all threads are waited for again. Otherwise each
    thread is waited for once in the life of a server, unless ``again``. If the server
    is ``short`` of what it declares, threads that sleep for longer are waited for as
    well. ``among`` are the workers that were kept out, if only their threads count.
    Raises ``Ended``.
    """
    learned = probe.learned.sleepers
    done, looked_again = {} if again else learned.had_turn, False
    while probe.waiting():
        due = {
            thread: sleeper
            for thread, sleeper in _sleepers(probe, short, among).items()
            if done.get(thread, 0.0) < sleeper.limit
        }
        long = {each for each, to in due.items() if (to.left or 0.0) > to.limit}
        entered = len(probe.holds.entered)
        awaited = {each: to.limit for each, to in due.items() if each not in long}
        slept = long | await wait_for_turns(probe, awaited)
        learned.on_clock |= {each for each in slept if due[each].on_clock}
        if short:
            left = {each: due[each].left for each in slept - learned.on_clock}
            learned.on_clock |= threads_of_masters(probe, left)
        if not awaited and (
            looked_again or not any(map(runs, probe.server.processes()))
        ):
            break
        # One that runs just now may be between two naps.
        looked_again = not awaited
        await probe.until(probe.all_in_or_ended)
        if len(probe.holds.entered) > entered:
            done = {}
        elif awaited:
            learned.had_turn = done | awaited
            break


async def wait_for_naps(probe: Probe, worker: int) -> bool:
    """Wait until a worker's threads that nap have looked at the waiting requests.

    Some servers check periodically for connections, or nap before they accept one. A
    thread that waits for connections itself needs no time, because they wake it. A
    thread that turns out to sleep for longer is not waited for again. Returns whether
    any napped. Raises ``Ended``.
    """
    learned = probe.learned.sleepers
    napped = looked_again = False
    while probe.waiting():
        napping = naps(worker) - learned.too_long
        entered = len(probe.holds.entered)
        if napping:
            napped = True
            slept = await wait_for_turns(probe, dict.fromkeys(napping, NAP_SECONDS))
            learned.too_long |= slept
        elif not napped and not runs(worker):
            break
        await probe.until(probe.all_in_or_ended)
        # One that runs just now may be between two naps.
        if len(probe.holds.entered) == entered and (napping or looked_again):
            break
        looked_again = not napping
    return napped


def naps(process: int) -> set[Thread]:
    """The threads of a process that sleep for a short, or an unknown, time.

    Those that wait for connections are left out.
    """
    timed = for_a_time(process).items()
    brief = {each for each, sleep in timed if (sleep.seconds or 0.0) <= NAP_SECONDS}
    if brief:
        brief -= waiting_for_connections(process, listening().keys())
    return {(process, thread) for thread in brief}


def runs(process: int) -> bool:
    """Whether a thread of a process runs now, or waits for a processor."""
    return any(
        thread_state(process, thread) in RUNNING for thread in threads_of(process)
    )


def idle_sleepers(processes: Iterable[int]) -> set[Thread]:
    """Threads that sleep for a time in a server without requests.

    Those that wait for connections are left out.
    """
    processes = list(processes)
    if len(processes) > PROCESSES_EXAMINED:
        return set()
    listeners = listening().keys()
    return {
        (process, thread)
        for process in processes
        for thread in for_a_time(process).keys()
        - waiting_for_connections(process, listeners)
    }


def _sleepers(probe: Probe, short: bool, among: Collection[int]) -> Sleepers:
    """The threads that sleep for a time and may let requests in when they wake."""
    processes = set(probe.server.processes())
    if len(processes) > PROCESSES_EXAMINED:
        return {}
    busy = processes & set(probe.holds.processes().values())
    sleepers = {}
    timed = all_for_a_time(processes)
    out = among or (kept_out(probe) if timed and not short else set())
    for thread, sleep in timed.items():
        if among and thread[0] not in among:
            continue
        was_idle = thread in probe.learned.sleepers.idle
        limit = limit_for(sleep, short, is_busy=thread[0] in busy, was_idle=was_idle)
        if thread[0] in out:
            limit = limit or CLOCK_SECONDS
        if limit:
            sleepers[thread] = Sleeper(limit, sleep.seconds, sleep.on_clock)
    return sleepers


def limit_for(sleep: Sleep, short: bool, *, is_busy: bool, was_idle: bool) -> float:
    """How long to wait each time for a thread that sleeps for a time, in seconds.

    ``is_busy`` is whether its process has requests, and ``was_idle`` whether it slept
    for a time before there were any. Zero if it lets no request in when it wakes.
    """
    if short:
        return SLOW_SECONDS
    limit = CLOCK_SECONDS if sleep.on_clock else 0.0
    if is_busy and sleep.for_lock:
        limit = LOCK_SECONDS
    return max(limit, IDLE_SECONDS) if is_busy and was_idle else limit


async def wait_for_turns(
    probe: Probe, limits: dict[Thread, float], needed: int = TURNS_NEEDED
) -> set[Thread]:
    """Wait until each has had its turns or sleeps longer, or a request entered.

    Returns the threads that sleep for longer.
    """
    entered = len(probe.holds.entered)
    due = {thread: thread_turns(*thread)[1] for thread in limits}
    slept = set()
    for turns in range(1, needed + 1):
        waited, waiting = 0.0, set(due)
        while waiting and len(probe.holds.entered) == entered:
            begun = time.monotonic()
            await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), ROUND_SECONDS)
            # Time in which this process itself was stopped does not count.
            waited += min(time.monotonic() - begun, MOST_COUNTED)
            for thread in list(waiting):
                state = thread_state(*thread)
                late = waited > limits[thread] and state not in RUNNING
                if thread_turns(*thread)[1] - due[thread] >= turns:
                    waiting.discard(thread)
                elif not state or late:
                    waiting.discard(thread)
                    del due[thread]  # the thread has ended, or sleeps for longer
                    if state:
                        slept.add(thread)
    return slept
