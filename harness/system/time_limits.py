"""Finds how long a sleeping thread sleeps at most: the time limit of its system call.

``/proc/PID/task/TID/syscall`` has the arguments of the call (``man 5 proc``). Some have
the limit itself, in milliseconds; others the address of a ``timespec`` or ``timeval``
in the memory of the process. What is relative counts from when the call began, so that
no more than that is left.
"""

from __future__ import annotations

import platform
import struct
import time
from collections.abc import Sequence
from typing import NamedTuple

from harness.system.foreign_memory import memory_of

TIMESPEC = struct.Struct("=qq")
"""Seconds and nanoseconds on 64-bit machines (``man 3 timespec``)."""

TIMER_ABSTIME = 1
FUTEX_COMMAND, FUTEX_WAIT_BITSET, FUTEX_CLOCK_REALTIME = 127, 9, 256
CLOCK_REALTIME = 0


class _Limits(NamedTuple):
    """Which argument has the time limit, by the number of the call."""

    milliseconds: dict[int, int]
    timespec: dict[int, int]
    timeval: dict[int, int]
    clock_nanosleep: int
    futex: int


_LIMITS = {
    "x86_64": _Limits(
        # poll, epoll_wait, epoll_pwait
        milliseconds={7: 2, 232: 3, 281: 3},
        # nanosleep, clock_nanosleep, futex, pselect6, ppoll, epoll_pwait2
        timespec={35: 0, 230: 2, 202: 3, 270: 4, 271: 2, 441: 3},
        timeval={23: 4},  # select
        clock_nanosleep=230,
        futex=202,
    ),
    "aarch64": _Limits(
        milliseconds={22: 3},
        timespec={101: 0, 115: 2, 98: 3, 72: 4, 73: 2, 441: 3},
        timeval={},
        clock_nanosleep=115,
        futex=98,
    ),
}

_HERE = _LIMITS.get(platform.machine())


def seconds_left(process: int, call: int, arguments: Sequence[int]) -> float | None:
    """How long a call lasts at most, in seconds; ``None`` without a limit.

    Raises ``OSError`` where it cannot be told.
    """
    if _HERE is None:
        raise OSError("the calls of this machine are not known")
    if call in _HERE.milliseconds:
        wait = arguments[_HERE.milliseconds[call]] & 0xFFFFFFFF
        return wait / 1000 if wait < 1 << 31 else None
    where = (_HERE.timespec | _HERE.timeval).get(call)
    if where is None or not arguments[where]:
        return None
    read = memory_of(process, arguments[where], TIMESPEC.size)
    if len(read) < TIMESPEC.size:
        raise OSError("it has ended")
    whole, part = TIMESPEC.unpack(read)
    limit = whole + part / (1e6 if call in _HERE.timeval else 1e9)
    clock = _clock(call, arguments)
    return (
        float(limit) if clock is None else max(0.0, limit - time.clock_gettime(clock))
    )


def _clock(call: int, arguments: Sequence[int]) -> int | None:
    """The clock of an absolute limit; ``None`` if the limit counts from the call."""
    assert _HERE is not None
    if call == _HERE.clock_nanosleep:
        return arguments[0] if arguments[1] & TIMER_ABSTIME else None
    if call == _HERE.futex and arguments[1] & FUTEX_COMMAND == FUTEX_WAIT_BITSET:
        realtime = arguments[1] & FUTEX_CLOCK_REALTIME
        return CLOCK_REALTIME if realtime else time.CLOCK_MONOTONIC
    return None
