"""Finds out, by their system calls, what threads wait for, and for how long.

A thread that sleeps on a clock goes on by itself; one that waits for a connection or a
message does not. Some calls have a time limit as an argument, in milliseconds; others
the address of a ``timespec`` or ``timeval`` in the memory of the process. A relative
time counts from the beginning of the call, so at most that much is left. Calls that
wait for files also return when one of these is a timer that is due.
"""

import contextlib
import struct
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from typing import NamedTuple

from harness.system.file_locks import wait_for_each_other
from harness.system.proc import threads_of
from harness.system.system_calls import memory_of
from harness.system.system_calls import system_call
from harness.system.system_calls import SystemCall
from harness.system.waited_for import files_waited_for
from harness.system.waited_for import timers_among

F_SETLKW, F_OFD_SETLKW = 7, 38
FUTEX_WAIT, FUTEX_WAIT_BITSET = 0, 9
FUTEX_PRIVATE, FUTEX_CLOCK_REALTIME = 128, 256
"""Flags of ``futex``: private to a process, and which clock (``man 2 futex``)."""

FUTEX_COMMAND = ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME)
"""The bits of the operation itself."""

MILLISECONDS = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}
TIMESPEC = {
    **{"nanosleep": 0, "clock_nanosleep": 2, "futex": 3},
    **{"pselect6": 4, "ppoll": 2, "epoll_pwait2": 3, "rt_sigtimedwait": 2},
}
TIMEVAL = {"select": 4}
"""Which argument has the time limit."""

TWO_NUMBERS = struct.Struct("=qq")
"""Seconds and a fraction, on machines of 64 bits (``man 3 timespec``)."""

TIMER_ABSTIME = 1
"""The flag of ``clock_nanosleep`` for an absolute time."""


class Sleep(NamedTuple):
    """What a thread waits for while it sleeps."""

    on_clock: bool = False
    """Whether it sleeps on a clock, or waits for a lock on a file."""
    for_message: bool = False
    """Whether it waits for a connection or a message, with or without a time limit."""
    for_lock: bool = False
    """Whether it waits for a lock or an event, with a time limit."""
    for_file: bool = False
    """Whether it waits for a lock on a file."""
    seconds: float | None = None
    """The time limit in seconds; ``None`` if there is none, or if it is unknown."""


def sleep_of(process: int, thread: int) -> Sleep:
    """What a sleeping thread waits for; empty if it runs, or if that is unknown."""
    call = system_call(process, thread)
    sleep = sleep_in(call)
    if sleep != Sleep():
        with contextlib.suppress(OSError):
            only_timers, timer = _timers(process, call)
            if only_timers:
                sleep = Sleep(on_clock=True)
            seconds = _first(timer, _seconds_left(process, call))
            return sleep._replace(seconds=seconds)
    return sleep


def sleep_in(call: SystemCall) -> Sleep:
    """What a thread in this system call waits for, but not for how long."""
    first, second, _, fourth, *_ = call.arguments
    match call.name:
        case "":
            return Sleep()
        case "futex":
            waits = second & FUTEX_COMMAND in (FUTEX_WAIT, FUTEX_WAIT_BITSET)
            return Sleep(for_lock=waits and fourth != 0)
        case "select" | "pselect6" | "poll" | "ppoll":
            files = second if "poll" in call.name else first
            return Sleep(on_clock=not files, for_message=bool(files))
        case "nanosleep" | "clock_nanosleep":
            return Sleep(on_clock=True)
        case "wait4" | "rt_sigsuspend":
            return Sleep()
        case "flock":
            return Sleep(on_clock=True, for_file=True)
        case "fcntl":
            locks = second in (F_SETLKW, F_OFD_SETLKW)
            return Sleep(on_clock=locks, for_file=locks)
    return Sleep(for_message=True)


def _timers(process: int, call: SystemCall) -> tuple[bool, float | None]:
    """Whether a call waits for nothing but timers, and when the first one is due.

    In seconds; ``None`` without a timer that is on. Raises ``OSError``.
    """
    files = files_waited_for(process, call)
    timers = timers_among(process, files)
    due = _first(*timers.values())
    return due is not None and len(timers) == len(files), due


def _first(*seconds: float | None) -> float | None:
    """The least of some times; ``None`` if there is none."""
    return min((each for each in seconds if each is not None), default=None)


