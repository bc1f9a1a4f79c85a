"""Finds the system calls that threads sleep in (``/proc/PID/task/TID/syscall``).

It has the number of the system call that a thread is in, and its arguments (``man 5
proc``). A thread that sleeps on a clock goes on by itself; one that waits for a
connection or a message does not.
"""

from __future__ import annotations

import contextlib
import platform
from typing import NamedTuple

from harness.system.calls import call_of
from harness.system.proc import threads_of
from harness.system.time_limits import seconds_left

F_SETLKW, F_OFD_SETLKW = 7, 38

FUTEX_WAIT, FUTEX_WAIT_BITSET = 0, 9
FUTEX_FLAGS = 128 | 256
"""Flags of a futex that do not change what it waits for (``man 2 futex``)."""


class _Calls(NamedTuple):
    """Numbers of system calls on one architecture."""

    clock: frozenset[int]
    flock: int
    fcntl: int
    futex: int
    counted_first: frozenset[int]
    """Calls that wait for files, whose number is the first argument."""
    counted_second: frozenset[int]
    """Calls that wait for files, whose number is the second argument."""
    message: frozenset[int]
    """Calls that wait for a connection or a message."""


_CALLS = {
    "x86_64": _Calls(
        clock=frozenset({35, 230}),  # nanosleep, clock_nanosleep
        flock=73,
        fcntl=72,
        futex=202,
        counted_first=frozenset({23, 270}),  # select, pselect6
        counted_second=frozenset({7, 271}),  # poll, ppoll
        # read, accept, recvfrom, recvmsg, epoll_wait, epoll_pwait, accept4,
        # io_uring_enter, epoll_pwait2
        message=frozenset({0, 43, 45, 47, 232, 281, 288, 426, 441}),
    ),
    "aarch64": _Calls(
        clock=frozenset({101, 115}),
        flock=32,
        fcntl=25,
        futex=98,
        counted_first=frozenset({72}),
        counted_second=frozenset({73}),
        message=frozenset({63, 202, 207, 212, 22, 242, 426, 441}),
    ),
}

_HERE = _CALLS.get(platform.machine())


class Sleep(NamedTuple):
    """The system call that a thread sleeps in."""

    on_clock: bool = False
    """Whether it sleeps on a clock, or waits for a lock on a file."""
    for_message: bool = False
    """Whether it waits for a connection or a message, with a time limit or without."""
    for_lock: bool = False
    """Whether it waits for a lock or an event, with a time limit."""
    seconds: float | None = None
    """The time limit in seconds; ``None`` if there is none, or if it is unknown."""


def sleep_of(process: int, thread: int) -> Sleep:
    """The call that a thread sleeps in; empty if it runs, or if that is unknown."""
    try:
        line = call_of(process, thread)
        sleep = parse(line)
    except (OSError, ValueError):
        return Sleep()
    if sleep == Sleep():
        return sleep
    call, *arguments = line.split()
    with contextlib.suppress(OSError, ValueError):
        left = seconds_left(process, int(call), [int(each, 16) for each in arguments])
        return sleep._replace(seconds=left)
    return sleep


def parse(line: str, calls: _Calls | None = _HERE) -> Sleep:
    """Parse the line in ``/proc``. Raises ``ValueError``."""
    number, *words = line.split()
    if calls is None or number in ("running", "-1"):
        return Sleep()
    call, (first, second, _, fourth, *_) = int(number), [int(w, 16) for w in words]
    if call == calls.futex:
        waits = second & ~FUTEX_FLAGS in (FUTEX_WAIT, FUTEX_WAIT_BITSET)
        return Sleep(for_lock=waits and fourth != 0)
    if call in calls.counted_first | calls.counted_second:
        files = first if call in calls.counted_first else second
        return Sleep(on_clock=not files, for_message=bool(files))
    locking = call == calls.flock or (
        call == calls.fcntl and second in (F_SETLKW, F_OFD_SETLKW)
    )
    on_clock = locking or call in calls.clock
    return Sleep(on_clock, for_message=call in calls.message)


def on_clock(process: int) -> set[int]:
    """Threads of a process that sleep on a clock, or wait for a lock on a file."""
    return {t for t in threads_of(process) if sleep_of(process, t).on_clock}


def for_a_time(process: int) -> dict[int, Sleep]:
    """Threads of a process that sleep with a time limit, and the call they sleep in."""
    sleeps = {thread: sleep_of(process, thread) for thread in threads_of(process)}
    return {thread: its for thread, its in sleeps.items() if _is_timed(its)}


def takes_no_message(process: int) -> bool:
    """Whether a process sleeps on a clock and none of its threads waits for a message.

    So does a worker that sleeps while it boots. False where that cannot be told.
    """
    sleeps = {thread: sleep_of(process, thread) for thread in threads_of(process)}
    main = sleeps.get(process, Sleep())
    return main.on_clock and not any(each.for_message for each in sleeps.values())


def wakes_by_itself(process: int) -> bool:
    """Whether a process goes on after a time though nothing comes to it.

    One of its threads sleeps with a time limit, and none waits for a connection or a
    message without one. False where that cannot be told.
    """
    sleeps = [sleep_of(process, thread) for thread in threads_of(process)]
    timed = [each for each in sleeps if _is_timed(each)]
    return bool(timed) and all(_is_timed(e) or not e.for_message for e in sleeps)


def _is_timed(sleep: Sleep) -> bool:
    return sleep.on_clock or sleep.for_lock or sleep.seconds is not None
