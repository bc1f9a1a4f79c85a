"""System calls that threads are in: Linux's ``/proc/PID/task/TID/syscall``.

It has the number of the call, and its arguments (``man 5 proc``). Some of these are
addresses in the memory of the process. A call that was interrupted, because the process
was stopped and went on, has another number: that of ``restart_syscall`` (``man 2
restart_syscall``). Its arguments are still those of the first call, which can be told
by the kernel function that the thread sleeps in.
"""

import os
import platform
from typing import NamedTuple

from harness.system.proc import start_of

_MACHINES = ("x86_64", "aarch64")
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "poll": (7, None),
    "select": (23, None),
    "nanosleep": (35, 101),
    "accept": (43, 202),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "wait4": (61, 260),
    "fcntl": (72, 25),
    "flock": (73, 32),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_nanosleep": (230, 115),
    "epoll_wait": (232, None),
    "pselect6": (270, 72),
    "ppoll": (271, 73),
    "epoll_pwait": (281, 22),
    "accept4": (288, 242),
    "io_uring_enter": (426, 426),
    "epoll_pwait2": (441, 441),
}
"""The number of each call on these machines."""

_NAMES = {
    str(number): name
    for name, numbers in _NUMBERS.items()
    for machine, number in zip(_MACHINES, numbers, strict=True)
    if machine == platform.machine() and number is not None
}

_POLL = "poll" if platform.machine() == "x86_64" else "ppoll"
RESTARTED = {"futex": "futex", "poll": _POLL, "do_poll": _POLL}
"""Names of calls, by the beginning of the kernel function that they sleep in."""

MOST_CLOCKS = 16
"""Numbers below this one are clocks (``man 2 clock_gettime``)."""


class SystemCall(NamedTuple):
    """A system call that a thread is in."""

    name: str = ""
    """Empty if the thread runs, and for one that is not known."""
    arguments: tuple[int, ...] = (0,) * 6


def system_call(process: int, thread: int) -> SystemCall:
    """The call that a thread is in; without a name if that is unknown."""
    folder = f"/proc/{process}/task/{thread}"
    try:
        call = parse(start_of(f"{folder}/syscall").decode())
        if call.name != "restart_syscall":
            return call
        return first_call(start_of(f"{folder}/wchan").decode(), call)
    except OSError:
        return SystemCall()


def parse(line: str) -> SystemCall:
    """The call that a line of the kernel has."""
    number, *words = line.split() or [""]
    if len(words) < 6 or number not in _NAMES:
        return SystemCall()
    return SystemCall(_NAMES[number], tuple(int(word, 16) for word in words[:6]))


def first_call(function: str, restarted: SystemCall) -> SystemCall:
    """The call that was restarted, by the kernel function that it sleeps in."""
    arguments = restarted.arguments
    if "nanosleep" in function:
        # The first argument is either the number of a clock or an address.
        by_clock = arguments[0] < MOST_CLOCKS
        return SystemCall("clock_nanosleep" if by_clock else "nanosleep", arguments)
    names = (name for begin, name in RESTARTED.items() if function.startswith(begin))
    return SystemCall(next(names, ""), arguments)


def memory_of(process: int, address: int, size: int) -> bytes:
    """Read so many bytes from an address on. Raises ``OSError`` if it cannot."""
    descriptor = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, size, address)
    except OverflowError:
        raise OSError(f"no address: {address}") from None
    finally:
        os.close(descriptor)