def _seconds_left(process: int, call: SystemCall) -> float | None:
    """How long a call lasts at most by its arguments; ``None`` without a limit.

    Raises ``OSError`` if that is unknown.
    """
    if call.name in MILLISECONDS:
        # An int of 32 bits in a register of 64; negative means without a limit.
        wait = call.arguments[MILLISECONDS[call.name]] & 0xFFFFFFFF
        return wait / 1000 if wait < 1 << 31 else None
    where = (TIMESPEC | TIMEVAL).get(call.name)
    if where is None or not call.arguments[where]:
        return None
    read = memory_of(process, call.arguments[where], TWO_NUMBERS.size)
    if len(read) < TWO_NUMBERS.size:
        raise OSError("it has ended")
    whole, part = TWO_NUMBERS.unpack(read)
    limit = float(whole + part / (1e6 if call.name in TIMEVAL else 1e9))
    clock = _clock(call)
    return limit if clock is None else max(0.0, limit - time.clock_gettime(clock))


def _clock(call: SystemCall) -> int | None:
    """The clock that an absolute limit is read from; ``None`` for a relative one."""
    first, second, *_ = call.arguments
    if call.name == "clock_nanosleep":
        return first if second & TIMER_ABSTIME else None
    if call.name == "futex" and second & FUTEX_COMMAND == FUTEX_WAIT_BITSET:
        realtime = second & FUTEX_CLOCK_REALTIME
        return time.CLOCK_REALTIME if realtime else time.CLOCK_MONOTONIC
    return None


def on_clock(processes: Collection[int]) -> set[tuple[int, int]]:
    """Threads of some processes that sleep on a clock, or wait for a lock on a file.

    Threads that wait for a lock held by another of the processes are left out: its
    holder sleeps itself, or is full.
    """
    return {*_sleeping(processes, lambda sleep: sleep.on_clock)}


def all_for_a_time(processes: Collection[int]) -> dict[tuple[int, int], Sleep]:
    """Threads of some processes that sleep with a time limit, and what they sleep in.

    A thread is left out if it waits for a file lock that another of them holds.
    """
    return _sleeping(processes, _is_timed)


def _sleeping(
    processes: Collection[int], is_wanted: Callable[[Sleep], bool]
) -> dict[tuple[int, int], Sleep]:
    """Wanted threads, without those that wait for a file lock of another process."""
    sleeping = {
        (process, thread): sleep
        for process in processes
        for thread, sleep in _sleeps(process).items()
        if is_wanted(sleep)
    }
    if not any(sleep.for_file for sleep in sleeping.values()):
        return sleeping  # reading the table of locks takes long
    blocked = wait_for_each_other(processes)
    return {
        thread: sleep
        for thread, sleep in sleeping.items()
        if not (sleep.for_file and thread[0] in blocked)
    }


def _sleeps(process: int) -> dict[int, Sleep]:
    """What each thread of a process waits for while it sleeps."""
    return {thread: sleep_of(process, thread) for thread in threads_of(process)}


def for_a_time(process: int) -> dict[int, Sleep]:
    """Threads of a process that sleep with a time limit, and the call they sleep in."""
    sleeps = _sleeps(process).items()
    return {thread: sleep for thread, sleep in sleeps if _is_timed(sleep)}


def takes_no_message(process: int) -> bool:
    """Whether a process sleeps on a clock and none of its threads waits for a message.

    A worker that sleeps while it boots does so. False if unknown.
    """
    sleeps = _sleeps(process)
    main = sleeps.get(process, Sleep())
    return main.on_clock and not any(sleep.for_message for sleep in sleeps.values())


def wakes_by_itself(process: int) -> bool:
    """Whether a process goes on after a while even if nothing comes to it.

    One of its threads sleeps with a time limit, and none waits for a connection or a
    message without one. False if unknown.
    """
    sleeps = _sleeps(process).values()
    timed = [sleep for sleep in sleeps if _is_timed(sleep)]
    return bool(timed) and all(_is_timed(e) or not e.for_message for e in sleeps)


def wake_within(seconds: float, threads: Iterable[tuple[int, int]]) -> bool:
    """Whether any of some threads may go on by itself within so many seconds.

    True if that is unknown. Of a relative time limit, all may still be left.
    """
    for process, thread in threads:
        call = system_call(process, thread)
        try:
            left = _first(_timers(process, call)[1], _seconds_left(process, call))
        except OSError:
            return True
        if not call.name or (left is not None and left < seconds):
            return True
    return False


def _is_timed(sleep: Sleep) -> bool:
    return sleep.on_clock or sleep.for_lock or sleep.seconds is not None
