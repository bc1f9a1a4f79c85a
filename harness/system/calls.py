"""The system call that a thread is in, as Linux tells it (``man 5 proc``).

``/proc/PID/task/TID/syscall`` has the number of the call and its arguments. A call that
was interrupted, as the process was stopped and went on, is another one by its number:
``restart_syscall`` (``man 2 restart_syscall``). Its arguments are still those of the
first, which the function of the kernel tells that the thread sleeps in.
"""

from __future__ import annotations

import platform

RESTARTED = {"x86_64": "219", "aarch64": "128"}

CALLS = {
    "x86_64": {"futex": "202", "poll": "7", "do_poll": "7"},
    "aarch64": {"futex": "98", "poll": "73", "do_poll": "73"},
}
"""Numbers of calls, by how the functions of the kernel begin that they sleep in."""

SLEEPS = {"x86_64": ("35", "230"), "aarch64": ("101", "115")}
"""The same for ``nanosleep`` and ``clock_nanosleep``: the first argument of the second
is the number of a clock, where that of the first is an address."""

MOST_CLOCKS = 16

HERE = platform.machine()


def call_of(process: int, thread: int) -> str:
    """The number and the arguments of the call that a thread is in, in one line.

    Raises ``OSError``.
    """
    folder = f"/proc/{process}/task/{thread}"
    with open(f"{folder}/syscall", encoding="utf-8") as file:
        line = file.read()
    number, _, arguments = line.partition(" ")
    if number != RESTARTED.get(HERE):
        return line
    with open(f"{folder}/wchan", encoding="utf-8") as file:
        return f"{_first_number(file.read(), arguments) or number} {arguments}"


def _first_number(function: str, arguments: str) -> str:
    """The number of a call that was restarted; empty where that cannot be told."""
    if "nanosleep" in function:
        plain, by_clock = SLEEPS[HERE]
        return by_clock if int(arguments.split()[0], 16) < MOST_CLOCKS else plain
    numbers = (its for name, its in CALLS[HERE].items() if function.startswith(name))
    return next(numbers, "")
