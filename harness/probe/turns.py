"""Give threads of a full server their turn that look after a time of their own.

A pool that grows has something that looks now and then whether requests wait. Between
two looks it sleeps, and the server is as quiet as one that stays as it is. It has had
its turn when it has run twice while requests waited.
"""

from __future__ import annotations

import asyncio
import time

from harness.probe.look import Thread
from harness.probe.probe import Probe
from harness.probe.probe import ROUND_SECONDS
from harness.system.asleep import for_lock
from harness.system.asleep import on_clock
from harness.system.schedstat import thread_state
from harness.system.schedstat import thread_turns

TURNS = 2
"""Times that it has to run. The first may have begun before the requests waited."""

CLOCK_SECONDS = 3.0
"""How long one that sleeps on a clock is waited for, each time."""

LOCK_SECONDS = 0.5
"""The same for one that waits for a lock or an event with a time limit, in a process
that has requests: idle threads of pools do so too."""

NAP_SECONDS = 0.5
"""The same for one that sleeps on a clock in a worker that runs while others are
stopped, which must not last long."""

LOOK_SECONDS = 0.02
MOST_COUNTED = 0.1
"""What counts, at most, of the time between two looks."""

MANY = 64
"""With more processes than that it is not looked what threads sleep in."""


async def give_turns(probe: Probe, *, again: bool = False) -> None:
    """Let threads that sleep for a time look at the requests that wait.

    As long as requests come in of it, more are waited for. Each thread has its turn
    once, unless ``again``. Raises ``Ended``.
    """
    done: set[Thread] = set() if again else probe.had_turn
    while probe.waiting() and (limits := _limits(probe, done)):
        entered = len(probe.holds.entered)
        slept = await _turns(probe, limits)
        probe.slept_on |= {each for each in slept if limits[each] == CLOCK_SECONDS}
        await probe.until(probe.all_in_or_ended)
        if len(probe.holds.entered) == entered:
            probe.had_turn = done | limits.keys()
            break
        done = set()


async def wake(probe: Probe, worker: int) -> bool:
    """Let threads of one worker that sleep on a clock look at the requests that wait.

    Some servers look for connections now and then, or nap before they accept one. A
    thread that is found to sleep for longer is not waited for again. Returns whether
    there was any. Raises ``Ended``.
    """
    napped = False
    while probe.waiting():
        napping = {(worker, thread) for thread in on_clock(worker)} - probe.sleep_long
        if not napping:
            break
        napped, entered = True, len(probe.holds.entered)
        slept = await _turns(probe, dict.fromkeys(napping, NAP_SECONDS))
        probe.sleep_long |= slept
        await probe.until(probe.all_in_or_ended)
        if len(probe.holds.entered) == entered:
            break
    return napped


def _limits(probe: Probe, done: set[Thread]) -> dict[Thread, float]:
    """The threads that sleep for a time, and for how many seconds to wait for each."""
    processes = set(probe.server.processes())
    if len(processes) > MANY:
        return {}
    limits = {
        (process, thread): LOCK_SECONDS
        for process in processes & set(probe.holds.processes().values())
        for thread in for_lock(process)
    }
    for process in processes:
        limits |= {(process, thread): CLOCK_SECONDS for thread in on_clock(process)}
    return {thread: its for thread, its in limits.items() if thread not in done}


async def _turns(probe: Probe, limits: dict[Thread, float]) -> set[Thread]:
    """Wait until each has run so often or sleeps for longer, or a request came in.

    Returns those that sleep for longer.
    """
    entered = len(probe.holds.entered)
    due = {thread: thread_turns(*thread)[1] for thread in limits}
    slept = set()
    for turns in range(1, TURNS + 1):
        waited, waiting = 0.0, set(due)
        while waiting and len(probe.holds.entered) == entered:
            begun = time.monotonic()
            await probe.unless_ended(asyncio.sleep(LOOK_SECONDS), ROUND_SECONDS)
            # Where this process was stopped itself, that time does not count.
            waited += min(time.monotonic() - begun, MOST_COUNTED)
            for thread in list(waiting):
                state = thread_state(*thread)
                late = waited > limits[thread] and state not in (b"R", b"D")
                if thread_turns(*thread)[1] - due[thread] >= turns:
                    waiting.discard(thread)
                elif not state or late:
                    waiting.discard(thread)
                    del due[thread]  # it has ended, or sleeps for longer
                    if state:
                        slept.add(thread)
    return slept
