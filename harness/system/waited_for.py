"""The files that a thread waits for, by the system call that it is in.

``accept`` and ``read`` name the file itself, the files of an epoll are in
``/proc/PID/fdinfo``, and the lists of ``poll`` and ``select`` are in the memory of the
process, where they stay as they are for as long as the thread sleeps.
"""

import contextlib
import os
import re
import struct
from collections.abc import Iterable
from pathlib import Path

from harness.system.system_calls import memory_of
from harness.system.system_calls import SystemCall

POLLFD = struct.Struct("=ihh")
"""An entry of the list of ``poll``: a file and the events (``man 2 poll``)."""

MOST_FILES = 4096
"""Most entries of a list that are read."""

NAMED = {"accept", "accept4", "read"}
"""Calls whose first argument is the file that they wait for."""

EPOLLS = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}

TIMER = "anon_inode:[timerfd]"
"""What the file of a timer is shown as (``man 2 timerfd_create``)."""

LEFT = re.compile(r"^it_value: \((\d+), (\d+)\)$", re.MULTILINE)
"""The time that is left of a timer, in seconds and nanoseconds; zeros if it is off."""


def files_waited_for(process: int, call: SystemCall) -> set[int]:
    """The files that a thread in this call waits for. Raises ``OSError``."""
    first, second, *_ = call.arguments
    if call.name in NAMED:
        return {first}
    if call.name in EPOLLS:
        return _of_epoll(process, first)
    if call.name in {"poll", "ppoll"}:
        listed = memory_of(process, first, min(second, MOST_FILES) * POLLFD.size)
        whole = len(listed) - len(listed) % POLLFD.size
        return {file for file, _, _ in POLLFD.iter_unpack(listed[:whole])}
    if call.name in {"select", "pselect6"} and second:
        bits = min(first, MOST_FILES)
        mask = memory_of(process, second, (bits + 7) // 8)
        return {n for n in range(min(bits, 8 * len(mask))) if mask[n // 8] >> n % 8 & 1}
    return set()


def _of_epoll(process: int, epoll: int) -> set[int]:
    """The files in the list of an epoll."""
    lines = _about(process, epoll).splitlines()
    return {int(words[1]) for words in map(str.split, lines) if words[:1] == ["tfd:"]}


def timers_among(process: int, files: Iterable[int]) -> dict[int, float | None]:
    """The timers among some files of a process.

    The seconds until each can be read; ``None`` for one that is off.
    """
    timers: dict[int, float | None] = {}
    for file in files:
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{process}/fd/{file}") == TIMER:
                timers[file] = seconds_left(_about(process, file))
    return timers


def seconds_left(about: str) -> float | None:
    """The seconds that a timer still runs, by what the kernel says about its file."""
    match = LEFT.search(about)
    seconds = int(match[1]) + int(match[2]) / 1e9 if match else 0.0
    return seconds or None


def _about(process: int, file: int) -> str:
    """What the kernel says about an open file. Raises ``OSError``."""
    return Path(f"/proc/{process}/fdinfo/{file}").read_text(encoding="utf-8")
